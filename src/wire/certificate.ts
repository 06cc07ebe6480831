// Pure. Is this server WhatsApp? docs/protocol.md section 1, the six checks in their order. Neither Baileys rc14 nor the
// bridge makes them: a forged server was accepted by both (measured).
import { timingSafeEqual } from 'node:crypto'
import { type CertificateDefect, LinkError } from '../errors.ts'
import { verify } from './bridge.ts'
import {
  type CertificateChain,
  type CertificateDetails,
  decodeCertificateChain,
  decodeCertificateDetails,
} from './messages.ts'

export interface CertificateCheck {
  /** The decrypted payload of the server's hello. */
  readonly chain: Uint8Array
  /** The decrypted Noise static key of the server. */
  readonly staticKey: Uint8Array
  readonly rootKey: Uint8Array
  /** ms since the epoch. */
  readonly now: number
}

/** The first check that fails; undefined when the server has proven itself. */
export function findCertificateDefect(check: CertificateCheck): CertificateDefect | undefined {
  const parts = readChain(check.chain)
  if (parts === undefined) return 'incomplete'
  const { intermediate, leaf } = parts
  if (!verify(check.rootKey, intermediate.raw, intermediate.signature)) return 'intermediate-signature'
  if (intermediate.details.issuerSerial !== 0 || intermediate.details.key.length !== 32) return 'intermediate-issuer'
  if (!verify(intermediate.details.key, leaf.raw, leaf.signature)) return 'leaf-signature'
  if (leaf.details.issuerSerial !== intermediate.details.serial) return 'leaf-issuer'
  if (!sameKey(leaf.details.key, check.staticKey)) return 'key-mismatch'
  if (!isCurrent(intermediate.details, check.now) || !isCurrent(leaf.details, check.now)) return 'dates'
  return undefined
}

/** @throws LinkError untrusted-server, with the failed check as its reason */
export function assertTrusted(check: CertificateCheck): void {
  const reason = findCertificateDefect(check)
  if (reason === undefined) return
  const advice =
    reason === 'dates'
      ? 'Everything else was right: this machine’s clock may be off. Set it, then try again.'
      : undefined
  throw new LinkError('untrusted-server', `the server’s certificate chain is not WhatsApp’s (${reason})`, {
    reason,
    ...(advice === undefined ? {} : { advice }),
  })
}

interface SignedDetails {
  readonly raw: Uint8Array
  readonly signature: Uint8Array
  readonly details: CertificateDetails
}

function readChain(bytes: Uint8Array): { leaf: SignedDetails; intermediate: SignedDetails } | undefined {
  try {
    const chain: CertificateChain = decodeCertificateChain(bytes)
    const leaf = signedDetails(chain.leaf)
    const intermediate = signedDetails(chain.intermediate)
    return leaf === undefined || intermediate === undefined ? undefined : { leaf, intermediate }
  } catch {
    return undefined
  }
}

function signedDetails({ details, signature }: CertificateChain['leaf']): SignedDetails | undefined {
  if (details === undefined || signature?.length !== 64) return undefined
  return { raw: details, signature, details: decodeCertificateDetails(details) }
}

function sameKey(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

function isCurrent(details: CertificateDetails, now: number): boolean {
  return now >= details.notBefore * 1000 && now <= details.notAfter * 1000
}

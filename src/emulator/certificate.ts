// How the emulator proves who it is: a chain root → intermediate → leaf, and, for tests of those who check it, the same
// chain with exactly one defect (docs/protocol.md section 1).
import type { CertificateDefect } from '../errors.ts'
import { generateKeyPair, type KeyPair, sign } from '../wire/bridge.ts'
import { encodeMessage } from '../wire/protobuf.ts'

const DAY_S = 24 * 60 * 60
const INTERMEDIATE_SERIAL = 3
const LEAF_SERIAL = 7

export interface ChainOptions {
  readonly root: KeyPair
  /** The Noise static public key that the leaf vouches for. */
  readonly staticKey: Uint8Array
  /** ms since the epoch; the chain holds from 30 days before to 10 years after. */
  readonly now: number
  readonly defect?: CertificateDefect | undefined
}

/** A serialized CertChain. */
export function issueChain({ root, staticKey, now, defect }: ChainOptions): Uint8Array {
  const authority = generateKeyPair()
  const nowS = Math.floor(now / 1000)
  const valid = { notBefore: Math.max(0, nowS - 30 * DAY_S), notAfter: nowS + 3650 * DAY_S }

  const intermediate = details({
    serial: INTERMEDIATE_SERIAL,
    issuerSerial: defect === 'intermediate-issuer' ? 1 : 0,
    key: authority.public,
    ...valid,
  })
  const leaf = details({
    serial: LEAF_SERIAL,
    issuerSerial: defect === 'leaf-issuer' ? INTERMEDIATE_SERIAL + 1 : INTERMEDIATE_SERIAL,
    key: defect === 'key-mismatch' ? generateKeyPair().public : staticKey,
    ...valid,
    ...(defect === 'dates' && { notBefore: nowS + DAY_S }),
  })

  const leafSignature = sign(authority.private, leaf)
  const intermediateSignature = sign(root.private, intermediate)
  return encodeMessage([
    [
      1,
      certificate(leaf, defect === 'leaf-signature' ? flipped(leafSignature) : leafSignature, defect === 'incomplete'),
    ],
    [
      2,
      certificate(
        intermediate,
        defect === 'intermediate-signature' ? flipped(intermediateSignature) : intermediateSignature,
      ),
    ],
  ])
}

interface Details {
  readonly serial: number
  readonly issuerSerial: number
  readonly key: Uint8Array
  readonly notBefore: number
  readonly notAfter: number
}

function details(of: Details): Uint8Array {
  return encodeMessage([
    [1, of.serial],
    [2, of.issuerSerial],
    [3, of.key],
    [4, of.notBefore],
    [5, of.notAfter],
  ])
}

function certificate(signed: Uint8Array, signature: Uint8Array, unsigned = false): Uint8Array {
  return encodeMessage([
    [1, signed],
    [2, unsigned ? undefined : signature],
  ])
}

/** One bit of the first byte differs. */
export function flipped(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed[0] = (changed[0] ?? 0) ^ 1
  return changed
}

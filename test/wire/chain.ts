// Certificate chains as WhatsApp's server sends them, made with Baileys' protobuf and, where a test wants it, with one defect.
import { proto } from 'baileys/WAProto/index.js'
import { generateKeyPair, type KeyPair, sign } from '../../src/wire/bridge.ts'

const Details = proto.CertChain.NoiseCertificate.Details

/** `undefined` leaves a field out. */
export interface DetailsFields {
  readonly serial?: number | undefined
  readonly issuerSerial?: number | undefined
  readonly key?: Uint8Array | undefined
  readonly notBefore?: number | undefined
  readonly notAfter?: number | undefined
}

export interface Signed {
  readonly details?: Uint8Array | undefined
  readonly signature?: Uint8Array | undefined
}

export interface Chain {
  readonly leaf?: Signed | undefined
  readonly intermediate?: Signed | undefined
}

/** A chain of which nothing is missing. */
export interface CompleteChain {
  readonly leaf: { readonly details: Uint8Array; readonly signature: Uint8Array }
  readonly intermediate: { readonly details: Uint8Array; readonly signature: Uint8Array }
}

export interface ChainOptions {
  readonly root: KeyPair
  /** The Noise static public key that the leaf vouches for. */
  readonly staticKey: Uint8Array
  readonly authority?: KeyPair
  readonly intermediate?: DetailsFields
  readonly leaf?: DetailsFields
  /** Instead of the root. */
  readonly intermediateSigner?: KeyPair
  /** Instead of the authority. */
  readonly leafSigner?: KeyPair
}

export const NOT_BEFORE_S = Date.UTC(2026, 0, 1) / 1000
export const NOT_AFTER_S = Date.UTC(2027, 0, 1) / 1000
/** ms; in the middle of every chain's validity. */
export const NOW = Date.UTC(2026, 5, 1)

const VALID = { notBefore: NOT_BEFORE_S, notAfter: NOT_AFTER_S }

export function makeChain(options: ChainOptions): CompleteChain {
  const authority = options.authority ?? generateKeyPair()
  const intermediate = encodeDetails({
    serial: 3,
    issuerSerial: 0,
    key: authority.public,
    ...VALID,
    ...options.intermediate,
  })
  const leaf = encodeDetails({ serial: 7, issuerSerial: 3, key: options.staticKey, ...VALID, ...options.leaf })
  const intermediateSigner = options.intermediateSigner ?? options.root
  return {
    leaf: { details: leaf, signature: sign((options.leafSigner ?? authority).private, leaf) },
    intermediate: { details: intermediate, signature: sign(intermediateSigner.private, intermediate) },
  }
}

export function encodeDetails(fields: DetailsFields): Uint8Array {
  return Details.encode(given({ ...fields })).finish()
}

export function encodeChain({ leaf, intermediate }: Chain): Uint8Array {
  return proto.CertChain.encode(
    given({ leaf: leaf && given({ ...leaf }), intermediate: intermediate && given({ ...intermediate }) }),
  ).finish()
}

/** One bit differs. */
export function flipped(bytes: Uint8Array, bit = 0): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return changed
}

/** protobufjs writes `undefined` as absent; the types of Baileys do not say so. */
function given<Value>(fields: { [Name in string]?: Value | undefined }): { [name: string]: Value } {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Value] => entry[1] !== undefined))
}

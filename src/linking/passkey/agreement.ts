// Pure. The key agreement of the passkey ceremony (docs/protocol.md section 6): what we commit to, the code that both screens
// can compare, and the request that carries the new adv secret. Keys and randomness come in.
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import type { KeyPair } from '../../wire/bridge.ts'
import { aesGcmSeal, agree } from '../../wire/noise.ts'
import {
  encodeCompanionEphemeralIdentity,
  encodeEncryptedPairingRequest,
  encodePairingRequest,
  encodeProloguePayload,
} from '../../wire/passkey-messages.ts'
import { CODE_BYTES, codeFromBytes, displayCode } from '../pairing-code.ts'

const NOTHING = new Uint8Array(0)
const HANDOFF_INFO = 'shortcake-passkey-handoff-v1'
const REQUEST_INFO = 'Pairing Information Encryption Key'

/** Fresh for each ceremony: X25519 pair, 32, 32 and 12 bytes. */
export interface CeremonyKeys {
  readonly ephemeral: KeyPair
  readonly nonce: Uint8Array
  /** The adv secret that the ceremony ends with. */
  readonly newSecret: Uint8Array
  readonly iv: Uint8Array
}

/** The key that a proof is made with, of the adv secret that the phone knows already. */
export function handoffKeyOf(advSecret: Uint8Array): Uint8Array {
  return hkdf(advSecret, NOTHING, HANDOFF_INFO)
}

/** A serialized ProloguePayload: our key, and a commitment to the nonce that is revealed later. */
export function prologuePayload(parts: {
  readonly ephemeral: Uint8Array
  readonly nonce: Uint8Array
  readonly deviceType: number
  readonly ref: string
}): Uint8Array {
  const identity = encodeCompanionEphemeralIdentity({
    publicKey: parts.ephemeral,
    deviceType: parts.deviceType,
    ref: parts.ref,
  })
  return encodeProloguePayload({ identity, commitment: sha256(identity, parts.nonce) })
}

/** 32 bytes: says to the phone that we are the companion it scanned, or whose code it took. */
export function handoffProof(handoffKey: Uint8Array, payload: Uint8Array): Uint8Array {
  return createHmac('sha256', handoffKey).update(payload).digest()
}

export interface Continuation {
  /** Two groups of four characters with a dash between, to be compared with what the phone shows. Not the pairing code. */
  readonly code: string
  /** 32 bytes; seals the pairing request. */
  readonly key: Uint8Array
}

/** Undefined when the phone's key is of low order (an all-zero shared secret). */
export function continueCeremony(parts: {
  readonly ephemeral: KeyPair
  readonly nonce: Uint8Array
  readonly deviceType: number
  readonly ref: string
  readonly primaryKey: Uint8Array
  readonly primaryNonce: Uint8Array
}): Continuation | undefined {
  const shared = sharedSecret(parts.ephemeral.private, parts.primaryKey)
  if (shared === undefined) return undefined
  const mask = sha256(parts.nonce, parts.primaryKey)
  const bytes = parts.primaryNonce.subarray(0, CODE_BYTES).map((byte, at) => byte ^ (mask[at] ?? 0))
  const salt = Buffer.from(`Companion Pairing ${parts.deviceType} with ref ${parts.ref}`, 'utf8')
  return { code: displayCode(codeFromBytes(bytes)), key: hkdf(shared, salt, REQUEST_INFO) }
}

/** A serialized EncryptedPairingRequest. */
export function sealPairingRequest(parts: {
  readonly key: Uint8Array
  readonly iv: Uint8Array
  readonly noisePublicKey: Uint8Array
  readonly identityPublicKey: Uint8Array
  readonly newSecret: Uint8Array
}): Uint8Array {
  const { noisePublicKey, identityPublicKey, newSecret } = parts
  const request = encodePairingRequest({ noisePublicKey, identityPublicKey, advSecret: newSecret })
  return encodeEncryptedPairingRequest({
    encryptedPayload: aesGcmSeal(parts.key, parts.iv, request, NOTHING),
    iv: parts.iv,
  })
}

function sharedSecret(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  try {
    return agree(privateKey, publicKey)
  } catch {
    return undefined
  }
}

/** An empty salt is 32 zero bytes to HKDF-SHA256. */
function hkdf(secret: Uint8Array, salt: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, 32))
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

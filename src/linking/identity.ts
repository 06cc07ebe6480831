// The keys of a companion that is not linked yet. They live in memory only: nothing of an attempt is stored before
// WhatsApp's proof was checked (docs/protocol.md section 8).
import { type KeyPair, keyPairOf, withKeyType } from '../wire/bridge.ts'
import { type Randomness, systemRandomness } from './randomness.ts'

export interface CompanionIdentity {
  readonly noiseKey: KeyPair
  readonly identityKey: KeyPair
  readonly signedPreKey: { readonly id: number; readonly keyPair: KeyPair; readonly signature: Uint8Array }
  readonly registrationId: number
  /** 32 bytes; replaced in the course of the link. */
  readonly advSecret: Uint8Array
}

export function createIdentity(randomness: Randomness = systemRandomness): CompanionIdentity {
  const { keyPair: draw, registrationId, sign, bytes } = randomness
  const identityKey = draw()
  const keyPair = draw()
  return new PackedIdentity({
    noiseKey: draw(),
    identityKey,
    signedPreKey: { id: SIGNED_PRE_KEY_ID, keyPair, signature: sign(identityKey.private, withKeyType(keyPair.public)) },
    registrationId: registrationId(),
    advSecret: bytes(KEY_BYTES),
  })
}

const SIGNED_PRE_KEY_ID = 1
const KEY_BYTES = 32
const SIGNATURE_BYTES = 64

/**
 * All its bytes in one piece of memory, of which it gives views: eight pieces weighed 1.9 KB, and an attempt holds them for as
 * long as a person takes to type (measured).
 */
class PackedIdentity implements CompanionIdentity {
  readonly registrationId: number
  readonly #bytes: Uint8Array

  constructor({ noiseKey, identityKey, signedPreKey, registrationId, advSecret }: CompanionIdentity) {
    this.registrationId = registrationId
    this.#bytes = joined([
      noiseKey.public,
      noiseKey.private,
      identityKey.public,
      identityKey.private,
      signedPreKey.keyPair.public,
      signedPreKey.keyPair.private,
      advSecret,
      signedPreKey.signature,
    ])
  }

  get noiseKey(): KeyPair {
    return this.#keyPair(0)
  }

  get identityKey(): KeyPair {
    return this.#keyPair(2)
  }

  get signedPreKey(): CompanionIdentity['signedPreKey'] {
    const signature = this.#bytes.subarray(7 * KEY_BYTES, 7 * KEY_BYTES + SIGNATURE_BYTES)
    return { id: SIGNED_PRE_KEY_ID, keyPair: this.#keyPair(4), signature }
  }

  get advSecret(): Uint8Array {
    return this.#key(6)
  }

  #keyPair(at: number): KeyPair {
    return keyPairOf(this.#key(at), this.#key(at + 1))
  }

  #key(at: number): Uint8Array {
    return this.#bytes.subarray(at * KEY_BYTES, (at + 1) * KEY_BYTES)
  }
}

/** Not in Node's pool, where others' bytes lie beside these. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

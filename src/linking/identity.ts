// The keys of a companion that is not linked yet. They live in memory only: nothing of an attempt is stored before
// WhatsApp's proof was checked (docs/protocol.md section 8).
import { type KeyPair, withKeyType } from '../wire/bridge.ts'
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
  return {
    noiseKey: draw(),
    identityKey,
    signedPreKey: { id: 1, keyPair, signature: sign(identityKey.private, withKeyType(keyPair.public)) },
    registrationId: registrationId(),
    advSecret: bytes(32),
  }
}

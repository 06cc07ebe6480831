// The keys of a companion that is not linked yet. They live in memory only: nothing of an attempt is stored before
// WhatsApp's proof was checked (docs/protocol.md section 8).
import { randomBytes } from 'node:crypto'
import { generateKeyPair, generateRegistrationId, type KeyPair, sign, withKeyType } from '../wire/bridge.ts'

export interface CompanionIdentity {
  readonly noiseKey: KeyPair
  readonly identityKey: KeyPair
  readonly signedPreKey: { readonly id: number; readonly keyPair: KeyPair; readonly signature: Uint8Array }
  readonly registrationId: number
  /** 32 bytes; replaced in the course of the link. */
  readonly advSecret: Uint8Array
}

export function createIdentity(): CompanionIdentity {
  const identityKey = generateKeyPair()
  const keyPair = generateKeyPair()
  return {
    noiseKey: generateKeyPair(),
    identityKey,
    signedPreKey: { id: 1, keyPair, signature: sign(identityKey.private, withKeyType(keyPair.public)) },
    registrationId: generateRegistrationId(),
    advSecret: randomBytes(32),
  }
}

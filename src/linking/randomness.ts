// Where an attempt draws from: passed in, so that a whole handshake can be a fixed vector.
import { randomBytes } from 'node:crypto'
import { generateKeyPair, generateRegistrationId, type KeyPair, sign } from '../wire/bridge.ts'

export interface Randomness {
  bytes(length: number): Uint8Array
  keyPair(): KeyPair
  /** 1 to 16380. */
  registrationId(): number
  /** XEdDSA, which draws, too. */
  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array
}

export const systemRandomness: Randomness = {
  bytes: (length) => randomBytes(length),
  keyPair: generateKeyPair,
  registrationId: generateRegistrationId,
  sign,
}

// Keys that are the same in every run: private halves from a label, public halves by node:crypto.
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyPair } from '../../src/wire/bridge.ts'

// RFC 8410: the fixed head of a PKCS #8 X25519 key, and the length of the one before a raw public key.
const PRIVATE_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_HEAD_BYTES = 12

/** `length` bytes (32 at most) that a label stands for. */
export function bytesFrom(label: string, length = 32): Buffer {
  return createHash('sha256').update(label).digest().subarray(0, length)
}

export function keyPairFrom(label: string): KeyPair {
  return keyPairOf(bytesFrom(label))
}

export function keyPairOf(seed: Uint8Array): KeyPair {
  // Clamped, as Signal's libraries keep it; X25519 itself does not care.
  const secret = Buffer.from(seed)
  secret.writeUInt8(secret.readUInt8(0) & 248, 0)
  secret.writeUInt8((secret.readUInt8(31) & 127) | 64, 31)
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, secret]), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return { private: secret, public: spki.subarray(PUBLIC_HEAD_BYTES) }
}

/** The same bytes with one bit of one byte turned over. */
export function flippedAt(bytes: Uint8Array, index: number, bit = 0): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed[index] = (changed[index] ?? 0) ^ (1 << bit)
  return changed
}

export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

export function toHex(bytes: Uint8Array | readonly number[]): string {
  return Buffer.from(bytes).toString('hex')
}

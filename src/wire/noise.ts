// Noise_XX_25519_AESGCM_SHA256 on node:crypto: the symmetric state and the two transport ciphers. No I/O, no clock.
// Ours and not the bridge's, which costs 5.7 KB of WebAssembly memory a connection and checks no certificate (measured).
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
} from 'node:crypto'

const TAG_BYTES = 16
const KEY_BYTES = 32
const NOTHING = new Uint8Array(0)
/** The pattern's name, padded with four zero bytes to 32: the first hash and salt. */
const PATTERN = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0', 'latin1')

/** One direction of a connection. Each call uses up one nonce. */
export interface Cipher {
  seal(plaintext: Uint8Array): Uint8Array
  /** Throws an Error when the bytes were not sealed by the other side, in this order. */
  open(ciphertext: Uint8Array): Uint8Array
}

/** The symmetric state of a handshake; initiator and responder alike. */
export interface Handshake {
  mixHash(data: Uint8Array): void
  mixKey(sharedSecret: Uint8Array): void
  seal(plaintext: Uint8Array): Uint8Array
  open(ciphertext: Uint8Array): Uint8Array
  /** The initiator writes with the first and reads with the second; the responder the other way round. */
  split(): readonly [Cipher, Cipher]
}

export function startHandshake(prologue: Uint8Array): Handshake {
  let hash: Uint8Array = sha256(PATTERN, prologue)
  let salt: Uint8Array = PATTERN
  let key: Uint8Array = PATTERN
  let counter = 0

  const mixHash = (data: Uint8Array): void => {
    hash = sha256(hash, data)
  }

  return {
    mixHash,
    mixKey(sharedSecret) {
      ;[salt, key] = expand(sharedSecret, salt)
      counter = 0
    },
    seal(plaintext) {
      const sealed = aesGcmSeal(key, nonce(counter++), plaintext, hash)
      mixHash(sealed)
      return sealed
    },
    open(ciphertext) {
      const opened = aesGcmOpen(key, nonce(counter++), ciphertext, hash)
      mixHash(ciphertext)
      return opened
    },
    split() {
      const [first, second] = expand(NOTHING, salt)
      return [new TransportCipher(first), new TransportCipher(second)]
    },
  }
}

/** A class: two of them live as long as a connection, and functions of their own weighed more than the key (measured). */
class TransportCipher implements Cipher {
  readonly #key: Uint8Array
  #sealed = 0
  #opened = 0

  constructor(key: Uint8Array) {
    this.#key = key
  }

  seal(plaintext: Uint8Array): Uint8Array {
    return aesGcmSeal(this.#key, nonce(this.#sealed++), plaintext, NOTHING)
  }

  open(ciphertext: Uint8Array): Uint8Array {
    return aesGcmOpen(this.#key, nonce(this.#opened++), ciphertext, NOTHING)
  }
}

/** Eight zero bytes and a 32-bit big-endian counter. */
function nonce(counter: number): Uint8Array {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(counter, 8)
  return bytes
}

function expand(sharedSecret: Uint8Array, salt: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const bytes = new Uint8Array(hkdfSync('sha256', sharedSecret, salt, NOTHING, 64))
  return [bytes.subarray(0, 32), bytes.subarray(32)]
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** AES-256-GCM, the 16-byte tag at the end. */
export function aesGcmSeal(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(aad)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** The inverse. Throws an Error when key, iv, aad or a single bit differ. */
export function aesGcmOpen(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array {
  if (sealed.length < TAG_BYTES) throw new Error('sealed bytes are shorter than their tag')
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()])
}

/**
 * node:crypto takes raw X25519 keys as JWK. Not as DER: there it derives the public half of every private key anew, 1.5 ms
 * each against 0.09 (measured). In a JWK it takes the public half as given and does not use it here.
 */
const UNUSED_PUBLIC_HALF = Buffer.alloc(KEY_BYTES).toString('base64url')

/**
 * X25519 of raw 32-byte keys.
 * Throws an Error when a key has another length, and when the result is all zero (a low-order public key), which
 * node:crypto refuses by itself.
 */
export function agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  if (privateKey.length !== KEY_BYTES || publicKey.length !== KEY_BYTES)
    throw new RangeError('X25519 keys have 32 bytes')
  return diffieHellman({
    privateKey: createPrivateKey({ key: jwk({ d: base64url(privateKey), x: UNUSED_PUBLIC_HALF }), format: 'jwk' }),
    publicKey: createPublicKey({ key: jwk({ x: base64url(publicKey) }), format: 'jwk' }),
  })
}

function jwk(parts: { readonly x: string; readonly d?: string }): Record<string, string> {
  return { kty: 'OKP', crv: 'X25519', ...parts }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

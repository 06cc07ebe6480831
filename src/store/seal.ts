// Sealing: AES-256-GCM on each value by itself. What is sealed for one place does not open in another.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomFillSync,
} from 'node:crypto'
import { StoreError } from '../errors.ts'

/** Leads every sealed value, and is bound into it. */
const FORMAT = 1
export const KEY_ID_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES

export interface Seal {
  /** format (1) ‖ key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16) */
  seal(plain: Uint8Array, place: string): Buffer
  /**
   * @throws StoreError wrong-key: sealed with a key that is not here; store-error: altered, damaged, or of another place
   */
  open(sealed: Uint8Array, place: string): Buffer
  /** Whether it was sealed with the current key, and not with a previous one. */
  isCurrent(sealed: Uint8Array): boolean
  /** Whether it was sealed with a key that is here, current or previous. */
  isKnown(sealed: Uint8Array): boolean
  /** Tells keys apart without telling anything of them, 4 bytes each; the current one first. */
  readonly keyIds: readonly Uint8Array[]
}

interface DerivedKey {
  readonly id: Buffer
  readonly values: KeyObject
}

/** Keys are 32 bytes each. Values are sealed with `current`; those that a previous key sealed still open. */
export function createSeal(current: Uint8Array, previous: readonly Uint8Array[] = []): Seal {
  const sealing = derived(current)
  const keys = [sealing, ...previous.map(derived).filter(({ id }) => !id.equals(sealing.id))]
  const nextNonce = nonces()

  return {
    seal(plain, place) {
      const nonce = nextNonce()
      const cipher = createCipheriv('aes-256-gcm', sealing.values, nonce)
      cipher.setAAD(boundTo(place))
      const sealed = Buffer.allocUnsafe(HEAD_BYTES + plain.length + TAG_BYTES)
      sealed[0] = FORMAT
      sealed.set(sealing.id, 1)
      sealed.set(nonce, 1 + KEY_ID_BYTES)
      sealed.set(cipher.update(plain), HEAD_BYTES)
      cipher.final()
      sealed.set(cipher.getAuthTag(), HEAD_BYTES + plain.length)
      return sealed
    },
    open(sealed, place) {
      if (sealed[0] !== FORMAT || sealed.length < HEAD_BYTES + TAG_BYTES) throw damaged()
      const key = keys.find(({ id }) => id.equals(keyIdOf(sealed)))
      if (key === undefined) throw keyNotGiven()
      const decipher = createDecipheriv('aes-256-gcm', key.values, sealed.subarray(1 + KEY_ID_BYTES, HEAD_BYTES))
      decipher.setAAD(boundTo(place))
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
      const plain = decipher.update(sealed.subarray(HEAD_BYTES, sealed.length - TAG_BYTES))
      try {
        decipher.final()
      } catch (cause) {
        throw damaged(cause)
      }
      return plain
    },
    isCurrent: (sealed) => sealing.id.equals(keyIdOf(sealed)),
    isKnown: (sealed) => keys.some(({ id }) => id.equals(keyIdOf(sealed))),
    keyIds: keys.map(({ id }) => id),
  }
}

export type Lookup = (...parts: readonly string[]) => Buffer

/**
 * The name under which something is stored without being told: the first 16 bytes of HMAC-SHA256. Parts are kept apart
 * by their lengths.
 */
export function createLookup(key: Uint8Array): Lookup {
  const secret = createSecretKey(subKey(key, 'lookup', 32))
  return (...parts) => {
    const hmac = createHmac('sha256', secret)
    hmac.update(parts.map((part) => `${part.length}:${part}`).join(''))
    return hmac.digest().subarray(0, 16)
  }
}

function derived(key: Uint8Array): DerivedKey {
  return { id: subKey(key, 'key id', KEY_ID_BYTES), values: createSecretKey(subKey(key, 'values', 32)) }
}

function subKey(key: Uint8Array, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `paircode store ${purpose}`, bytes))
}

export function keyIdOf(sealed: Uint8Array): Uint8Array {
  return sealed.subarray(1, 1 + KEY_ID_BYTES)
}

function boundTo(place: string): Buffer {
  return Buffer.from(`paircode store ${FORMAT}\0${place}`, 'utf8')
}

function keyNotGiven(): StoreError {
  return new StoreError('wrong-key', 'the value was sealed with a key that was not given', {
    advice: 'The key of the store may have been changed. Start this process again with the key that counts now.',
  })
}

function damaged(cause?: unknown): StoreError {
  return new StoreError('store-error', 'a stored value was altered or damaged', {
    cause,
    advice: 'Restore the store from a backup, or remove the session and link it again.',
  })
}

/** Random nonces, drawn from the system 256 at a time: one draw each costs as much as the sealing. */
function nonces(): () => Buffer {
  const pool = Buffer.alloc(256 * NONCE_BYTES)
  let used = pool.length
  return () => {
    if (used === pool.length) {
      randomFillSync(pool)
      used = 0
    }
    used += NONCE_BYTES
    return Buffer.from(pool.subarray(used - NONCE_BYTES, used))
  }
}

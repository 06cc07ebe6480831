// The key that a code stands for, and the ephemeral keys wrapped under it (docs/protocol.md section 3).
import { createCipheriv, pbkdf2, randomBytes } from 'node:crypto'
import { createLanes, type Urgency } from '../lib/lanes.ts'
import { CODE_BYTES, codeFromBytes } from './pairing-code.ts'

const ROUNDS = 131_072
const KEY_BYTES = 32
const SALT_BYTES = 32
const IV_BYTES = 16
/** salt ‖ iv ‖ encrypted public key. */
export const WRAPPED_BYTES = SALT_BYTES + IV_BYTES + 32

/** Two at a time for the whole process: libuv's four threads also look up names and read files, for everybody. */
const laneForKey = createLanes(2)

interface KeyOptions {
  /** Default `soon`: a person has typed that code and waits. A new code, which nobody has seen yet, comes `later`. */
  readonly urgency?: Urgency
  /** While it waits for its turn; what is under way is finished. */
  readonly signal?: AbortSignal
  /** Its turn has come. */
  readonly onBegin?: () => void
}

/**
 * Runs on libuv's thread pool: 32 ms there, none of them on the event loop (measured).
 * Rejects with the signal's reason.
 */
export async function deriveCodeKey(code: string, salt: Uint8Array, options: KeyOptions = {}): Promise<Uint8Array> {
  const leave = await laneForKey(options.urgency ?? 'soon', options.signal)
  try {
    options.onBegin?.()
    return await new Promise((resolve, reject) => {
      pbkdf2(code, salt, ROUNDS, KEY_BYTES, 'sha256', (error, key) => (error === null ? resolve(key) : reject(error)))
    })
  } finally {
    leave()
  }
}

/** A code with the key that it stands for. */
export interface KeyedCode {
  readonly code: string
  readonly salt: Uint8Array
  readonly key: Uint8Array
}

/** Draws a code (or takes the given one) and derives its key. Needs nothing but node:crypto, so it can start first. */
export async function drawCode(
  fixedCode: string | undefined,
  bytes: (length: number) => Uint8Array = randomBytes,
  options: Omit<KeyOptions, 'urgency'> = {},
): Promise<KeyedCode> {
  const code = fixedCode ?? codeFromBytes(bytes(CODE_BYTES))
  const salt = bytes(SALT_BYTES)
  return { code, salt, key: await deriveCodeKey(code, salt, { ...options, urgency: 'later' }) }
}

/** 80 bytes. `salt` 32, `iv` 16 bytes, fresh for each; `key` is of `deriveCodeKey(code, salt)`. */
export function wrapPublicKey(parts: {
  readonly key: Uint8Array
  readonly salt: Uint8Array
  readonly iv: Uint8Array
  readonly publicKey: Uint8Array
}): Uint8Array {
  return Buffer.concat([parts.salt, parts.iv, ctr(parts.key, parts.iv, parts.publicKey)])
}

/** The salt that the other side drew: what to derive the key with. */
export function saltOf(wrapped: Uint8Array): Uint8Array {
  return wrapped.subarray(0, SALT_BYTES)
}

/** The inverse of `wrapPublicKey`. A wrong code cannot be told apart here: it gives a wrong key. */
export function unwrapPublicKey(key: Uint8Array, wrapped: Uint8Array): Uint8Array {
  return ctr(key, wrapped.subarray(SALT_BYTES, SALT_BYTES + IV_BYTES), wrapped.subarray(SALT_BYTES + IV_BYTES))
}

/** Counter mode is its own inverse. */
function ctr(key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-ctr', key, iv)
  return Buffer.concat([cipher.update(bytes), cipher.final()])
}

// The phone's side of the key agreement by code (docs/protocol.md sections 3 and 4), derived here on its own: if it
// shared code with the companion's side, one mistake would cancel itself out. No I/O, no clock; keys and randomness
// come in.
import { createCipheriv, createDecipheriv, hkdfSync, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyPair } from '../wire/bridge.ts'
import { aesGcmOpen, agree } from '../wire/noise.ts'

const ROUNDS = 131_072
const SALT_BYTES = 32
const IV_BYTES = 16
const KEY_BYTES = 32
/** salt ‖ iv ‖ encrypted public key. */
export const WRAPPED_KEY_BYTES = SALT_BYTES + IV_BYTES + KEY_BYTES
/** salt ‖ nonce ‖ encrypted companion identity, primary identity and randomness ‖ tag. */
export const WRAPPED_BUNDLE_BYTES = 32 + 12 + 96 + 16

const derive = promisify(pbkdf2)
const NOTHING = new Uint8Array(0)

/** A code as typed: dashes, spaces and case do not count. */
export function plainCode(typed: string): string {
  return typed.replace(/[\s-]/g, '').toUpperCase()
}

/** The companion's ephemeral public key. A wrong code cannot be told apart here: the key is then simply wrong. */
export async function unwrapCompanionKey(code: string, wrapped: Uint8Array): Promise<Uint8Array> {
  const key = await codeKey(code, wrapped.subarray(0, SALT_BYTES))
  const decipher = createDecipheriv('aes-256-ctr', key, wrapped.subarray(SALT_BYTES, SALT_BYTES + IV_BYTES))
  return decipher.update(wrapped.subarray(SALT_BYTES + IV_BYTES, WRAPPED_KEY_BYTES))
}

/** The phone's ephemeral public key under the code, as `primary_hello` carries it. */
export async function wrapPrimaryKey(
  code: string,
  publicKey: Uint8Array,
  random: { readonly salt: Uint8Array; readonly iv: Uint8Array },
): Promise<Uint8Array> {
  const cipher = createCipheriv('aes-256-ctr', await codeKey(code, random.salt), random.iv)
  return Buffer.concat([random.salt, random.iv, cipher.update(publicKey)])
}

export interface BundleKeys {
  readonly primaryEphemeral: KeyPair
  readonly primaryIdentity: KeyPair
  readonly companionEphemeral: Uint8Array
  /** As `companion_finish` names it beside the bundle. */
  readonly companionIdentity: Uint8Array
}

/**
 * The adv secret, 32 bytes, from the bundle of `companion_finish`.
 * Undefined when the bundle does not open (a wrong code) or names other identities than it should.
 */
export function openBundle(wrapped: Uint8Array, keys: BundleKeys): Uint8Array | undefined {
  const shared = agreed(keys.primaryEphemeral.private, keys.companionEphemeral)
  const identityShared = agreed(keys.primaryIdentity.private, keys.companionIdentity)
  if (shared === undefined || identityShared === undefined) return undefined
  const bundle = openWith(shared, wrapped)
  if (bundle === undefined) return undefined
  if (Buffer.compare(bundle.subarray(0, 32), keys.companionIdentity) !== 0) return undefined
  if (Buffer.compare(bundle.subarray(32, 64), keys.primaryIdentity.public) !== 0) return undefined
  const random = bundle.subarray(64, 96)
  const secret = Buffer.concat([shared, identityShared, random])
  return new Uint8Array(hkdfSync('sha256', secret, NOTHING, 'adv_secret', 32))
}

function openWith(shared: Uint8Array, wrapped: Uint8Array): Uint8Array | undefined {
  const salt = wrapped.subarray(0, 32)
  const nonce = wrapped.subarray(32, 44)
  const key = new Uint8Array(hkdfSync('sha256', shared, salt, 'link_code_pairing_key_bundle_encryption_key', 32))
  try {
    return aesGcmOpen(key, nonce, wrapped.subarray(44), NOTHING)
  } catch {
    return undefined
  }
}

/** Undefined for a public key whose result would be all zero. */
function agreed(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  try {
    return agree(privateKey, publicKey)
  } catch {
    return undefined
  }
}

function codeKey(code: string, salt: Uint8Array): Promise<Buffer> {
  return derive(code, salt, ROUNDS, 32, 'sha256')
}

// Pure. What companion and primary agree on once the code was typed (docs/protocol.md section 4, steps 2-4).
import { hkdfSync } from 'node:crypto'
import type { KeyPair } from '../wire/bridge.ts'
import { aesGcmSeal, agree } from '../wire/noise.ts'

const BUNDLE_INFO = 'link_code_pairing_key_bundle_encryption_key'
const SECRET_INFO = 'adv_secret'
const NOTHING = new Uint8Array(0)

export interface AgreementInput {
  readonly ephemeral: KeyPair
  readonly identity: KeyPair
  readonly primaryEphemeral: Uint8Array
  readonly primaryIdentity: Uint8Array
  /** Fresh: 32, 32 and 12 bytes. */
  readonly random: Uint8Array
  readonly bundleSalt: Uint8Array
  readonly nonce: Uint8Array
}

export interface Agreement {
  /** bundleSalt ‖ nonce ‖ sealed(ourIdentity ‖ primaryIdentity ‖ random) ‖ tag: 156 bytes. */
  readonly wrappedBundle: Uint8Array
  /** 32 bytes; the key of the final proof. */
  readonly advSecret: Uint8Array
}

/** Undefined when a public key is of low order (an all-zero shared secret): treated like a wrong code. */
export function agreeOnSecret(input: AgreementInput): Agreement | undefined {
  const shared = sharedSecret(input.ephemeral.private, input.primaryEphemeral)
  const identityShared = sharedSecret(input.identity.private, input.primaryIdentity)
  if (shared === undefined || identityShared === undefined) return undefined
  const bundle = Buffer.concat([input.identity.public, input.primaryIdentity, input.random])
  const bundleKey = hkdf(shared, input.bundleSalt, BUNDLE_INFO)
  return {
    wrappedBundle: Buffer.concat([input.bundleSalt, input.nonce, aesGcmSeal(bundleKey, input.nonce, bundle, NOTHING)]),
    advSecret: hkdf(Buffer.concat([shared, identityShared, input.random]), NOTHING, SECRET_INFO),
  }
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

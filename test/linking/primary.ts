// The phone's half of stage 2, with Baileys' primitives and none of ours (docs/protocol.md section 4, read from the other side).
import { aesDecryptGCM, aesEncryptCTR, Curve, derivePairingCodeKey, hkdf } from 'baileys/lib/Utils/crypto.js'
import type { KeyPair } from '../../src/wire/bridge.ts'

export interface Primary {
  readonly ephemeral: KeyPair
  readonly identity: KeyPair
}

/** salt ‖ iv ‖ AES-CTR(the phone's ephemeral public key): 80 bytes. */
export async function wrapPrimaryEphemeral(
  code: string,
  publicKey: Uint8Array,
  salt: Uint8Array,
  iv: Uint8Array,
): Promise<Buffer> {
  const key = await derivePairingCodeKey(code, Buffer.from(salt))
  return Buffer.concat([salt, iv, aesEncryptCTR(publicKey, key, iv)])
}

export interface OpenedBundle {
  readonly companionIdentity: Uint8Array
  readonly primaryIdentity: Uint8Array
  readonly random: Uint8Array
  readonly advSecret: Uint8Array
}

/** Throws when the bundle was not sealed for this phone. */
export function openBundle(primary: Primary, companionEphemeral: Uint8Array, wrapped: Uint8Array): OpenedBundle {
  const salt = wrapped.subarray(0, 32)
  const nonce = wrapped.subarray(32, 44)
  const shared = Curve.sharedKey(Buffer.from(primary.ephemeral.private), companionEphemeral)
  const key = hkdf(shared, 32, { salt: Buffer.from(salt), info: 'link_code_pairing_key_bundle_encryption_key' })
  const bundle = aesDecryptGCM(wrapped.subarray(44), key, nonce, Buffer.alloc(0))
  const [companionIdentity, primaryIdentity, random] = [
    bundle.subarray(0, 32),
    bundle.subarray(32, 64),
    bundle.subarray(64),
  ]
  const identityShared = Curve.sharedKey(Buffer.from(primary.identity.private), companionIdentity)
  const advSecret = hkdf(Buffer.concat([shared, identityShared, random]), 32, { info: 'adv_secret' })
  return { companionIdentity, primaryIdentity, random, advSecret }
}

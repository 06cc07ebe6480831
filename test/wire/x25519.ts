// X25519 by node:crypto alone, with keys as JSON Web Keys: shares no line with src/wire/.
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  const { x } = createPublicKey(privateObject(privateKey)).export({ format: 'jwk' })
  return Buffer.from(x ?? '', 'base64url')
}

export function sharedSecret(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return diffieHellman({
    privateKey: privateObject(privateKey),
    publicKey: createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: base64url(publicKey) }, format: 'jwk' }),
  })
}

// node:crypto takes `x` on trust and makes its own from `d`.
function privateObject(privateKey: Uint8Array): KeyObject {
  return createPrivateKey({
    key: { kty: 'OKP', crv: 'X25519', x: base64url(new Uint8Array(32)), d: base64url(privateKey) },
    format: 'jwk',
  })
}

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

/** Public keys with which every agreement is all zero: the points of small order, and the numbers that stand for them too. */
export const SMALL_ORDER: readonly string[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]

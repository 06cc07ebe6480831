import { pbkdf2Sync } from 'node:crypto'
import { aesDecryptCTR, aesEncryptCTR, derivePairingCodeKey } from 'baileys/lib/Utils/crypto.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deriveCodeKey, saltOf, unwrapPublicKey, WRAPPED_BYTES, wrapPublicKey } from '../../src/linking/code-key.ts'
import vectors from '../vectors/code-keys.json' with { type: 'json' }
import { bytesFrom, hex, toHex } from './keys.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

describe.each(vectors.vectors)('for the code $code', (vector) => {
  const salt = hex(vector.salt)
  const iv = hex(vector.iv)
  const publicKey = hex(vector.publicKey)

  it('the key is the vector', async () => {
    expect(toHex(await deriveCodeKey(vector.code, salt))).toBe(vector.key)
  })

  it('a wrapped ephemeral key is the vector, 80 bytes', () => {
    const wrapped = wrapPublicKey({ key: hex(vector.key), salt, iv, publicKey })
    expect(toHex(wrapped)).toBe(vector.wrapped)
    expect([wrapped.length, WRAPPED_BYTES]).toEqual([80, 80])
  })

  it('the wrapping tells its salt and gives the key back', () => {
    expect(toHex(saltOf(hex(vector.wrapped)))).toBe(vector.salt)
    expect(toHex(unwrapPublicKey(hex(vector.key), hex(vector.wrapped)))).toBe(vector.publicKey)
  })
})

describe('the key of a code', () => {
  it('equals Baileys’ and PBKDF2 of node:crypto with 131072 rounds', async () => {
    const salt = bytesFrom('another salt')
    const ours = toHex(await deriveCodeKey('K7QX2MTB', salt))
    expect(ours).toBe(toHex(await derivePairingCodeKey('K7QX2MTB', salt)))
    expect(ours).toBe(toHex(pbkdf2Sync('K7QX2MTB', salt, 131_072, 32, 'sha256')))
  })

  it('is made on the thread pool: the event loop turns meanwhile', async () => {
    let turned = false
    setImmediate(() => {
      turned = true
    })
    await deriveCodeKey('K7QX2MTB', bytesFrom('salt'))
    expect(turned).toBe(true)
  })
})

describe('wrapping a public key', () => {
  it('can be undone, and equals Baileys’ AES-CTR both ways', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), bytes(16), bytes(32), (key, salt, iv, publicKey) => {
        const wrapped = wrapPublicKey({ key, salt, iv, publicKey })
        expect(toHex(wrapped)).toBe(toHex(Buffer.concat([salt, iv, aesEncryptCTR(publicKey, key, iv)])))
        expect(toHex(unwrapPublicKey(key, wrapped))).toBe(toHex(publicKey))
        expect(toHex(aesDecryptCTR(wrapped.slice(48), key, wrapped.slice(32, 48)))).toBe(toHex(publicKey))
      }),
      { numRuns: 200 },
    )
  })

  it('gives another key, and no error, under a wrong code', async () => {
    const salt = bytesFrom('salt')
    const publicKey = bytesFrom('public')
    const wrapped = wrapPublicKey({
      key: await deriveCodeKey('AAAAAAAA', salt),
      salt,
      iv: bytesFrom('iv', 16),
      publicKey,
    })
    const unwrapped = unwrapPublicKey(await deriveCodeKey('AAAAAAAB', saltOf(wrapped)), wrapped)
    expect(unwrapped.length).toBe(32)
    expect(toHex(unwrapped)).not.toBe(toHex(publicKey))
  })
})

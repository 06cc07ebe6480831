import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLookup, createSeal } from '../../src/store/seal.ts'

const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index))

/**
 * Made with Python's `cryptography` 48.0: HKDF-SHA256 of the key 00…1f without salt, info `paircode store key id` (4) and
 * `paircode store values` (32); AES-256-GCM, nonce 64…6f, additional data `paircode store 1\0some place`.
 */
const SEALED = Buffer.from(
  '0198abe81a6465666768696a6b6c6d6e6f5722ab8fb7667ed109f93674476a6aa2b8e9e35adb2928384d5d08cb5ac6dc098a1d8eb3f04256e7',
  'hex',
)

describe('sealing', () => {
  it('opens what another implementation sealed', () => {
    expect(createSeal(KEY).open(SEALED, 'some place').toString()).toBe('a secret of 24 bytes ok!')
  })

  it('gives back what was sealed, and adds 33 bytes', () => {
    const seal = createSeal(randomBytes(32))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, place) => {
        const sealed = seal.seal(plain, place)
        expect(sealed).toHaveLength(plain.length + 33)
        expect(seal.open(sealed, place)).toEqual(Buffer.from(plain))
      }),
    )
  })

  it('does not open in another place', () => {
    const seal = createSeal(KEY)
    const sealed = seal.seal(Buffer.from('x'), 'value\0sales\x001')
    expect(() => seal.open(sealed, 'value\0sales\x002')).toThrow(expect.objectContaining({ code: 'store-error' }))
  })

  it('does not open when any bit was changed', () => {
    const seal = createSeal(KEY)
    for (let index = 0; index < SEALED.length * 8; index++) {
      const changed = Buffer.from(SEALED)
      changed[index >> 3] = (changed[index >> 3] ?? 0) ^ (1 << (index & 7))
      expect(() => seal.open(changed, 'some place')).toThrow()
    }
  })

  it('says wrong-key for a key that is not there, and store-error for damage', () => {
    expect(() => createSeal(randomBytes(32)).open(SEALED, 'some place')).toThrow(
      expect.objectContaining({ code: 'wrong-key' }),
    )
    for (const length of [0, 1, 16, 32])
      expect(() => createSeal(KEY).open(SEALED.subarray(0, length), 'some place')).toThrow(
        expect.objectContaining({ code: 'store-error' }),
      )
  })

  it('opens what a previous key sealed, and says that it is not current', () => {
    const next = createSeal(randomBytes(32), [randomBytes(32), KEY])
    expect(next.open(SEALED, 'some place').toString()).toBe('a secret of 24 bytes ok!')
    expect(next.isCurrent(SEALED)).toBe(false)
    expect(next.isCurrent(next.seal(Buffer.from('x'), 'y'))).toBe(true)
  })

  it('never uses a nonce twice', () => {
    const seal = createSeal(KEY)
    const nonces = Array.from({ length: 2_000 }, () => seal.seal(Buffer.alloc(1), '').subarray(5, 17).toString('hex'))
    expect(new Set(nonces).size).toBe(2_000)
  })

  it('hides equal plaintexts', () => {
    const seal = createSeal(KEY)
    expect(seal.seal(Buffer.from('same'), 'here')).not.toEqual(seal.seal(Buffer.from('same'), 'here'))
  })
})

describe('lookups', () => {
  it('are the first 16 bytes of HMAC-SHA256 under a derived key', () => {
    // Python's hmac over `3:key2:427:session13:12025550123.0`, key HKDF-SHA256(00…1f, info `paircode store lookup`).
    expect(createLookup(KEY)('key', '42', 'session', '12025550123.0').toString('hex')).toBe(
      '80a1a4ab11e1b163ad72fddccc848c15',
    )
  })

  it('keep their parts apart', () => {
    const lookup = createLookup(KEY)
    expect(lookup('ab', 'c')).not.toEqual(lookup('a', 'bc'))
    expect(lookup('a', '')).not.toEqual(lookup('a'))
    expect(lookup('1:a')).not.toEqual(lookup('a'))
  })

  it('tell nothing without the key', () => {
    expect(createLookup(KEY)('a')).not.toEqual(createLookup(randomBytes(32))('a'))
  })
})

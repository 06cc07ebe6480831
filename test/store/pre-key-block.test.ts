import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findPreKey, packPreKeys, preKeyIds, preKeyNumber } from '../../src/store/pre-key-block.ts'
import { preKeys } from './samples.ts'

describe('a block of pre-keys', () => {
  it('finds each of its keys, and no other', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 60 })
    fc.assert(
      fc.property(ids, fc.integer({ min: 0, max: 0xffffffff }), (numbers, other) => {
        const keys = numbers.map((id) => ({
          id,
          keyPair: preKeys(1)[0]?.keyPair ?? { public: Buffer.alloc(32), private: Buffer.alloc(32) },
        }))
        const block = packPreKeys(keys)
        expect(block).toHaveLength(numbers.length * 68)
        expect(preKeyIds(block)).toEqual([...numbers].sort((a, b) => a - b))
        for (const { id, keyPair } of keys)
          expect(findPreKey(block, id)).toEqual({
            public: Buffer.from(keyPair.public),
            private: Buffer.from(keyPair.private),
          })
        if (!numbers.includes(other)) expect(findPreKey(block, other)).toBeUndefined()
      }),
    )
  })

  it('is the same for keys in any order', () => {
    const keys = preKeys(20)
    expect(packPreKeys(keys.toReversed())).toEqual(packPreKeys(keys))
  })

  it('refuses keys of another length', () => {
    const keyPair = { public: Buffer.alloc(33), private: Buffer.alloc(32) }
    expect(() => packPreKeys([{ id: 1, keyPair }])).toThrow('32 bytes, not 33')
  })

  it('takes only plain decimal counters for pre-key ids', () => {
    expect(['0', '1', '812', '16777215', '4294967295'].map(preKeyNumber)).toEqual([0, 1, 812, 16777215, 4294967295])
    for (const id of ['', '01', '-1', '1.0', '1e3', ' 1', '4294967296', '99999999999', 'x'])
      expect(preKeyNumber(id)).toBeUndefined()
  })
})

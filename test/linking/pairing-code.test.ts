import { bytesToCrockford } from 'baileys/lib/Utils/generics.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CODE_ALPHABET,
  CODE_BYTES,
  CODE_LENGTH,
  checkedCode,
  codeFromBytes,
  displayCode,
} from '../../src/linking/pairing-code.ts'
import vectors from '../vectors/pairing-codes.json' with { type: 'json' }
import { linkErrorOf } from './link-errors.ts'

const fiveBytes = fc.uint8Array({ minLength: 5, maxLength: 5 })

describe('a pairing code', () => {
  it.each(vectors.vectors)('is $code for the bytes $bytes', ({ bytes, code }) => {
    expect(codeFromBytes(Buffer.from(bytes, 'hex'))).toBe(code)
  })

  it('is what Baileys makes of the same bytes', () => {
    fc.assert(
      fc.property(fiveBytes, (bytes) => codeFromBytes(bytes) === bytesToCrockford(Buffer.from(bytes))),
      { numRuns: 2000 },
    )
  })

  it('has 8 characters of 5 bytes, and none of 0, I, O and U', () => {
    expect([CODE_BYTES, CODE_LENGTH, CODE_ALPHABET]).toEqual([5, 8, '123456789ABCDEFGHJKLMNPQRSTVWXYZ'])
    fc.assert(fc.property(fiveBytes, (bytes) => /^[1-9A-HJ-NP-TV-Z]{8}$/.test(codeFromBytes(bytes))))
  })

  it('is different for different bytes', () => {
    fc.assert(
      fc.property(fiveBytes, fiveBytes, (one, other) => {
        const differ = Buffer.compare(one, other) !== 0
        return (codeFromBytes(one) !== codeFromBytes(other)) === differ
      }),
    )
  })

  it('is shown with a dash in the middle', () => {
    expect(displayCode('ABCDEFGH')).toBe('ABCD-EFGH')
  })

  it('is the same again when what was shown is given back', () => {
    fc.assert(
      fc.property(fiveBytes, (bytes) => checkedCode(displayCode(codeFromBytes(bytes))) === codeFromBytes(bytes)),
    )
  })
})

describe('a given code', () => {
  it.each(['ABCD-EFGH', 'abcdefgh', ' abcd efgh ', 'aBcD-eFgH', 'A-B-C-D-E-F-G-H'])('may be written %j', (given) => {
    expect(checkedCode(given)).toBe('ABCDEFGH')
  })

  it.each(
    [
      '',
      'ABCDEFG',
      'ABCDEFGHJ',
      'ABCDEFG0',
      'ABCDEFGI',
      'ABCDEFGO',
      'ABCDEFGU',
      'ABCD_EFGH',
      'ABCDEFGÉ',
      'АBCDEFGH',
      '１2345678',
      12345678,
      null,
      undefined,
      ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'],
      {},
    ].map((given) => ({ given })),
  )('is refused when it is $given', ({ given }) => {
    const error = linkErrorOf(() => checkedCode(given))
    expect(error.code).toBe('invalid-code')
    expect(error.advice).toMatch(/8 characters/)
  })

  it('is not repeated in the error, because it may be a real one with a slip in it', () => {
    const error = linkErrorOf(() => checkedCode('ABCDEFG0'))
    expect(`${error.message} ${error.advice}`).not.toContain('ABCDEFG0')
  })
})

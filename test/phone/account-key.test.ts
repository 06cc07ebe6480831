import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accountKeyOf, otherSpellings } from '../../src/phone/account-key.ts'

const digitsOf = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`))
const brazilArea = fc.constantFrom('11', '21', '31', '41', '51', '61', '71', '81', '91', '99')

describe('accountKeyOf', () => {
  it.each([
    // Origin: Baileys issue 1997, whatsmeow issue 874; Anatel, ninth digit 2012-2016.
    ['Brazil, mobile, any area code', '5511987654321', '551187654321'],
    ['Brazil, mobile that begins with 6', '5531961234567', '553161234567'],
    ['Brazil, mobile that begins with 7', '5585971234567', '558571234567'],
    // Origin: whatsmeow issue 874; Mexico's plan until 2019.
    ['Mexico', '525512345678', '5215512345678'],
    // Origin: WhatsApp's help page on international numbers.
    ['Argentina, Buenos Aires', '5491123456789', '541123456789'],
    ['Argentina, Córdoba', '5493511234567', '543511234567'],
    ['Argentina, four-digit area code', '5492944123456', '542944123456'],
  ])('is one for both spellings: %s', (_, long, short) => {
    expect(accountKeyOf(long)).toBe(accountKeyOf(short))
    expect(otherSpellings(`+${long}`)).toEqual([`+${short}`])
    expect(otherSpellings(short)).toEqual([`+${long}`])
  })

  it.each([
    ['a Brazilian landline and a mobile that ends in it', '551134567890', '5511934567890'],
    ['a Brazilian number with an area code that does not exist', '5520987654321', '552087654321'],
    ['a Mexican number and one that begins with 1', '521234567890', '52234567890'],
    ['an Argentine service number', '548001234567', '5498001234567'],
    ['another country with the same tail', '5611987654321', '561187654321'],
    ['two Americans', '12025550123', '12025550124'],
  ])('keeps apart %s', (_, one, other) => {
    expect(accountKeyOf(one)).not.toBe(accountKeyOf(other))
  })

  it('leaves every other number as it is, with no other spelling', () => {
    for (const digits of ['12025550123', '390612345678', '447911123456', '551134567890', '22507123456']) {
      expect(accountKeyOf(digits)).toBe(digits)
      expect(otherSpellings(`+${digits}`)).toEqual([])
    }
  })

  it('is its own key', () => {
    const any = fc.stringMatching(/^[1-9]\d{6,14}$/)
    const folded = fc.oneof(
      fc.tuple(fc.constantFrom('55', '559'), brazilArea, digitsOf(9)).map((parts) => parts.join('')),
      fc.tuple(fc.constantFrom('52', '521', '54', '549'), digitsOf(10)).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(fc.oneof(any, folded), (digits) => {
        expect(accountKeyOf(accountKeyOf(digits))).toBe(accountKeyOf(digits))
        expect(accountKeyOf(digits)).toMatch(/^\d+$/)
      }),
    )
  })

  it('is the same for all spellings of an account, and only for them', () => {
    const brazil = fc
      .tuple(brazilArea, fc.stringMatching(/^[6-9]\d{7}$/))
      .map(([area, number]) => [`55${area}9${number}`, `55${area}${number}`])
    const mexico = fc.stringMatching(/^[2-9]\d{9}$/).map((number) => [`52${number}`, `521${number}`])
    const argentina = fc.stringMatching(/^(11|[23]\d)\d{8}$/).map((number) => [`549${number}`, `54${number}`])
    const account = fc.oneof(brazil, mexico, argentina)
    fc.assert(
      fc.property(account, account, (one, other) => {
        expect(new Set(one.map(accountKeyOf)).size).toBe(1)
        const same = one.some((spelling) => other.includes(spelling))
        expect(accountKeyOf(one[0] ?? '') === accountKeyOf(other[1] ?? '')).toBe(same)
      }),
    )
  })
})

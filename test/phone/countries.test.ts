import { describe, expect, it } from 'vitest'
import { parsePhone } from '../../src/phone/parse.ts'

function outcome(input: string, defaultCountry?: string): string {
  const result = parsePhone(input, { defaultCountry })
  return result.ok ? result.digits : [result.reason, ...result.suggestions].join(' ')
}

function keyOf(input: string): string | undefined {
  const result = parsePhone(input)
  return result.ok ? result.accountKey : undefined
}

// Origin: IFT's plan of August 2019 (no 1, 044, 045, 01); accounts registered before keep 521 (whatsmeow issue 874).
describe('Mexico', () => {
  it.each([
    ['+52 55 1234 5678', undefined, '525512345678'],
    ['+52 1 55 1234 5678', undefined, '5215512345678'],
    ['5215512345678', undefined, '5215512345678'],
    ['525512345678', undefined, '525512345678'],
    ['1 999 123 4567', 'MX', '5219991234567'],
    // Or a number of New Jersey, area code 551.
    ['1 55 1234 5678', 'MX', 'ambiguous +5215512345678 +15512345678'],
    ['+52 044 55 1234 5678', undefined, 'mobile-prefix +525512345678 +5215512345678'],
    ['+52 045 55 1234 5678', undefined, 'mobile-prefix +525512345678 +5215512345678'],
    ['044 55 1234 5678', 'MX', 'mobile-prefix +525512345678 +5215512345678'],
    ['+52 01 55 1234 5678', undefined, 'trunk-prefix +525512345678'],
    ['01 55 1234 5678', 'MX', 'trunk-prefix +525512345678'],
    ['+52 1 55 1234 567', undefined, 'too-short'],
    ['+52 55 1234 567', undefined, 'too-short'],
    ['+52 1 55 1234 56789', undefined, 'too-long'],
  ])('%s (%s): %s', (input, country, expected) => {
    expect(outcome(input, country)).toBe(expected)
  })

  it('counts 52 and 521 as one account and changes neither', () => {
    expect(keyOf('+525512345678')).toBe(keyOf('+5215512345678'))
    expect(parsePhone('+5215512345678')).toMatchObject({ country: 'MX', callingCode: '52', e164: '+5215512345678' })
  })
})

// Origin: WhatsApp's help page on international numbers (9 after 54, no 15); ENACOM's numbering plan.
describe('Argentina', () => {
  it.each([
    ['+54 9 11 2345 6789', undefined, '5491123456789'],
    ['+54 11 2345 6789', undefined, '541123456789'],
    ['+54 9 351 123 4567', undefined, '5493511234567'],
    ['+54 11 15 2345 6789', undefined, 'mobile-prefix +5491123456789'],
    ['+54 9 11 15 2345 6789', undefined, 'mobile-prefix +5491123456789'],
    ['+54 (11) 15-2345-6789', undefined, 'mobile-prefix +5491123456789'],
    ['+54 351 15 123 4567', undefined, 'mobile-prefix +5493511234567'],
    ['+54 2944 15 123456', undefined, 'mobile-prefix +5492944123456'],
    ['+54 0 11 15 2345 6789', undefined, 'mobile-prefix +5491123456789'],
    ['+54 011 2345 6789', undefined, 'trunk-prefix +5491123456789 +541123456789'],
    ['+54 9 011 2345 6789', undefined, 'trunk-prefix +5491123456789 +541123456789'],
    ['+54 15 2345 6789', undefined, 'missing-area-code +5491123456789'],
    ['+54 15 123 4567', undefined, 'missing-area-code'],
    ['011 15 2345 6789', 'AR', '5491123456789'],
    ['11 15 2345 6789', 'AR', '5491123456789'],
    ['0351 15 123 4567', 'AR', '5493511234567'],
    ['02944 15 123456', 'AR', '5492944123456'],
    ['9 11 2345 6789', 'AR', '5491123456789'],
    ['011 2345 6789', 'AR', '541123456789'],
    ['11 2345 6789', 'AR', 'ambiguous +5491123456789 +541123456789'],
    ['15 2345 6789', 'AR', 'missing-area-code +5491123456789'],
    ['15 123 4567', 'AR', 'missing-area-code'],
  ])('%s (%s): %s', (input, country, expected) => {
    expect(outcome(input, country)).toBe(expected)
  })

  it('counts the number with and without the 9 as one account and changes neither', () => {
    expect(keyOf('+541123456789')).toBe(keyOf('+5491123456789'))
  })
})

// Origin: Anatel, ninth digit 2012-2016; older accounts kept eight digits (Baileys issue 1997).
describe('Brazil', () => {
  it.each([
    ['+55 11 98765-4321', '5511987654321'],
    ['+55 11 8765-4321', '551187654321'],
    ['551187654321', '551187654321'],
    ['+55 11 3456-7890', '551134567890'],
    ['+55 (011) 98765-4321', 'trunk-prefix +5511987654321'],
    ['+55 0 15 21 98765-4321', 'trunk-prefix +5521987654321'],
    ['+55 98765-4321', 'missing-area-code'],
    ['+55 8765-4321', 'missing-area-code'],
    ['+55 11 98765-432', '551198765432'],
    ['+55 11 98765-43210', 'too-long'],
    ['11987654321', 'missing-country-code +5511987654321'],
    ['31987654321', 'ambiguous +31987654321 +5531987654321'],
  ])('%s: %s', (input, expected) => {
    expect(outcome(input)).toBe(expected)
  })

  it('counts a mobile with and without the ninth digit as one account and changes neither', () => {
    expect(keyOf('+5511987654321')).toBe(keyOf('+551187654321'))
    expect(keyOf('+551134567890')).not.toBe(keyOf('+5511934567890'))
  })
})

// Origin: AGCOM's plan since 1998.
describe('Italy', () => {
  it.each([
    ['+39 06 1234 5678', '390612345678'],
    ['+39 02 1234 5678', '390212345678'],
    ['+39 347 123 4567', '393471234567'],
    ['+39 0347 123 4567', 'trunk-prefix +393471234567'],
    ['+39 (0)347 123 4567', 'trunk-prefix +393471234567'],
    ['+39 (0)6 1234 5678', 'trunk-prefix +390612345678'],
    ['+39 6 1234 5678', 'missing-zero +390612345678'],
    ['+39 0331 123456', '390331123456'],
  ])('%s: %s', (input, expected) => {
    expect(outcome(input)).toBe(expected)
  })
})

// Origin: ARTCI's change of 31 January 2021, as presented to ITU-T under E.129; libphonenumber's carriers of +225.
describe('Côte d’Ivoire', () => {
  it.each([
    ['+225 07 12 34 56 78', '2250712345678'],
    ['+225 01 23 45 67', 'old-number +2250101234567'],
    ['+225 40 12 34 56', 'old-number +2250140123456'],
    ['+225 73 12 34 56', 'old-number +2250173123456'],
    ['+225 04 12 34 56', 'old-number +2250504123456'],
    ['+225 66 12 34 56', 'old-number +2250566123456'],
    ['+225 95 12 34 56', 'old-number +2250595123456'],
    ['+225 07 12 34 56', 'old-number +2250707123456'],
    ['+225 58 12 34 56', 'old-number +2250758123456'],
    ['+225 79 12 34 56', 'old-number +2250779123456'],
    ['+225 20 34 43 73', 'old-number +2252720344373'],
    ['+225 60 12 34 56', 'old-number'],
    ['+225 20 01 23 45', 'old-number'],
    ['+225 07 12 34 5', 'too-short'],
  ])('%s: %s', (input, expected) => {
    expect(outcome(input)).toBe(expected)
  })
})

// Origin: ARCEP Bénin's change of 30 November 2024.
describe('Benin', () => {
  it.each([
    ['+229 01 97 12 34 56', '2290197123456'],
    ['+229 97 12 34 56', 'old-number +2290197123456'],
  ])('%s: %s', (input, expected) => {
    expect(outcome(input)).toBe(expected)
  })
})

// Origin: ITU-T E.123 (the trunk prefix is not part of the international form); each country's plan.
describe('a trunk prefix after the country code', () => {
  it.each([
    ['+49 (0)170 1234567', 'trunk-prefix +491701234567'],
    ['+49 0170 1234567', 'trunk-prefix +491701234567'],
    ['0049 (0)170 1234567', 'trunk-prefix +491701234567'],
    ['+44 07911 123456', 'trunk-prefix +447911123456'],
    ['+44(0)7911123456', 'trunk-prefix +447911123456'],
    ['+33 06 12 34 56 78', 'trunk-prefix +33612345678'],
    ['+62 0812 3456 7890', 'trunk-prefix +6281234567890'],
    ['+234 0803 123 4567', 'trunk-prefix +2348031234567'],
    ['+91 0 98765 43210', 'trunk-prefix +919876543210'],
    ['+966 050 123 4567', 'trunk-prefix +966501234567'],
    ['+7 8 912 345 67 89', 'trunk-prefix +79123456789'],
    ['+36 06 20 123 4567', 'trunk-prefix +36201234567'],
    ['+1 1 202 555 0123', 'trunk-prefix +12025550123'],
    ['4901701234567', 'trunk-prefix +491701234567'],
  ])('%s: %s', (input, expected) => {
    expect(outcome(input)).toBe(expected)
  })

  it.each([
    ['Congo', '+242 06 123 4567', '242061234567'],
    ['Gabon', '+241 06 12 34 56', '24106123456'],
    ['San Marino', '+378 0549 886377', '3780549886377'],
  ])('is none where the zero is part of the number: %s', (_, input, digits) => {
    expect(outcome(input)).toBe(digits)
  })

  it('is named in the advice', () => {
    const adviceOn = (input: string): string => {
      const result = parsePhone(input)
      return result.ok ? '' : result.advice
    }
    expect(adviceOn('+36 06 20 123 4567')).toContain('Leave out the 06 after +36')
    expect(adviceOn('+7 8 912 345 67 89')).toContain('Leave out the 8 after +7')
    // China's carrier selection: five digits, which the advice does not repeat.
    expect(adviceOn('+86 17951 139 1234 5678')).not.toMatch(/17951/)
    expect(adviceOn('+86 11100 0000 0000')).toContain('Leave out what is dialled at home only')
  })
})

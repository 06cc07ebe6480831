import fc from 'fast-check'
import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { parsePhoneNumberFromString as parseMobile } from 'libphonenumber-js/mobile'
import examples from 'libphonenumber-js/mobile/examples'
import { describe, expect, it } from 'vitest'
import { BRAZIL_AREA } from '../../src/phone/area-codes.ts'
import { parsePhone } from '../../src/phone/parse.ts'

function outcome(input: string, defaultCountry?: string): string {
  const result = parsePhone(input, { defaultCountry })
  return result.ok ? result.digits : [result.reason, ...result.suggestions].join(' ')
}

// Origin: the example mobile number of every country in the metadata of libphonenumber-js.
const EXAMPLES = getCountries().flatMap((country) => {
  const national = examples[country]
  return national === undefined ? [] : [{ country, national, digits: `${getCountryCallingCode(country)}${national}` }]
})

describe('the example mobile number of every country', { timeout: 60_000 }, () => {
  it('is accepted with a plus', () => {
    expect(EXAMPLES.length).toBeGreaterThan(230)
    for (const { digits } of EXAMPLES) expect(outcome(`+${digits}`)).toBe(digits)
  })

  it('is accepted with 00', () => {
    for (const { digits } of EXAMPLES) expect(outcome(`00${digits}`)).toBe(digits)
  })

  it('is accepted as printed at home with its country as default', () => {
    for (const { country, digits } of EXAMPLES) {
      const printed = parsePhoneNumberFromString(`+${digits}`)?.formatNational() ?? ''
      expect(outcome(printed, country), country).toBe(digits)
    }
  })

  it('is accepted without a plus with its country as default', () => {
    for (const { country, digits } of EXAMPLES) expect(outcome(digits, country), country).toBe(digits)
  })

  it('is accepted without a plus and without a default when it has eleven digits or more', () => {
    for (const { digits } of EXAMPLES.filter(({ digits }) => digits.length > 10)) expect(outcome(digits)).toBe(digits)
  })

  it('is suggested, not taken, without a plus when it is shorter', () => {
    for (const { digits } of EXAMPLES.filter(({ digits }) => digits.length <= 10)) {
      expect(outcome(digits)).toMatch(new RegExp(`^missing-country-code \\+${digits}\\b`))
    }
  })
})

const isBrazilArea = new RegExp(`^${BRAZIL_AREA}$`)

describe('digits without a plus and without a default country', { timeout: 60_000 }, () => {
  it.each([
    ['12025550123', '12025550123'],
    ['447911123456', '447911123456'],
    ['551187654321', '551187654321'],
    ['2025550123', 'missing-country-code +12025550123'],
    ['555 0123', 'missing-country-code'],
    ['9876543210', 'missing-country-code +19876543210 +919876543210'],
    // Singapore's +65 8234 5678 and a number of North America's area code 658.
    ['6582345678', 'missing-country-code +6582345678 +16582345678 +916582345678'],
    ['0170 1234567', 'missing-country-code'],
    ['011 44 7911 123456', 'missing-country-code +447911123456'],
    ['0011 44 7911 123456', 'too-long'],
    // Brazilians at home in Belo Horizonte and Curitiba; no mobile in the Netherlands or Switzerland begins with 9.
    ['31987654321', 'ambiguous +31987654321 +5531987654321'],
    ['41987654321', 'ambiguous +41987654321 +5541987654321'],
    // Russian with its trunk prefix, or Brazilian (Piauí).
    ['89991234567', 'missing-country-code +5589991234567 +79991234567'],
    ['11987654321', 'missing-country-code +5511987654321'],
    // North America gives no area code with a 9 in the middle.
    ['12985550123', 'missing-country-code +5512985550123'],
    ['1234567890123456', 'missing-country-code'],
  ])('%s: %s', (input, expected) => {
    const got = outcome(input)
    expect(expected.includes('+') || !expected.includes('-') ? got : got.split(' ')[0]).toBe(expected)
  })

  it('believe the country code where eleven digits with a 9 in the third place are a mobile number', () => {
    // Exactly these codes: every Brazilian-looking number that is a mobile number elsewhere, by the mobile metadata.
    const areas = Array.from({ length: 89 }, (_, at) => String(at + 11)).filter((code) => isBrazilArea.test(code))
    const area = fc.constantFrom(...areas)
    const number = fc.tuple(area, fc.stringMatching(/^9\d{8}$/)).map((parts) => parts.join(''))
    const believed = /^(?:51|66|79|84|95|359|389|689)/
    const seen = new Set<string>()
    fc.assert(
      fc.property(number, (digits) => {
        const elsewhere = parseMobile(`+${digits}`, { extract: false })
        if (elsewhere?.number !== `+${digits}` || !elsewhere.isValid()) return
        expect(digits).toMatch(believed)
        expect(outcome(digits)).toBe(digits)
        seen.add(elsewhere.countryCallingCode)
      }),
      { numRuns: 5_000 },
    )
    expect([...seen].sort()).toEqual(expect.arrayContaining(['51', '66', '84']))
  })
})

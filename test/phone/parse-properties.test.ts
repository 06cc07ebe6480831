import fc from 'fast-check'
import { getCountries } from 'libphonenumber-js/min'
import { describe, expect, it } from 'vitest'
import { parsePhone } from '../../src/phone/parse.ts'
import type { PhoneResult } from '../../src/phone/result.ts'

const country = fc.option(fc.constantFrom(...getCountries(), 'uk', 'XX'), { nil: undefined })
const options = fc.record({ defaultCountry: country, lenient: fc.boolean() })
const digits = fc.stringMatching(/^[1-9]\d{6,14}$/)
const separator = fc.constantFrom('', '', '', ' ', '-', '.', '/', '\u00a0', '\u200e', ' (', ') ')

/** Anything that JavaScript calls a string, halves of surrogate pairs included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
)
/** Text that looks like a number: where the reader has most to decide. */
const numberLike = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789+ ()-./x@:#٠٩०९０９'), maxLength: 40 }),
  fc.tuple(fc.constantFrom('+', '00', '0', '', '011', '+0', '(+'), digits).map((parts) => parts.join('')),
  fc
    .tuple(
      fc.constantFrom('+52', '+54', '+55', '+39', '+225', '+229', '+49', '+1', '52', '54', '55'),
      fc.stringMatching(/^[0-9]{4,13}$/),
    )
    .map((parts) => parts.join('')),
)

/** `digits` with separators between them, as people group them. */
const grouped = digits.chain((number) =>
  fc.array(separator, { minLength: number.length, maxLength: number.length }).map((marks) => ({
    number,
    text: [...number].map((digit, at) => `${marks[at]}${digit}`).join(''),
  })),
)

function expectWellFormed(result: PhoneResult): void {
  if (result.ok) {
    expect(result.e164).toBe(`+${result.digits}`)
    expect(result.digits).toMatch(/^[1-9]\d{6,14}$/)
    expect(result.digits.startsWith(result.callingCode)).toBe(true)
    return
  }
  expect(result.reason).toMatch(/^[a-z]+(-[a-z]+)*$/)
  expect(result.advice).toMatch(/^[A-Z].+\.$/)
  for (const suggestion of result.suggestions) {
    expect(parsePhone(suggestion), suggestion).toMatchObject({ ok: true, e164: suggestion })
  }
}

describe('parsePhone, for every input', { timeout: 60_000 }, () => {
  it('never throws and always answers in full', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, numberLike), options, (text, given) => {
        expectWellFormed(parsePhone(text, given))
      }),
      { numRuns: 1_000 },
    )
  })

  it('never puts the number into the advice', () => {
    fc.assert(
      fc.property(numberLike, options, (text, given) => {
        const result = parsePhone(text, given)
        const typed = text.replace(/\D/g, '')
        if (result.ok || typed.length < 7) return
        expect(result.advice.replace(/\D/g, '')).not.toContain(typed)
        expect(result.advice).not.toMatch(/\d{5}/)
      }),
      { numRuns: 1_000 },
    )
  })

  it('accepts exactly the digits that follow a plus, or none', () => {
    fc.assert(
      fc.property(grouped, options, ({ number, text }, given) => {
        const result = parsePhone(`+${text}`, given)
        if (result.ok) expect(result.digits).toBe(number)
      }),
      { numRuns: 1_000 },
    )
  })

  it('does not depend on how the digits are grouped', () => {
    fc.assert(
      fc.property(grouped, country, ({ number, text }, defaultCountry) => {
        // `(0)` alone is a notation of its own.
        fc.pre(!/\(\D*0\D*\)/.test(text))
        expect(parsePhone(text, { defaultCountry })).toEqual(parsePhone(number, { defaultCountry }))
        expect(parsePhone(`+${text}`)).toEqual(parsePhone(`+${number}`))
      }),
      { numRuns: 1_000 },
    )
  })

  it('accepts its own answer, unchanged, in every form', () => {
    fc.assert(
      fc.property(fc.oneof(numberLike, digits), options, (text, given) => {
        const result = parsePhone(text, given)
        if (!result.ok) return
        const lenient = { lenient: given.lenient }
        expect(parsePhone(result.e164, lenient)).toEqual(result)
        expect(parsePhone(`${result.digits}@s.whatsapp.net`, lenient)).toEqual(result)
        expect(parsePhone(`https://wa.me/${result.digits}`, lenient)).toEqual(result)
        expect(parsePhone(`+${result.accountKey}`, lenient)).toMatchObject({ accountKey: result.accountKey })
      }),
      { numRuns: 1_000 },
    )
  })

  it('takes any 7 to 15 digits after a plus when lenient', () => {
    fc.assert(
      fc.property(digits, (number) => {
        expect(parsePhone(`+${number}`, { lenient: true })).toMatchObject({ ok: true, digits: number })
      }),
      { numRuns: 1_000 },
    )
  })
})

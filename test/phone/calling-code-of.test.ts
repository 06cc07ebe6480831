import metadata from 'libphonenumber-js/min/metadata'
import { describe, expect, it } from 'vitest'
import { callingCodeOf } from '../../src/phone/calling-code-of.ts'

const CODES = [...Object.keys(metadata.country_calling_codes), ...Object.keys(metadata.nonGeographic)]

describe('callingCodeOf', () => {
  it('finds every calling code of the metadata at the head of a number', () => {
    expect(CODES.length).toBeGreaterThan(200)
    for (const code of CODES) {
      for (const rest of ['0123456', '2345678', '9999999']) expect(callingCodeOf(`${code}${rest}`)).toBe(code)
    }
  })

  it('counts a code that no country has as three digits', () => {
    expect(callingCodeOf('9991234567')).toBe('999')
    expect(callingCodeOf('2101234567')).toBe('210')
  })

  it('gives what there is of a number that is shorter than its code', () => {
    expect(callingCodeOf('')).toBe('')
    expect(callingCodeOf('35')).toBe('35')
  })
})

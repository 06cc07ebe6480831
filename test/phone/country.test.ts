import fc from 'fast-check'
import { getCountries, getCountryCallingCode } from 'libphonenumber-js/min'
import { describe, expect, it } from 'vitest'
import { callingCode } from '../../src/phone/country.ts'

describe('callingCode', { timeout: 60_000 }, () => {
  it.each([
    ['BR', '55'],
    ['br', '55'],
    ['Brazil', '55'],
    ['Brasil', '55'],
    ['  brazil ', '55'],
    ['UK', '44'],
    ['uk', '44'],
    ['U.K.', '44'],
    ['GB', '44'],
    ['United Kingdom', '44'],
    ['Great Britain', '44'],
    ['England', '44'],
    ['Reino Unido', '44'],
    ['US', '1'],
    ['USA', '1'],
    ['U.S.A.', '1'],
    ['United States of America', '1'],
    ['Estados Unidos', '1'],
    ['EE. UU.', '1'],
    ['EUA', '1'],
    ['Ivory Coast', '225'],
    ["Côte d'Ivoire", '225'],
    ['Côte d’Ivoire', '225'],
    ['cote divoire', '225'],
    ['Costa do Marfim', '225'],
    ['México', '52'],
    ['mexico', '52'],
    ['MÉXICO', '52'],
    ['Deutschland', '49'],
    ['Alemania', '49'],
    ['Türkiye', '90'],
    ['Turkey', '90'],
    ['Czech Republic', '420'],
    ['Burma', '95'],
    ['Myanmar', '95'],
    ['The Gambia', '220'],
    ['St Lucia', '1'],
    ['Saint Lucia', '1'],
    ['Bosnia and Herzegovina', '387'],
    ['Bosnia & Herzegovina', '387'],
    ['Hong Kong', '852'],
    ['DR Congo', '243'],
    ['Congo - Kinshasa', '243'],
    ['Vatican', '39'],
    ['South Korea', '82'],
    ['मैक्सिको', '52'],
    ['भारत', '91'],
    ['المملكة العربية السعودية', '966'],
    ['السعودية', '966'],
    ['البرازيل', '55'],
    ['Amerika Serikat', '1'],
    ['日本', '81'],
  ])('knows %s', (name, code) => {
    expect(callingCode(name)).toBe(code)
  })

  it.each(['', ' ', 'Atlantis', 'ZZ', 'AQ', '+55', '55', 'Brazil and Peru'])('does not know %j', (name) => {
    expect(callingCode(name)).toBeUndefined()
  })

  it('does not know an absurdly long text', () => {
    expect(callingCode('x'.repeat(5_000_000))).toBeUndefined()
  })

  it('does not know a value that is not a string', () => {
    expect(callingCode(undefined as unknown as string)).toBeUndefined()
  })

  // The calling codes of the metadata are the judge: no name may lead to another country's code.
  it.each(['en', 'pt', 'es', 'ar', 'id', 'hi'])('knows every country by its code and by its name in %s', (language) => {
    const names = new Intl.DisplayNames([language], { type: 'region' })
    for (const country of getCountries()) {
      const code = getCountryCallingCode(country)
      expect(callingCode(country)).toBe(code)
      expect(callingCode(names.of(country) ?? ''), `${country} ${names.of(country)}`).toBe(code)
    }
  })

  it('never throws, whatever the string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(['string', 'undefined']).toContain(typeof callingCode(text))
      }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { isReservedExample } from '../../src/phone/reserved.ts'

describe('isReservedExample', () => {
  // Origin: NANPA, 555 line numbers.
  it('knows all hundred numbers of 555-01xx in every area code', () => {
    for (const area of ['202', '212', '416', '876', '999']) {
      for (let line = 100; line < 200; line += 1) {
        expect(isReservedExample(`+1${area}5550${line}`)).toBe(true)
        expect(isReservedExample(`1${area}5550${line}`)).toBe(true)
      }
    }
  })

  it.each([
    '+12025550099',
    '+12025550200',
    '+12025551212',
    '+12025560123',
    '+11025550123',
    '+120255501234',
    '+1202555012',
    '+4412025550123',
  ])('does not take %s for an example', (number) => {
    expect(isReservedExample(number)).toBe(false)
  })

  // Origins: named at each range in src/phone/reserved.ts.
  it.each([
    ['Ofcom: mobile', '+447700900000', '+447700900999', '+447700901000'],
    ['Ofcom: no area', '+441632960000', '+441632960999', '+441632961000'],
    ['Ofcom: London', '+442079460000', '+442079460999', '+442079461000'],
    ['Ofcom: Leeds', '+441134960000', '+441134960999', '+441134961000'],
    ['Ofcom: Tyneside', '+441914980000', '+441914980999', '+441914970000'],
    ['Ofcom: Northern Ireland', '+442896496000', '+442896496999', '+442890180000'],
    ['ARCEP: mobile', '+33639980000', '+33639989999', '+33639990000'],
    ['ARCEP: Paris', '+33199000000', '+33199009999', '+33199010000'],
    ['Bundesnetzagentur: Berlin', '+493023125000', '+493023125999', '+493023126000'],
    ['ACMA: mobile', '+61491570006', '+61491579760', '+61491570007'],
  ])('knows the range of %s from end to end and not beyond', (_, first, last, outside) => {
    expect(isReservedExample(first)).toBe(true)
    expect(isReservedExample(last)).toBe(true)
    expect(isReservedExample(outside)).toBe(false)
  })

  it('says no to what is not a number', () => {
    for (const text of ['', '+', 'nobody', '+1 202 555 0123 x1', '1'.repeat(100_000)]) {
      expect(isReservedExample(text)).toBe(false)
    }
  })
})

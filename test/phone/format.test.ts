import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatPhone } from '../../src/phone/format.ts'

describe('formatPhone', { timeout: 60_000 }, () => {
  it.each([
    ['+12025550123', '+1 202 555 0123'],
    ['12025550123', '+1 202 555 0123'],
    ['+1 (202) 555-0123', '+1 202 555 0123'],
    ['+5511987654321', '+55 11 98765 4321'],
    ['+551187654321', '+55 11 8765 4321'],
    ['+525512345678', '+52 55 1234 5678'],
    ['+5215512345678', '+52 1 55 1234 5678'],
    ['+5491123456789', '+54 9 11 2345 6789'],
    ['+390612345678', '+39 06 1234 5678'],
    ['+447911123456', '+44 7911 123456'],
    ['12025550123@s.whatsapp.net', '+1 202 555 0123'],
  ])('prints %s as %s', (given, expected) => {
    expect(formatPhone(given)).toBe(expected)
  })

  it('prints digits that no plan groups with a plus, and never drops one', () => {
    expect(formatPhone('+9991234567')).toBe('+9991234567')
    expect(formatPhone('+4901701234567')).toBe('+4901701234567')
  })

  it.each(['', 'nobody', '+49', '0170 1234567', '+1 202 555 0123 x12'])('gives %j back', (given) => {
    expect(formatPhone(given)).toBe(given)
  })

  it('gives an absurdly long text back unread', () => {
    const text = '1'.repeat(5_000_000)
    expect(formatPhone(text)).toBe(text)
  })

  it('gives an empty text for a value that is not a string', () => {
    expect(formatPhone(undefined as unknown as string)).toBe('')
  })

  it('keeps every digit of every number', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9]\d{6,14}$/), (number) => {
        expect(formatPhone(number).replace(/[^\d+]/g, '')).toBe(number)
      }),
    )
  })

  it('never throws, whatever the string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typeof formatPhone(text)).toBe('string')
      }),
    )
  })
})

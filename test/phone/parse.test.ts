import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parsePhone } from '../../src/phone/parse.ts'
import type { PhoneReason } from '../../src/phone/result.ts'

/** `digits` or the refusal, as one line each, so that a failing row shows all there is to know. */
function outcome(input: string, defaultCountry?: string, lenient = false): string {
  const result = parsePhone(input, { defaultCountry, lenient })
  return result.ok ? result.digits : [result.reason, ...result.suggestions].join(' ')
}

describe('parsePhone', () => {
  it('gives a number in all the forms that callers need', () => {
    expect(parsePhone('+1 (202) 555-0123')).toEqual({
      ok: true,
      e164: '+12025550123',
      digits: '12025550123',
      country: 'US',
      callingCode: '1',
      accountKey: '12025550123',
    })
  })

  it('gives a refusal with a reason, a sentence and numbers to choose from', () => {
    expect(parsePhone('+49 (0)170 1234567')).toEqual({
      ok: false,
      reason: 'trunk-prefix',
      advice: 'Leave out the (0): it is dialled inside the country only.',
      suggestions: ['+491701234567'],
    })
  })

  it('leaves the country out where the digits do not tell it', () => {
    const result = parsePhone('+870773111632')
    expect(result).toMatchObject({ ok: true, callingCode: '870' })
    expect(result).not.toHaveProperty('country')
  })

  describe('reads any formatting', () => {
    it.each([
      ['spaces', '+1 202 555 0123'],
      ['dots', '+1.202.555.0123'],
      ['dashes', '+1-202-555-0123'],
      ['brackets', '+1 (202) 555 0123'],
      ['slashes', '+1/202/555-0123'],
      ['space around it', ' \t+1 202 555 0123\r\n'],
      ['no-break spaces', '+1\u00a0202\u202f555\u00a00123'],
      ['a plus in brackets', '(+1) 202 555 0123'],
      ['embedding marks from a chat', '\u202a+1 202 555 0123\u202c'],
      ['isolate marks from a chat', '\u2068+1 202 555 0123\u2069'],
      ['zero-width characters', '+1\u200b202\u200d555\ufeff0123'],
      ['en dashes and minus signs', '+1–202−555—0123'],
      ['full-width characters', '＋１（２０２）５５５－０１２３'],
      ['Arabic-Indic digits', '+١٢٠٢٥٥٥٠١٢٣'],
      ['Persian digits', '+۱۲۰۲۵۵۵۰۱۲۳'],
      ['Devanagari digits', '+१ २०२ ५५५ ०१२३'],
      ['Bengali digits', '+১২০২৫৫৫০১২৩'],
      ['Thai digits', '+๑๒๐๒๕๕๕๐๑๒๓'],
      ['mixed scripts', '+1 ٢٠٢ ५५५ ０１２３'],
      ['a tel: address', 'tel:+1-202-555-0123'],
      ['a whatsapp: address', 'whatsapp:+12025550123'],
      ['a label before it', 'WhatsApp: +1 202 555 0123'],
      ['a wa.me link', 'https://wa.me/12025550123'],
      ['a wa.me link with a text', 'wa.me/12025550123?text=Hello%202026'],
      ['a send link', 'https://api.whatsapp.com/send?text=a&phone=12025550123&app=b'],
      ['a send link with a plus', 'whatsapp://send?phone=%2B12025550123'],
      ['a JID', '12025550123@s.whatsapp.net'],
      ['a JID with a device', '12025550123:12@s.whatsapp.net'],
      ['an older JID', '12025550123@c.us'],
      ['the prefix 00', '00 1 202 555 0123'],
      ['the prefix 00 in Arabic-Indic digits', '٠٠١٢٠٢٥٥٥٠١٢٣'],
      ['no plus', '12025550123'],
      ['no plus, with groups', '1 (202) 555-0123'],
    ])('with %s', (_, input) => {
      expect(outcome(input)).toBe('12025550123')
    })
  })

  describe('refuses what is no single number, and says why', () => {
    it.each<[string, string]>([
      ['', 'empty'],
      [' \u200b ', 'empty'],
      ['+', 'empty'],
      ['+() -', 'empty'],
      ['+1 202 555 0123 x12', 'extension'],
      ['+1 202 555 0123 ext. 12', 'extension'],
      ['+1 202 555 0123 extension 12', 'extension'],
      ['+1 202 555 0123#12', 'extension'],
      ['tel:+1-202-555-0123;ext=12', 'extension'],
      ['+55 11 3456 7890 ramal 12', 'extension'],
      ['1-800-FLOWERS', 'letters'],
      ['my number is +1 202 555 0123', 'letters'],
      ['+1 202 555 0123 (home)', 'letters'],
      ['+1 202 555 O123', 'letters'],
      ['+1••••••••23', 'unexpected-character'],
      ['+1 202 555 0123!', 'unexpected-character'],
      ['*+1 202 555 0123*', 'unexpected-character'],
      ['+1 202 555 ⓪123', 'unexpected-character'],
      ['+1,202,555,0123', 'unexpected-character'],
      ['+12025550123\u0000', 'unexpected-character'],
      ['+12025550123 / +12025550124', 'several-numbers'],
      ['+12025550123+12025550124', 'several-numbers'],
      ['++12025550123', 'misplaced-plus +12025550123'],
      ['12025550123+', 'misplaced-plus +12025550123'],
      ['1+2025550123', 'misplaced-plus +12025550123'],
      ['120363012345678901@g.us', 'not-a-phone-number'],
      ['12345678901234@lid', 'not-a-phone-number'],
      ['status@broadcast', 'not-a-phone-number'],
      ['someone@example.org', 'not-a-phone-number'],
      ['https://wa.me/message/ABC123', 'not-a-phone-number'],
      ['https://example.org/12025550123', 'not-a-phone-number'],
      ['+0170 1234567', 'leading-zero'],
      ['+00 1 202 555 0123', 'leading-zero +12025550123'],
      ['+999 1234567', 'unknown-calling-code'],
      ['+1 202 555', 'too-short'],
      ['+1 202 555 012', 'too-short'],
      ['+1 202 555 01234', 'too-long'],
      ['+49 4', 'too-short'],
      ['+49 170 123456789012', 'too-long'],
      ['+1 202 555 0123 202 555 0123', 'too-long'],
      ['+44 79111234', 'impossible-length'],
      ['+999 1234 1234 1234 1234', 'too-long'],
      ['+870 1234', 'impossible-length'],
      ['+870 1', 'too-short'],
    ])('%j: %s', (input, expected) => {
      expect(outcome(input)).toBe(expected)
    })

    it('refuses a value that is not a string', () => {
      for (const value of [undefined, null, 12025550123, {}, ['+12025550123']]) {
        expect(parsePhone(value as unknown as string)).toMatchObject({ ok: false, reason: 'not-text' })
      }
    })

    it('reads 100 characters and no more', () => {
      expect(outcome(`+12025550123${' '.repeat(88)}`)).toBe('12025550123')
      expect(outcome(`+12025550123${' '.repeat(89)}`)).toBe('input-too-long')
    })

    it('answers at once to an absurdly long string', () => {
      for (const text of ['+1'.repeat(2_000_000), '('.repeat(2_000_000), '\u200b'.repeat(2_000_000)]) {
        expect(outcome(text)).toBe('input-too-long')
      }
    })
  })

  describe('with a default country', () => {
    it.each([
      ['GB', '07911 123456', '447911123456'],
      ['gb', '07911 123456', '447911123456'],
      ['UK', '07911 123456', '447911123456'],
      ['DE', '0170/1234567', '491701234567'],
      ['DE', '(0170) 1234567', '491701234567'],
      ['DE', '(0)170 1234567', '491701234567'],
      ['DE', '170 1234567', '491701234567'],
      ['FR', '06 12 34 56 78', '33612345678'],
      ['ES', '612 34 56 78', '34612345678'],
      ['US', '(202) 555-0123', '12025550123'],
      ['US', '1-202-555-0123', '12025550123'],
      ['IN', '98765 43210', '919876543210'],
      ['IN', '098765 43210', '919876543210'],
      ['ID', '0812-3456-7890', '6281234567890'],
      ['ID', '812-3456-7890', '6281234567890'],
      ['RU', '8 (912) 345-67-89', '79123456789'],
      ['CN', '131 0555 0123', '8613105550123'],
      ['HU', '06 20 123 4567', '36201234567'],
      ['SA', '٠٥٠١٢٣٤٥٦٧', '966501234567'],
      ['EG', '010 1234 5678', '201012345678'],
      ['BR', '(11) 98765-4321', '5511987654321'],
      ['BR', '(11) 8765-4321', '551187654321'],
      ['BR', '0 15 21 98765-4321', '5521987654321'],
      ['IT', '06 1234 5678', '390612345678'],
      ['IT', '347 123 4567', '393471234567'],
      ['MX', '55 1234 5678', '525512345678'],
      ['CI', '07 12 34 56 78', '2250712345678'],
    ])('%s reads %s as written at home', (country, input, digits) => {
      expect(outcome(input, country)).toBe(digits)
    })

    it.each([
      ['DE', '+1 202 555 0123', '12025550123'],
      ['DE', '0044 7911 123456', '447911123456'],
      ['US', '011 44 7911 123456', '447911123456'],
      ['AU', '0011 44 7911 123456', '447911123456'],
      ['JP', '010 44 7911 123456', '447911123456'],
      ['BR', '0021 44 7911 123456', '447911123456'],
      ['RU', '810 44 7911 123456', '447911123456'],
      ['US', '0044 7911 123456', '447911123456'],
      // 0[0-3]x is Singapore's prefix: 006 + 5 8123 4567 would be a number, were it possible.
      ['SG', '0065 8123 4567', '6581234567'],
      // 00 and 001 are both Hong Kong's: Egypt's +20 2555 0123 is possible, but hardly meant.
      ['HK', '001 202 555 0123', '12025550123'],
    ])('%s reads %s as a foreign number', (country, input, digits) => {
      expect(outcome(input, country)).toBe(digits)
    })

    it.each([
      ['GB', '447911123456', '447911123456'],
      ['DE', '4915123456789', '4915123456789'],
      ['BR', '5511987654321', '5511987654321'],
      ['MX', '5215512345678', '5215512345678'],
      ['AR', '5491123456789', '5491123456789'],
      ['US', '447911123456', '447911123456'],
      ['FR', '12025550123', '12025550123'],
    ])('%s reads %s with its country code and no plus', (country, input, digits) => {
      expect(outcome(input, country)).toBe(digits)
    })

    it.each([
      ['DE', '15123456789', 'ambiguous +4915123456789 +15123456789'],
      ['DE', '12025550123', 'ambiguous +4912025550123 +12025550123'],
      ['BR', '12025550123', 'ambiguous +5512025550123 +12025550123'],
      ['DE', '+0170 1234567', 'leading-zero +491701234567'],
      ['US', '555 0123', 'too-short'],
      ['US', '5', 'too-short'],
      ['IT', '6 1234 5678', 'missing-zero +390612345678'],
    ])('%s does not guess at %s', (country, input, expected) => {
      expect(outcome(input, country).startsWith(expected)).toBe(true)
    })

    it.each(['XX', 'AQ', 'Germany', '', '49', 'USA', 'D€', 'ſs'])('refuses the unknown country %j', (country) => {
      expect(outcome('+12025550123', country)).toBe('unknown-country')
      expect(outcome('0170 1234567', country)).toBe('unknown-country')
    })

    it('takes no country for none, and survives options that are none', () => {
      expect(outcome('+12025550123', undefined)).toBe('12025550123')
      expect(parsePhone('+12025550123', null as unknown as object)).toMatchObject({ ok: true })
      expect(parsePhone('+12025550123', { defaultCountry: 49 as unknown as string })).toMatchObject({ ok: false })
    })
  })

  describe('lenient', () => {
    it.each([
      ['+999 1234567', '9991234567'],
      ['+1 202 55', 'too-short'],
      ['+1 202 5550', '12025550'],
      ['+1 202 555 01234', '120255501234'],
      ['+225 07 12 34 56', '22507123456'],
      ['+229 97 12 34 56', '22997123456'],
      ['+4901701234567', '4901701234567'],
      ['+39 6 1234 5678', '39612345678'],
      ['00 999 1234567', '9991234567'],
      ['9991234567', '9991234567'],
      ['1234567', '1234567'],
      ['+123456', 'too-short'],
      ['+1234567890123456', 'too-long'],
      ['+0123456789', 'leading-zero'],
      ['0123456789', 'missing-country-code'],
      ['+49 (0)170 1234567', 'trunk-prefix +491701234567'],
      ['+1 202 555 0123 x1', 'extension'],
    ])('%j: %s', (input, expected) => {
      expect(outcome(input, undefined, true)).toBe(expected)
    })

    it('takes what is impossible at home with the country code of home', () => {
      expect(outcome('07 12 34 56', 'CI')).toBe('old-number +2250707123456')
      expect(outcome('07 12 34 56', 'CI', true)).toBe('22507123456')
    })

    it('changes nothing for numbers that are accepted anyway', () => {
      for (const input of ['+12025550123', '12025550123', '+5215512345678']) {
        expect(parsePhone(input, { lenient: true })).toEqual(parsePhone(input))
      }
    })
  })

  it('prints masked, and keeps its fields for JSON and comparison', () => {
    const accepted = parsePhone('+12025550123')
    expect(inspect(accepted)).toContain('+1••••••••23')
    expect(inspect({ accepted })).not.toContain('2025550')
    expect(JSON.parse(JSON.stringify(accepted))).toEqual({ ...accepted })
    expect(JSON.stringify(accepted)).toContain('+12025550123')

    const refused = parsePhone('+49 (0)170 1234567')
    expect(inspect(refused)).not.toContain('1701234')
    expect(inspect(refused)).toContain('trunk-prefix')
  })

  it('has a sentence with a full stop for every reason', () => {
    const inputs = [
      '',
      'x',
      '!1',
      '+1 202 555 0123 x1',
      '+1',
      '+999 1234567',
      '+0',
      '1',
      '0',
      '++1',
      '1@lid',
      '+22507123456',
    ]
    const reasons = new Set<PhoneReason>()
    for (const input of inputs) {
      const result = parsePhone(input)
      if (result.ok) continue
      reasons.add(result.reason)
      expect(result.advice).toMatch(/^[A-Z].*\.\)?$|^[A-Z].*…\.$/)
    }
    expect(reasons.size).toBeGreaterThan(9)
  })
})

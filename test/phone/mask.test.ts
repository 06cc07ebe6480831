import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskPhone } from '../../src/phone/mask.ts'

describe('maskPhone', { timeout: 60_000 }, () => {
  it.each([
    ['+12025550123', '+1••••••••23'],
    ['+5511987654321', '+55•••••••••21'],
    ['+2250712345678', '+225••••••••78'],
    ['+79123456789', '+7••••••••89'],
    ['+6834000', '+683••00'],
    ['+1 (202) 555-0123', '+1••••••••23'],
    ['\u202a+1\u00a0202\u00a0555\u00a00123\u202c', '+1••••••••23'],
    ['＋１２０２５５５０１２３', '+1••••••••23'],
    ['+٩٦٦٥٠١٢٣٤٥٦٧', '+966•••••••67'],
  ])('masks %s as %s', (given, expected) => {
    expect(maskPhone(given)).toBe(expected)
  })

  it.each([
    ['12025550123', '•••••••••23'],
    ['0170 1234567', '•••••••••67'],
    ['12025550123@s.whatsapp.net', '•••••••••23'],
    ['12025550123:12@s.whatsapp.net', '•••••••••23'],
    ['+0012025550123', '•••••••••••23'],
    ['call 202-555-0123 today', '••••••••23'],
    [`+${'1'.repeat(16)}`, '•••••••••••••11'],
  ])('shows only the last two digits of %s, which has no certain calling code', (given, expected) => {
    expect(maskPhone(given)).toBe(expected)
  })

  it.each(['', 'nobody', '5', '+49', '+49 17', '123456', '1-800-FLOWERS'])('hides all of %j', (given) => {
    expect(maskPhone(given)).toMatch(/^•{3,6}$/)
  })

  it('hides a value that is not a string', () => {
    expect(maskPhone(undefined as unknown as string)).toBe('•••')
    expect(maskPhone(12025550123 as unknown as string)).toBe('•••')
  })

  it('changes nothing in a number that is masked already', () => {
    for (const number of ['+12025550123', '12025550123', '123']) {
      const once = maskPhone(number)
      expect(maskPhone(once)).toBe(once)
    }
  })

  it('gives E.164 back with one dot for each hidden digit', () => {
    const numbers = fc.stringMatching(/^\+[1-9]\d{6,14}$/)
    fc.assert(
      fc.property(numbers, (number) => {
        const masked = maskPhone(number)
        expect([...masked]).toHaveLength(number.length)
        expect(masked).toMatch(/^\+\d{1,3}•{2,}\d{2}$/)
        expect(number.startsWith(masked.slice(0, masked.indexOf('•')))).toBe(true)
        expect(number.endsWith(masked.slice(-2))).toBe(true)
      }),
    )
  })

  it('never throws and never shows more than a calling code and two digits, whatever the string', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'+0129 ()@:•x') })),
        (text) => {
          expect(maskPhone(text)).toMatch(/^(?:\+\d{1,3})?•{2,15}(?:\d{2})?$/)
        },
      ),
    )
  })

  it('reads no more than the head of an absurdly long string', () => {
    expect(maskPhone('9'.repeat(5_000_000))).toBe('•••••••••••••99')
  })

  it.each(['mask.ts', 'account-key.ts', 'reserved.ts', 'calling-code-of.ts'])('keeps %s free of metadata', (file) => {
    const seen = new Set<string>()
    const walk = (path: string): void => {
      if (seen.has(path)) return
      seen.add(path)
      for (const [, source = ''] of readFileSync(path, 'utf8').matchAll(/^(?:import|export) .*?from '([^']+)'/gm)) {
        expect(source.startsWith('./'), `${path} imports ${source}`).toBe(true)
        walk(resolve(dirname(path), source))
      }
    }
    walk(fileURLToPath(new URL(`../../src/phone/${file}`, import.meta.url)))
    expect(seen.size).toBeGreaterThan(0)
  })
})

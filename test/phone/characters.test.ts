import { describe, expect, it } from 'vitest'
import { foldCharacters } from '../../src/phone/characters.ts'

function allDigits(): readonly string[] {
  const found: string[] = []
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const char = String.fromCodePoint(code)
    if (/\p{Nd}/u.test(char)) found.push(char)
  }
  return found
}

describe('foldCharacters', () => {
  it('maps the decimal digits of every script in Unicode, ten by ten from zero', () => {
    const digits = allDigits()
    expect(digits.length).toBeGreaterThan(600)
    expect(digits.length % 10).toBe(0)
    expect(foldCharacters(digits.join(''))).toBe('0123456789'.repeat(digits.length / 10))
  })

  // Origin: the numbering systems of CLDR, which Intl writes numbers in.
  it('reads back what Intl writes in each numbering system that has decimal digits', () => {
    let checked = 0
    for (const system of Intl.supportedValuesOf('numberingSystem')) {
      const format = new Intl.NumberFormat('en', { numberingSystem: system, useGrouping: false })
      const written = format.format(9876543210)
      if (!/^\p{Nd}+$/u.test(written)) continue
      checked += 1
      expect(foldCharacters(written), system).toBe('9876543210')
    }
    expect(checked).toBeGreaterThan(60)
  })

  it.each([
    ['full-width plus and brackets', '＋１（２０２）', '+1(202)'],
    ['no-break, narrow and ideographic spaces, tabs and line ends', '1\u00a02\u202f3\u30004\t5\n6', '1 2 3 4 5 6'],
    ['bidi marks, isolates and embeddings', '\u202a+1\u200e\u200f\u2066\u20692\u202c', '+12'],
    ['zero-width characters, soft hyphen and byte order mark', '\ufeff1\u200b2\u200c3\u200d4\u00ad5\u2060', '12345'],
    ['every kind of dash', '1‐2‑3‒4–5—6―7−8－9ー0', '1-2-3-4-5-6-7-8-9-0'],
    ['keycap emoji', '1️⃣2️⃣', '12'],
    ['dots and slashes', '1．2・3·4／5', '1.2.3.4/5'],
  ])('folds %s', (_, given, expected) => {
    expect(foldCharacters(given)).toBe(expected)
  })

  it('leaves what is no part of a number as it is, superscripts and circled digits too', () => {
    expect(foldCharacters('a²①½*#•\u0000\ud800')).toBe('a²①½*#•\u0000\ud800')
  })
})

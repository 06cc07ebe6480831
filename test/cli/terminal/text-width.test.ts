import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { centred, clip, padEnd, textWidth, wrap } from '../../../src/cli/terminal/text-width.ts'

describe('the width of text', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['⋮ “x” …', 7],
    ['█▀▄', 3],
    ['日本', 4],
    ['한글', 4],
    ['e\u0301', 1],
    ['👍🏽', 2],
    ['👨‍👩‍👧', 2],
    ['\u001b[1mbold\u001b[22m', 4],
    ['\u2066AB\u2069', 2],
  ])('of %j is %i', (text, width) => {
    expect(textWidth(text)).toBe(width)
  })
})

describe('clipping', () => {
  it.each([
    ['Acme Sales', 20, 'Acme Sales'],
    ['Acme Sales', 5, 'Acme…'],
    ['日本語', 4, '日…'],
    ['abc', 0, ''],
  ])('%s to %i is %s', (text, columns, clipped) => {
    expect(clip(text, columns)).toBe(clipped)
  })

  it('never exceeds what was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, columns) => {
        expect(textWidth(clip(text, columns))).toBeLessThanOrEqual(columns)
      }),
    )
  })
})

describe('wrapping', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '日', '…', '-'), minLength: 1, maxLength: 30 }), {
    maxLength: 20,
  })

  it('breaks between words, and indents all lines but the first', () => {
    expect(wrap(' 1. one two three four', 12, '    ')).toEqual([' 1. one two', '    three', '    four'])
  })

  it('breaks a word that is too long', () => {
    expect(wrap('abcdefghijkl xy', 8)).toEqual(['abcdefgh', 'ijkl xy'])
  })

  it('keeps an empty line', () => {
    expect(wrap('', 20)).toEqual([''])
  })

  it('loses no word, and no line is too wide', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 8, max: 40 }), fc.integer({ min: 0, max: 4 }), (list, columns, spaces) => {
        const lines = wrap(list.join(' '), columns, ' '.repeat(spaces))
        expect(lines.join('').replaceAll(' ', '')).toBe(list.join(''))
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns)
      }),
    )
  })
})

describe('placing', () => {
  it('centres a block as a whole', () => {
    expect(centred(['ab', 'abcd', ''], 10)).toEqual(['   ab', '   abcd', ''])
    expect(centred(['wider than that'], 5)).toEqual(['wider than that'])
  })

  it('pads by columns, not by characters', () => {
    expect(padEnd('日', 4)).toBe('日  ')
    expect(padEnd('long', 2)).toBe('long')
  })
})

import { describe, expect, it } from 'vitest'
import { codeArt, spacedCode } from '../../../src/cli/terminal/code-art.ts'
import { textWidth } from '../../../src/cli/terminal/text-width.ts'
import { CODE_ALPHABET } from '../../../src/linking/pairing-code.ts'

const letters = [...CODE_ALPHABET]
const pointsOf = (letter: string): string =>
  (codeArt(letter) ?? [])
    .map((line) => line.padEnd(5).slice(0, 5))
    .flatMap((line) => [
      [...line].map((cell) => (cell === '█' || cell === '▀' ? '#' : '.')),
      [...line].map((cell) => (cell === '█' || cell === '▄' ? '#' : '.')),
    ])
    .map((row) => row.join(''))
    .join('\n')

describe('the picture of a code', () => {
  it('has four lines, and fits a terminal of 64 columns', () => {
    const art = codeArt('WWWW-MMMM') ?? []
    expect(art).toHaveLength(4)
    expect(Math.max(...art.map(textWidth))).toBeLessThanOrEqual(64)
  })

  it('is known by heart for A, B and 8', () => {
    expect(codeArt('AB8')).toEqual([
      '▄▀▀▀▄  █▀▀▀▄  ▄▀▀▀▄',
      '█▄▄▄█  █▄▄▄▀  ▀▄▄▄▀',
      '█   █  █   █  █   █',
      '▀   ▀  ▀▀▀▀    ▀▀▀',
    ])
  })

  it('has every character that a code can have, each unlike the others by three points at least', () => {
    for (const letter of letters) {
      const points = pointsOf(letter)
      expect(points).toContain('#')
      for (const other of letters.filter((one) => one > letter)) {
        const twin = pointsOf(other)
        const differences = [...points].filter((point, at) => point !== twin[at]).length
        expect(differences, `${letter} and ${other}`).toBeGreaterThanOrEqual(3)
      }
    }
  })

  it('is not drawn for what no code has', () => {
    for (const text of ['ABCO-EFGH', 'abcd', 'toString', '']) expect(codeArt(text)).toBeUndefined()
  })

  it('has a narrow form', () => {
    expect(spacedCode('ABCD-EFGH')).toBe('A B C D - E F G H')
  })
})

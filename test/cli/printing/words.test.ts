import { describe, expect, it } from 'vitest'
import { ago, duration, programName, sentence } from '../../../src/cli/printing/words.ts'

const NOW = Date.UTC(2026, 0, 10, 12)

describe('words', () => {
  it.each([
    ['the session is busy', 'The session is busy.'],
    ['Is it?', 'Is it?'],
    [' done. ', 'Done.'],
    ['WhatsApp refused (403)', 'WhatsApp refused (403).'],
  ])('the sentence of “%s” is “%s”', (text, said) => {
    expect(sentence(text)).toBe(said)
  })

  it.each([
    [0, '1 second'],
    [1, '1 second'],
    [5_000, '5 seconds'],
    [5_001, '6 seconds'],
    [90_000, '90 seconds'],
    [90_001, '2 minutes'],
    [3_600_000, '60 minutes'],
    [5_400_001, '2 hours'],
  ])('%i ms are never said shorter than they are: %s', (ms, said) => {
    expect(duration(ms)).toBe(said)
  })

  it.each([
    [0, 'just now'],
    [59_999, 'just now'],
    [60_000, '1 minute ago'],
    [3 * 60_000, '3 minutes ago'],
    [3_600_000, '1 hour ago'],
    [86_400_000, 'yesterday'],
    [3 * 86_400_000, '3 days ago'],
    [-5_000, 'just now'],
  ])('what was %i ms ago is %s', (ms, said) => {
    expect(ago(new Date(NOW - ms), NOW)).toBe(said)
  })

  it('a program that npm started is called through npx', () => {
    expect(programName({})).toBe('paircode')
    expect(programName({ npm_command: 'run-script' })).toBe('npx paircode')
    expect(programName({ npm_command: 'exec' })).toBe('npx paircode')
  })
})

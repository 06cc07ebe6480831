import { describe, expect, it } from 'vitest'
import { EXPLAINED, EXPLANATIONS, isExplained } from '../../../src/cli/printing/explanations.ts'
import { ERROR_CODES } from '../../../src/errors.ts'

describe('explanations', () => {
  it('there is one for every error code', () => {
    expect(ERROR_CODES.filter((code) => !isExplained(code))).toEqual([])
  })

  it.each([
    'logged-out',
    'never-confirmed',
    'forbidden',
    'temporary-ban',
    'replaced',
    'refused',
    'session-busy',
    'bad-session',
    'lease-lost',
    'outdated-version',
    'store-error',
    'not-linked',
    'unexpected',
  ])('there is one for the end %s', (code) => {
    expect(isExplained(code)).toBe(true)
  })

  it('names of properties are no codes', () => {
    expect(isExplained('toString')).toBe(false)
    expect(isExplained('closed')).toBe(false)
  })

  it.each(EXPLAINED)('%s says in full sentences what happened, why, and what to do', (code) => {
    const { happened, why, todo } = EXPLANATIONS[code]
    for (const text of [happened, why, ...todo]) expect(text).toMatch(/^[A-Z].{8,}[.!]$/s)
    expect(todo.length).toBeGreaterThan(0)
    expect(happened).not.toBe(why)
  })

  it('nowhere are the characters of a code called digits', () => {
    const all = EXPLAINED.map((code) => JSON.stringify(EXPLANATIONS[code])).join(' ')
    expect(all).not.toMatch(/8[- ]digit|digits of the code/i)
  })
})

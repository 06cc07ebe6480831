import { describe, expect, it } from 'vitest'
import { LinkError } from '../../src/errors.ts'
import { checkedSessionName } from '../../src/store/session-name.ts'

describe('the name of a session', () => {
  it('is 1 to 64 small letters, digits, dots, dashes or underscores, a letter or digit first', () => {
    for (const name of ['a', '0', 'sales', 'sales-2.eu_west', 'a'.repeat(64)])
      expect(checkedSessionName(name)).toBe(name)
  })

  it('is refused otherwise, with the code invalid-session', () => {
    for (const name of [
      '',
      '.a',
      '-a',
      '_a',
      'A',
      'a b',
      'a/b',
      '../a',
      'a\n',
      'ä',
      'a'.repeat(65),
      7,
      null,
      undefined,
      {},
    ])
      expect(() => checkedSessionName(name)).toThrow(expect.objectContaining({ code: 'invalid-session' }))
    expect(() => checkedSessionName('A')).toThrow(LinkError)
  })

  it('is not repeated with its digits, which may be somebody’s number', () => {
    expect(() => checkedSessionName('+1 202 555 0123')).toThrow(expect.not.stringMatching(/\d/))
  })
})

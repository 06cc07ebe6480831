// The sentences of the page: complete by their type; what a type cannot say is said here.
import { describe, expect, test } from 'vitest'
import { WORDINGS } from '../../src/instructions/instructions.ts'
import { noteText } from '../../src/web/note.ts'
import { countdown, moment, roughly } from '../../src/web/time.ts'
import { LANGUAGES, WORDS } from '../../src/web/words/languages.ts'

/** Every text of a language; functions are called with names that can be found again. */
function texts(value: unknown, path = ''): readonly (readonly [path: string, text: string])[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') {
    if (path.endsWith('stopPlace')) return [[path, value(WORDINGS.en.menu)]]
    return [[path, value('ONE', 'TWO').replace(/TWO/g, value.length > 1 ? 'TWO' : '')]]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => texts(member, `${path}/${name}`))
}

const english = new Map(texts(WORDS.en))

describe.each(LANGUAGES)('in %s', (language) => {
  const said = new Map(texts(WORDS[language]))

  test('every sentence is there, is not that of another language, and uses what it is given', () => {
    expect([...said.keys()]).toEqual([...english.keys()])
    for (const [path, text] of said) {
      expect(text.trim(), path).not.toBe('')
      expect(text, path).not.toMatch(/undefined|\s{2}/)
      expect(text.includes('ONE'), path).toBe(english.get(path)?.includes('ONE'))
      expect(text.includes('TWO'), path).toBe(english.get(path)?.includes('TWO'))
    }
    if (language === 'en') return
    const same = [...said].filter(([path, text]) => text === english.get(path))
    expect(same).toEqual([])
  })

  test('nothing is said of digits where the code has letters, and every end of a problem says what to do', () => {
    for (const [what, next] of Object.values(WORDS[language].problems)) {
      expect(what.length, what).toBeLessThanOrEqual(110)
      expect(next.length, next).toBeGreaterThan(8)
    }
  })

  test('the note names device, operator, time, menu words and contact', () => {
    const text = noteText({
      operator: { name: 'Acme', contact: 'help@acme.example' },
      deviceName: 'Acme Sales',
      linkedAt: '2026-08-16T12:34:00Z',
      language,
      wording: WORDINGS[language],
    })
    for (const part of [
      'Acme Sales',
      '\u2068Acme\u2069',
      'help@acme.example',
      WORDINGS[language].menu.linkedDevices,
      '34',
    ])
      expect(text).toContain(part)
    expect(text.split('\n')).toHaveLength(4)
  })

  test('times are written in its own words', () => {
    expect(countdown(165_000, language)).toBe('2:45')
    expect(countdown(-1, language)).toBe('0:00')
    expect(roughly(539_000, language)).toContain('9')
    expect(moment('2026-08-16T12:34:00Z', language)).toMatch(/2026.*UTC$/)
  })
})

test('the languages that were not reviewed are those of the steps, and docs/link-page.md lists them', async () => {
  const { readFile } = await import('node:fs/promises')
  const document = await readFile(new URL('../../docs/link-page.md', import.meta.url), 'utf8')
  for (const language of LANGUAGES) {
    const reviewed = WORDS[language].reviewed && WORDINGS[language].reviewed
    expect(document).toMatch(new RegExp(`\\| \\w+ \`${language}\` \\| ${reviewed ? 'yes' : 'not yet'} \\|`))
  }
})

test('minutes are counted up, and long waits in hours', () => {
  expect([61_000, 7_199_000, 7_200_000, 10_000_000].map((ms) => roughly(ms, 'en'))).toEqual([
    '2 minutes',
    '2 hours',
    '2 hours',
    '3 hours',
  ])
})

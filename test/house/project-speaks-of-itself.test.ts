import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { isExample, numbersIn } from './example-numbers.ts'
import { SHOWN } from './shown-numbers.ts'
import { textFiles } from './text-files.ts'

const files = textFiles(fileURLToPath(new URL('../..', import.meta.url)))

/** In pieces, so that this file passes its own check. */
const said = (...pieces: readonly string[]): string => pieces.join('')

/** What is true of one machine or one way of working, and not of the project. */
const FOREIGN: readonly RegExp[] = [
  new RegExp(said('(?<![\\w.-])/', 'work/')),
  new RegExp(said('(?<![\\w.-])/', 'root/')),
  new RegExp(said('(?<![\\w.-])/', '(home|Users)/(?!you/|me/|node/|app/)\\w')),
  new RegExp(said('registry\\.', '(npmjs|yarnpkg|npmmirror)\\.')),
  new RegExp(said('\\bsub-?', 'agents?\\b'), 'i'),
  new RegExp(said('\\bChat-?', 'GPT\\b'), 'i'),
  new RegExp(said('\\bClau', 'de\\b'), 'i'),
  new RegExp(said('\\bCopi', 'lot\\b'), 'i'),
  new RegExp(said('\\bL', 'LMs?\\b')),
  new RegExp(said('\\blanguage ', 'models?\\b'), 'i'),
  new RegExp(said('\\bAI[ -]', '(assistants?|agents?|generated|written)\\b'), 'i'),
  new RegExp(said('\\bprompt[ -]', 'engineer'), 'i'),
  new RegExp(said('\\bhouse-', 'rules\\.md\\b')),
]

/** Work that was put off. */
const LATER = /\b(TODO|FIXME|XXX|HACK)\b/

const linesThat = (text: string, pattern: RegExp): readonly string[] =>
  text.split('\n').flatMap((line, at) => (pattern.test(line) ? [`${at + 1} ${line.trim().slice(0, 120)}`] : []))

function found(pattern: RegExp, wanted: (path: string) => boolean = () => true): readonly string[] {
  return [...files]
    .filter(([path]) => wanted(path))
    .flatMap(([path, text]) => linesThat(text, pattern).map((line) => `${path}:${line}`))
}

describe('the project speaks of itself alone', () => {
  it('reads the files of the project, and not what git ignores', () => {
    expect(files.has('package.json')).toBe(true)
    expect(files.has('test/house/project-speaks-of-itself.test.ts')).toBe(true)
    expect([...files.keys()].filter((path) => /(^|\/)(node_modules|dist|\.git)\//.test(path))).toEqual([])
  })

  it('no file names a machine, a registry or a way of working', () => {
    expect(FOREIGN.flatMap((pattern) => found(pattern))).toEqual([])
  })

  it('nothing in src/ was put off', () => {
    expect(found(LATER, (path) => path.startsWith('src/'))).toEqual([])
  })

  it.each([
    [said('see /', 'work/main/src')],
    [said('cd /', 'root/.npm')],
    [said('https://registry.', 'npmjs.org/baileys')],
    [said('a sub', 'agent wrote it')],
    [said('with the help of an AI ', 'assistant')],
  ])('the words are found where they are: %#', (line) => {
    expect(FOREIGN.some((pattern) => pattern.test(line))).toBe(true)
  })

  it.each([['the network/work/ folder'], ['an http.Agent'], ['new ProxyAgent()'], ['a square root/sum']])(
    'words that only look like them pass: %s',
    (line) => {
      expect(FOREIGN.some((pattern) => pattern.test(line))).toBe(false)
    },
  )
})

describe('telephone numbers', () => {
  const isShown = (path: string, number: string): boolean =>
    SHOWN.some(({ file, numbers }) => file === path && (numbers?.includes(number) ?? true))

  it('that anyone could read here belong to nobody', () => {
    const real = [...files].flatMap(([path, text]) =>
      numbersIn(text)
        .filter(({ digits }) => !isExample(digits) && !isShown(path, digits))
        .map(({ digits, line }) => `${path}:${line} +${digits}`),
    )
    expect(real).toEqual([])
  })

  it('are found however they are written', () => {
    for (const text of [
      said('+1 (2', '12) 555-9', '876'),
      said('+', '1212', '5559876'),
      said('1212', '5559876', '@s.whatsapp.net'),
      said('1212', '5559876', ':3@s.whatsapp.net'),
      said("phone: '1212", '5559876', "'"),
      said("addPhone('1212", '5559876', "')"),
    ])
      expect(numbersIn(`\n${text}`)).toEqual([{ digits: said('1212', '5559876'), line: 2 }])
  })

  it('are not seen in dates, sums, ids and addresses of other kinds', () => {
    const text = said('2026-01-01T00:00:00+00:00 a+10000000 1700000000000 12345678901234', '@lid v+1.2')
    expect(numbersIn(text)).toEqual([])
  })

  it.each([
    ['of a reserved range', '12025550123', '447700900123'],
    ['of a shape that nobody has', '5511987654321', '525512345678', '5411999999', '4934567890'],
    ['that are the usual example with a mistake', '1202555012', '120255501234', '5512025550123'],
  ])('%s pass', (_what, ...numbers) => {
    expect(numbers.filter((number) => !isExample(number))).toEqual([])
  })

  it('that someone may have do not pass', () => {
    const numbers = [
      said('1212', '5559876'),
      said('55119', '12341234'),
      said('120', '25550223'),
      said('447911', '123457'),
    ]
    expect(numbers.filter(isExample)).toEqual([])
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adviceFor, ERROR_CODES, LinkError, type LinkErrorCode } from '../../src/errors.ts'
import { codeBlocks } from '../house/markdown.ts'
import { notBuilt, ROOT, startProgram } from './programs.ts'

/** Programs that bring their own emulator and need nothing else. Those for vitest are only type-checked. */
const programs = codeBlocks(readFileSync(join(ROOT, 'docs/emulator.md'), 'utf8'))
  .filter(({ language, code }) => language === 'ts' && code.includes('startEmulator') && !code.includes("'vitest'"))
  .map(({ heading, line, code }) => ({ title: `${heading}, line ${line}`, code }))

/** What each must have printed at its end, so that one which did nothing is noticed. */
const PRINTS: Readonly<Record<string, RegExp>> = {
  'Starting and stopping': /^ws:\/\/127\.0\.0\.1:\d+\S* [\w+/]{43}=$/m,
  Phones: /the phone itself got hello\n\[\]|^12025550123:1@s\.whatsapp\.net$/m,
  Time: /^expired$/m,
  'What happened': /^1$/m,
  'As a page': /^the phones: http:\/\/127\.0\.0\.1:\d+\/phones$/m,
  'Plain Baileys': /^linked 12025550123:1@s\.whatsapp\.net$/m,
}

describe.skipIf(notBuilt !== '')(`the programs of docs/emulator.md${notBuilt}`, { timeout: 120_000 }, () => {
  it('are there', () => {
    expect(new Set(programs.map(({ title }) => title.split(',')[0]))).toEqual(new Set(Object.keys(PRINTS)))
  })

  it.each(programs)('$title runs to its end and prints what it should', async ({ title, code }) => {
    // Timers of Baileys would keep the process for up to a minute.
    const program = startProgram(title, `${code}\nprocess.exit()`)
    expect([await program.ended, program.output()]).toEqual([
      0,
      expect.stringMatching(PRINTS[title.split(',')[0] ?? ''] ?? /^$/),
    ])
  })
})

describe('the table of errors in README.md', () => {
  const OF_THE_STORE = ['wrong-key', 'newer-schema', 'not-a-store', 'not-linked', 'lease-lost', 'broken-folder']
  const rows = readFileSync(join(ROOT, 'README.md'), 'utf8')
    .split('\n')
    .flatMap((line) => (/^\| `[a-z-]+` \|/.test(line) ? [line.slice(2, -2).split(' | ')] : []))
    .map(([code = '', , again, next]) => ({ code: code.slice(1, -1), again, next }))
    .filter(({ code }) => adviceFor(code) !== undefined)

  it('has every code that a link can end with, once', () => {
    const codes = ERROR_CODES.filter((code) => !OF_THE_STORE.includes(code))
    expect(rows.map(({ code }) => code).sort()).toEqual([...codes].sort())
  })

  it.each(rows)('says of $code what the error itself says', ({ code, again, next }) => {
    const { retryable, advice } = new LinkError(code as LinkErrorCode, '')
    expect(next).toBe(advice)
    // A refusal with 400 is tried again, and may be later; every other rejection is not.
    expect(again).toBe(code === 'rejected' ? 'after 400' : retryable ? 'yes' : 'no')
  })
})

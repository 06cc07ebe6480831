import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
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

// docs/from-the-tutorial.md maps another text's names to ours: every one of ours exists, and none of theirs is left out.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../src/cli/context.ts'
import { mappings, ownName } from './own-names.ts'
import { defectOf } from './shell.ts'
import { typeErrors } from './snippets.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FILE = 'docs/from-the-tutorial.md'
const rows = mappings(readFileSync(join(ROOT, FILE), 'utf8'))
const named = rows.flatMap(({ line, names }) => names.map((name) => ({ line, name, own: ownName(name) })))

describe(FILE, () => {
  it('has a row for every piece of the tutorial', () => {
    const there = rows.map((row) => row.there).join('\n')
    for (const piece of [
      'SimplePairing',
      '/auth',
      'PhoneNumberValidator',
      'PairingCodeAuth',
      'maxRetries',
      'retryDelay',
      'codeTimeout',
      'RateLimiter.canMakeRequest',
      'RateLimiter.getTimeUntilReset',
      'showPairingInstructions',
      'logPhoneNumber',
      'printQRInTerminal',
      'QR',
      'session',
    ])
      expect(there).toContain(piece)
    expect(rows.length).toBeGreaterThan(40)
  })

  it('names nothing in its column “here” that is not a name of ours', () => {
    expect(named.filter(({ own }) => own === undefined)).toEqual([])
  })

  it('names only what is exported, with every option and member', { timeout: 120_000 }, () => {
    const snippets = named.flatMap(({ line, name, own }) =>
      own?.kind !== 'code' ? [] : [{ file: `${FILE}: ${name}`, line, code: own.code }],
    )
    expect(snippets.length).toBeGreaterThan(40)
    expect(typeErrors(ROOT, snippets)).toEqual([])
  })

  it('names only commands and flags that there are', async () => {
    const { createProgram } = await import('../../src/cli/program.ts')
    const program = createProgram({ program: 'paircode' } as Context, process)
    const commands = new Map(
      program.commands.map((command) => [command.name(), command.options.flatMap(({ long }) => long ?? [])]),
    )
    const wrong = named.flatMap(({ line, own }) => {
      if (own?.kind !== 'command') return []
      return defectOf({ words: own.words, line }, { scripts: [], commands }) ?? []
    })
    expect(wrong).toEqual([])
  })
})

describe('a name of ours', () => {
  it.each([
    ['link()', 'ReturnType<typeof link>'],
    ['LinkOptions.retry.attempts', "NonNullable<NonNullable<LinkOptions>['retry']>['attempts']"],
    ['Linking.code()', "NonNullable<Linking>['code']"],
    ['createLimiter().take()', "NonNullable<ReturnType<typeof createLimiter>>['take']"],
    ["LinkEvent 'qr'", "Extract<LinkEvent, { type: 'qr' }>['type']"],
  ])('%s is checked as %s', (name, type) => {
    expect(ownName(name)).toMatchObject({ kind: 'code', code: expect.stringContaining(`checked: ${type}`) })
  })

  it.each([['some text'], ['link'], ['creds.json'], ['+1••••••••23']])('is not: %s', (text) => {
    expect(ownName(text)).toBeUndefined()
  })

  it('that does not exist is found', { timeout: 120_000 }, () => {
    const names = ['LinkOptions.retries', 'unlink()', "LinkEvent 'done'", 'Nothing']
    const snippets = names.map((name, line) => {
      const own = ownName(name)
      return { file: name, line, code: own?.kind === 'code' ? own.code : '' }
    })
    const errors = typeErrors(ROOT, snippets)
    for (const name of names) expect(errors.some((one) => one.startsWith(name))).toBe(true)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sessionNameOfFolder } from '../../../src/cli/session/folder-name.ts'
import { afterImport, importMessage, importText, skippedText } from '../../../src/cli/session/import-text.ts'
import { statusLines } from '../../../src/cli/session/status-text.ts'
import type { SessionInfo } from '../../../src/store/contract.ts'
import { checkedSessionName } from '../../../src/store/session-name.ts'

describe('the name of a session that comes from a folder', () => {
  it.each([
    ['auth_info_baileys', 'main'],
    ['./auth', 'main'],
    ['/srv/bots/sessions/sales/', 'sales'],
    ['auth_info_Acme Sales', 'acme-sales'],
    ['baileys_auth_info', 'main'],
    ['..', 'main'],
    ['.', 'main'],
    ['session-12025550123', 'main'],
    ['12025550123_support', 'support'],
    ['C:\\bots\\auth_shop', 'shop'],
    ['bot2', 'bot2'],
  ])('%s: %s', (folder, name) => {
    expect(sessionNameOfFolder(folder)).toBe(name)
  })

  it('is always one, and never a telephone number', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (folder) => {
        const name = sessionNameOfFolder(folder)
        expect(checkedSessionName(name)).toBe(name)
        expect(name).not.toMatch(/\d{7}/)
      }),
    )
  })
})

describe('what is said of an import', () => {
  const skipped = Array.from({ length: 10 }, (_, at) => ({
    file: `x-12025550123.${at}`,
    reason: 'not a file that Baileys writes',
  }))
  const imported = (keys: number, files = skipped) => ({
    session: 'sales',
    folder: './auth',
    program: 'npx paircode',
    report: { jid: '12025550123:7@s.whatsapp.net', keys, skipped: files },
  })

  it('counts the keys, and masks the number', () => {
    expect(importText(imported(1204))).toBe('Imported +1••••••••23 as session sales, with 1,204 keys.')
    expect(importText(imported(1))).toContain('with 1 key.')
  })

  it('names what was left aside, eight files at most, without numbers', () => {
    const lines = skippedText(imported(1))?.split('\n') ?? []
    expect(lines).toHaveLength(10)
    expect(lines[0]).toBe('10 files were not taken over:')
    expect(lines.at(-1)).toBe('- and 2 more')
    expect(JSON.stringify([lines, importMessage(imported(1)).skipped])).not.toContain('2025550')
    expect(skippedText(imported(1, skipped.slice(0, 1)))).toMatch(/^1 file was not taken over:\n- /)
    expect(skippedText(imported(1, []))).toBeUndefined()
  })

  it('says what to do with the old bot and its folder', () => {
    expect(afterImport(imported(1))).toMatch(/Stop the bot[\s\S]*npx paircode connect sales[\s\S]*delete \.\/auth/)
  })
})

describe('the status of a session', () => {
  const NOW = Date.UTC(2026, 0, 20)
  const info: SessionInfo = {
    session: 'sales',
    state: 'linked',
    jid: '12025550123:7@s.whatsapp.net',
    deviceName: 'Acme Sales',
    createdAt: new Date(NOW - 3 * 86_400_000),
    lastOnlineAt: new Date(NOW - 3_600_000),
  }
  const text = (changes: Partial<Parameters<typeof statusLines>[0]> = {}): string =>
    statusLines({ info, holder: undefined, archived: 0, now: NOW, program: 'paircode', ...changes }).join('\n')
  const holder = { host: 'node-1', pid: 4711, life: 'alive', isOver: false } as const

  it('tells state, number, device, times and use, and what to type', () => {
    expect(text()).toBe(
      [
        'Session sales: linked',
        '  Number       +1••••••••23',
        '  Device       “Acme Sales”',
        '  Stored       3 days ago',
        '  Last online  1 hour ago',
        '  In use       no',
        '',
        '  Keep it online:  paircode connect sales',
        '  Unlink it:       paircode logout sales',
      ].join('\n'),
    )
  })

  it('names who uses it, and who left it behind', () => {
    expect(text({ holder })).toMatch(/In use {7}by process 4711 on node-1[\s\S]*Stop that program/)
    expect(text({ holder: { ...holder, life: 'dead', isOver: true } })).toMatch(
      /In use {7}no; process 4711[\s\S]*paircode connect sales/,
    )
  })

  it.each([
    ['unconfirmed', 'paircode connect sales'],
    ['logged-out', 'paircode link --session sales'],
    ['bad-session', 'paircode link --session sales'],
  ] as const)('%s: next is %s', (state, next) => {
    expect(text({ info: { ...info, state } })).toContain(next)
  })

  it('counts what the archive has of it, and does without what is not known', () => {
    expect(text({ archived: 2 })).toContain('2 earlier logins of this name')
    const { lastOnlineAt: _, ...never } = info
    expect(text({ info: { ...never, deviceName: '' }, archived: 1 })).toMatch(
      /not known here[\s\S]*never from here[\s\S]*1 earlier login of/,
    )
  })
})

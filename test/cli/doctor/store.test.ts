import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/cli/doctor/finding.ts'
import { diskFindings } from '../../../src/cli/doctor/store/disk.ts'
import { type DiskFacts, type StoreFacts, storeFacts } from '../../../src/cli/doctor/store/facts.ts'
import { storeFindings } from '../../../src/cli/doctor/store/findings.ts'
import { sessionFindings } from '../../../src/cli/doctor/store/sessions.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import type { SessionInfo } from '../../../src/store/contract.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { connect } from '../../../src/store/sqlite/connection.ts'
import { opened, temporaryFolder } from '../../conformance/store/place.ts'
import { JID, newlyLinked } from '../../store/samples.ts'

const KEY = new Uint8Array(32).fill(1)
const OTHER = new Uint8Array(32).fill(2)
const NOW = Date.UTC(2026, 0, 20)
const DAY = 86_400_000

/** A store with one linked session; its file. */
async function madeStore(options: { readonly key?: Uint8Array } = {}): Promise<string> {
  const path = join(await temporaryFolder(), 'sessions.db')
  const store = await opened(`sqlite:${path}`, options)
  await internalsOf(store).saveLinked(await newlyLinked({ at: new Date() }))
  await internalsOf(store).confirm('sales', new Date())
  await store.close()
  return path
}

async function examined(
  address: string,
  keys: { readonly key?: Uint8Array; readonly previousKeys?: readonly Uint8Array[] } = {},
) {
  const facts = await storeFacts({ address, key: keys.key, previousKeys: keys.previousKeys ?? [], clock: systemClock })
  return storeFindings(facts, 'paircode', Date.now())
}

async function codes(...given: Parameters<typeof examined>): Promise<readonly string[]> {
  return (await examined(...given)).map(({ severity, code }) => `${severity} ${code}`)
}

describe('a store on the disk', () => {
  it('that is none: nothing is said of how a store keeps its values', async () => {
    const file = join(await temporaryFolder(), 'session.json')
    writeFileSync(file, '{"noiseKey":{}}', { mode: 0o644 })
    expect(await codes(`sqlite:${file}`)).toEqual(['error not-a-store'])
  })

  it('that is as it should be', async () => {
    const findings = await examined(`sqlite:${await madeStore()}`)
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['ok store', 'ok session'])
    expect(findings[1]?.sentence).toBe('Session sales, +1••••••••23, is linked, last online just now.')
  })

  it('that is not there, or empty: nothing is made', async () => {
    const path = join(await temporaryFolder(), 'sessions.db')
    expect(await codes(`sqlite:${path}`)).toEqual(['note no-store'])
    writeFileSync(path, '')
    expect(await codes(`sqlite:${path}`)).toEqual(['note no-store'])
    expect(
      execFileSync('ls', ['-a', dirname(path)], { encoding: 'utf8' })
        .trim()
        .split('\n'),
    ).toEqual(['.', '..', 'sessions.db'])
  })

  it('that belongs to somebody else, is a folder, is damaged, or is newer', async () => {
    const path = await madeStore()
    expect(await codes(`sqlite:${dirname(path)}`)).toEqual(['error not-a-store'])
    const text = join(dirname(path), 'notes.txt')
    writeFileSync(text, 'something else'.repeat(100))
    expect((await codes(`sqlite:${text}`))[0]).toBe('error not-a-store')
    const newer = join(dirname(path), 'newer.db')
    cpSync(path, newer)
    cpSync(`${path}.key`, `${newer}.key`, { recursive: true })
    const connection = connect(newer)
    connection.exec('PRAGMA user_version = 99')
    connection.close()
    expect(await codes(`sqlite:${newer}`)).toEqual(['error newer-schema'])
    truncateSync(path, 5_000)
    expect((await codes(`sqlite:${path}`))[0]).toMatch(/^error (store-error|not-a-store)$/)
  })

  it('whose key is gone, wrong, damaged, or about to be changed', async () => {
    const path = await madeStore({ key: KEY })
    const address = `sqlite:${path}`
    expect(await codes(address)).toEqual(['error key-missing'])
    expect(await codes(address, { key: OTHER })).toEqual(['error wrong-key'])
    expect(await codes(address, { key: OTHER, previousKeys: [KEY] })).toEqual([
      'ok store',
      'warning rotation-pending',
      'ok session',
    ])
    expect(await codes(address, { key: KEY, previousKeys: [OTHER] })).toEqual([
      'ok store',
      'note old-key-not-needed',
      'ok session',
    ])
    const own = await madeStore()
    writeFileSync(`${own}.key/key`, 'nonsense')
    expect(await codes(`sqlite:${own}`)).toEqual(['error wrong-key'])
    rmSync(`${own}.key`, { recursive: true })
    expect(await codes(`sqlite:${own}`)).toEqual(['error key-missing'])
  })

  it('that a held session is shown with who holds it, and a login that was tampered with', async () => {
    const path = await madeStore({ key: KEY })
    const store = await opened(`sqlite:${path}`, { key: KEY })
    const lease = await internalsOf(store).acquire({ kind: 'session', key: 'sales' })
    const held = (await examined(`sqlite:${path}`, { key: KEY })).find(({ code }) => code === 'in-use')
    expect(held?.sentence).toContain(`process ${process.pid} on `)
    await lease.release()
    await store.close()
    const connection = connect(path)
    connection.exec(`UPDATE link_values SET value = x'0102'`)
    connection.close()
    expect(await codes(`sqlite:${path}`, { key: KEY })).toEqual(['ok store', 'error login-damaged'])
  })

  it('in memory, on a server that does not answer, and at an address that is none', async () => {
    expect(await codes('memory:')).toEqual(['note store-in-memory'])
    const findings = await examined('postgres://me:secret@127.0.0.1:1/sessions', { key: KEY })
    expect(findings).toMatchObject([{ severity: 'error' }])
    expect(JSON.stringify(findings)).not.toContain('secret')
    await expect(examined('mysql:x')).rejects.toMatchObject({ code: 'not-a-store' })
  })

  it.runIf(process.platform !== 'win32')('that others may read', async () => {
    const path = await madeStore()
    chmodSync(path, 0o644)
    chmodSync(`${path}.key`, 0o755)
    chmodSync(`${path}.key/key`, 0o644)
    expect(await codes(`sqlite:${path}`)).toEqual([
      'ok store',
      'ok session',
      'warning key-readable-by-others',
      'warning store-readable-by-others',
    ])
  })
})

describe('the files of a store', () => {
  const WELL: DiskFacts = {
    file: '/srv/sessions.db',
    bytes: 1,
    logBytes: 0,
    mode: 0o600,
    isWritable: true,
    git: 'outside',
    key: { folder: '/srv/sessions.db.key', folderMode: 0o700, mode: 0o600 },
  }

  it.each<[string, readonly string[], Partial<DiskFacts>]>([
    ['nothing', [], {}],
    ['a key that only its folder protects', [], { key: { folder: '/k', folderMode: 0o700, mode: 0o644 } }],
    [
      'no rights at all, as on Windows',
      [],
      { mode: undefined, key: { folder: '/k', folderMode: undefined, mode: undefined } },
    ],
    ['a database that cannot be written', ['error not-writable'], { isWritable: false }],
    ['a large log', ['warning large-log'], { logBytes: 20 << 20 }],
    ['git', ['error tracked-by-git'], { git: 'tracked' }],
    ['git', ['warning not-ignored-by-git'], { git: 'not-ignored', key: undefined }],
    ['git', ['note git-unknown'], { git: 'unknown' }],
    ['git that ignores it', [], { git: 'ignored' }],
  ])('%s: %j', (_what, expected, change) => {
    expect(diskFindings({ ...WELL, ...change }).map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected)
  })
})

describe('a stored session', () => {
  const info: SessionInfo = {
    session: 'sales',
    state: 'linked',
    jid: JID,
    deviceName: 'Acme',
    createdAt: new Date(NOW - 40 * DAY),
    lastOnlineAt: new Date(NOW - DAY),
  }
  const holder = { host: 'node-1', pid: 7, life: 'alive', isOver: false } as const
  const said = (given: Partial<Parameters<typeof sessionFindings>[0]>): readonly Finding[] =>
    sessionFindings({ info, defect: undefined, holder: undefined, ...given }, 'npx paircode', NOW)
  const { lastOnlineAt: _, ...neverOnline } = info

  it.each<[readonly string[], Parameters<typeof said>[0]]>([
    [['ok session'], {}],
    [['warning long-offline'], { info: { ...info, lastOnlineAt: new Date(NOW - 20 * DAY) } }],
    [['note never-online'], { info: neverOnline }],
    [['warning unconfirmed'], { info: { ...neverOnline, state: 'unconfirmed' } }],
    [['note linking', 'note in-use'], { info: { ...neverOnline, state: 'unconfirmed' }, holder }],
    [['warning logged-out'], { info: { ...info, state: 'logged-out' } }],
    [['error bad-session'], { info: { ...info, state: 'bad-session' } }],
    [['error login-damaged'], { defect: 'is missing' }],
    [['ok session', 'note in-use'], { holder }],
    [['ok session', 'note in-use'], { holder: { ...holder, life: 'unknown' } }],
    [['ok session', 'note lease-left'], { holder: { ...holder, life: 'dead', isOver: true } }],
  ])('%j', (expected, given) => {
    const findings = said(given)
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected)
    for (const { severity, sentence, next } of findings) {
      expect(sentence).not.toContain('2025550')
      if (severity === 'error' || severity === 'warning') expect(next).toContain('npx paircode')
    }
  })

  it('in the archive is counted, with the day on which the oldest goes', () => {
    const archived = [
      { session: 'a', archivedAt: new Date(NOW - DAY) },
      { session: 'b', archivedAt: new Date(NOW - 5 * DAY) },
    ]
    const facts: StoreFacts = {
      address: 'sqlite:x',
      previousKeys: 0,
      state: { is: 'readable', isOlder: true, look: { key: 'current', sessions: [], archived } },
    }
    const findings = storeFindings(facts, 'paircode', NOW)
    expect(findings.map(({ code }) => code)).toEqual(['store', 'older-schema', 'archive'])
    expect(findings[2]?.sentence).toContain('2 logins; the oldest went there 5 days ago and goes within 2 days')
  })
})

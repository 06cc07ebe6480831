// Looking into a store: everything is seen, nothing is changed. The doctor's words for it: test/cli/doctor/store.test.ts.
import { createHash } from 'node:crypto'
import { cpSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import type { Store } from '../../src/store/contract.ts'
import { internalsOf } from '../../src/store/internals.ts'
import { lookInto, type StoreLook } from '../../src/store/look.ts'
import { readKey } from '../../src/store/sqlite/key-folder.ts'
import { lookAtSqlite } from '../../src/store/sqlite/look.ts'
import { opened, temporaryFolder } from '../conformance/store/place.ts'
import { JID, newlyLinked } from './samples.ts'

const KEY = new Uint8Array(32).fill(1)
const OTHER = new Uint8Array(32).fill(2)

async function file(): Promise<string> {
  return join(await temporaryFolder(), 'sessions.db')
}

async function linked(store: Store, session: string): Promise<void> {
  await internalsOf(store).saveLinked(await newlyLinked({ session, at: new Date() }))
}

async function look(path: string, key?: Uint8Array, previousKeys: readonly Uint8Array[] = []): Promise<StoreLook> {
  const { backend } = await lookAtSqlite(path, systemClock)
  try {
    const used = key ?? (await readKey(path)) ?? new Uint8Array(32)
    return await lookInto({ backend, key: used, previousKeys, clock: systemClock })
  } finally {
    await backend.close()
  }
}

/** Of everything in the folder: contents and times. */
function fingerprint(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(folder, name)
      const { mtimeMs, ctimeMs, mode } = lstatSync(path)
      const hash = lstatSync(path).isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
      return [name, mtimeMs, ctimeMs, mode, hash].join(' ')
    })
}

describe('a look into a store', () => {
  it('sees sessions with their states, and the archive', async () => {
    const path = await file()
    const store = await opened(`sqlite:${path}`)
    for (const session of ['a', 'b', 'c', 'd']) await linked(store, session)
    const internals = internalsOf(store)
    await internals.confirm('a', new Date())
    await internals.retire('b', 'logged-out')
    await internals.retire('c', 'bad-session')
    await store.remove('d')
    await store.close()
    const { key, sessions, archived } = await look(path)
    expect(key).toBe('current')
    expect(sessions.map(({ info, defect }) => [info.session, info.state, info.jid, defect])).toEqual([
      ['a', 'linked', JID, undefined],
      ['b', 'logged-out', JID, undefined],
      ['c', 'bad-session', JID, undefined],
    ])
    expect(archived.map(({ session }) => session).sort()).toEqual(['b', 'c', 'd'])
  })

  it('changes nothing: not a byte, not a time, and no file comes or goes', async () => {
    const path = await file()
    const store = await opened(`sqlite:${path}`)
    await linked(store, 'sales')
    await store.close()
    // A copy, which nobody had open: libsql takes the empty log of the first away when its statements are collected.
    const copy = await temporaryFolder()
    cpSync(dirname(path), copy, { recursive: true, preserveTimestamps: true })
    const before = fingerprint(copy)
    expect((await look(join(copy, basename(path)))).sessions).toHaveLength(1)
    expect(fingerprint(copy)).toEqual(before)
  })

  it('sees what is still in the log of a store that is in use, and leaves the log alone', async () => {
    const path = await file()
    const store = await opened(`sqlite:${path}`)
    await linked(store, 'sales')
    const lease = await internalsOf(store).acquire({ kind: 'session', key: 'sales' })
    expect(lstatSync(`${path}-wal`).size).toBeGreaterThan(0)
    const before = fingerprint(dirname(path))
    const { sessions } = await look(path)
    expect(fingerprint(dirname(path))).toEqual(before)
    expect(sessions).toMatchObject([
      { info: { session: 'sales' }, holder: { pid: process.pid, life: 'alive', isOver: false } },
    ])
    await lease.release()
    expect((await look(path)).sessions[0]?.holder).toBeUndefined()
  })

  it('reads the log in a private copy, and leaves none behind', async () => {
    const path = await file()
    const store = await opened(`sqlite:${path}`)
    await linked(store, 'sales')
    const temporary = await temporaryFolder()
    vi.stubEnv('TMPDIR', temporary)
    const { backend } = await lookAtSqlite(path, systemClock)
    expect(readdirSync(temporary)).toHaveLength(process.platform === 'win32' ? 0 : 1)
    expect(await backend.readLinks()).toHaveLength(1)
    await backend.close()
    expect(readdirSync(temporary)).toEqual([])
  })

  it('knows a wrong key from an earlier one', async () => {
    const path = await file()
    const store = await opened(`sqlite:${path}`, { key: KEY })
    await linked(store, 'sales')
    await store.close()
    expect((await look(path, KEY)).key).toBe('current')
    expect(await look(path, OTHER)).toEqual({ key: 'wrong', sessions: [], archived: [] })
    const changed = await look(path, OTHER, [KEY])
    expect([changed.key, changed.sessions.length]).toEqual(['previous', 1])
    await (await opened(`sqlite:${path}`, { key: OTHER, previousKeys: [KEY] })).close()
    expect((await look(path, OTHER, [KEY])).key).toBe('current')
  })

  it('refuses what would write', async () => {
    const path = await file()
    await (await opened(`sqlite:${path}`)).close()
    const { backend } = await lookAtSqlite(path, systemClock)
    const check = new Uint8Array(1)
    const put = { value: check, expiresAt: 1 }
    await expect(backend.update('lease', check, () => ({ put, result: 1 }))).rejects.toThrow('looked at only')
    expect(await backend.update('lease', check, (old) => ({ result: old }))).toBeUndefined()
    await backend.close()
  })

  it('says whose database it is not', async () => {
    const path = await file()
    await writeFile(path, 'not a database, but longer than the head of one would be'.repeat(10))
    await expect(lookAtSqlite(path, systemClock)).rejects.toMatchObject({ code: 'not-a-store' })
  })
})

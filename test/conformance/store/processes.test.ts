// Several processes on one store.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { internalsOf } from '../../../src/store/internals.ts'
import { LeaseHeld } from '../../../src/store/leases.ts'
import { newlyLinked } from '../../store/samples.ts'
import { optionsFor } from './children/open-shared.ts'
import { startChild } from './children.ts'
import { opened, SHARED_PLACES, temporaryFolder } from './place.ts'

describe.each(SHARED_PLACES)('several processes on one store in $name', ({ name, newAddress }) => {
  it('that open it for the first time at once agree on its key and its tables', async () => {
    for (let round = 0; round < 2; round++) {
      const url = await newAddress()
      const children = await Promise.all(['a', 'b', 'c'].map((session) => startChild('open-at-once', url, session)))
      await Promise.all(children.map((child) => child.line()))
      for (const child of children) child.say('go')
      expect(await Promise.all(children.map((child) => child.line()))).toEqual(['stored', 'stored', 'stored'])
      for (const child of children) child.say('list')
      const jid = '12025550123:1@s.whatsapp.net'
      const all = `a ${jid}, b ${jid}, c ${jid}`
      expect(await Promise.all(children.map((child) => child.line()))).toEqual([all, all, all])
      if (name !== 'SQLite') continue
      const key = await readFile(`${url.slice('sqlite:'.length)}.key/key`, 'latin1')
      expect(Buffer.from(key, 'base64')).toHaveLength(32)
    }
  })

  it('let exactly 3 of 50 codes through together', async () => {
    const url = await newAddress()
    const children = await Promise.all([1, 2].map(() => startChild('take-slots', url, 'an account', '25')))
    await Promise.all(children.map((child) => child.line()))
    for (const child of children) child.say('go')
    const passed = await Promise.all(children.map((child) => child.line()))
    expect(passed.map(Number).reduce((sum, count) => sum + count)).toBe(3)
  })

  it('see a living holder of another process at once, and have the lease when it gives it back', async () => {
    const url = await newAddress()
    const child = await startChild('hold-lease', url, 'sales')
    expect(await child.line()).toBe('held')
    const inner = internalsOf(await opened(url, optionsFor(url)))
    const refused = await inner.acquire({ kind: 'session', key: 'sales' }).catch((thrown: unknown) => thrown)
    expect(refused).toBeInstanceOf(LeaseHeld)
    expect(refused).toMatchObject({ pid: child.process.pid, here: false })
    child.say('release')
    expect(await child.line()).toBe('released')
    await (await inner.acquire({ kind: 'session', key: 'sales' })).release()
  })

  it('have the lease of a killed holder at once, without any wait', async () => {
    const url = await newAddress()
    // This clock never moves: a wait of any length would not end.
    const stopped = { now: () => Date.now(), setTimeout: () => undefined, clearTimeout: () => {} }
    const inner = internalsOf(await opened(url, { ...optionsFor(url), clock: stopped }))
    for (let round = 0; round < 3; round++) {
      const child = await startChild('hold-lease', url, 'sales')
      expect(await child.line()).toBe('held')
      await child.kill()
      await (await inner.acquire({ kind: 'session', key: 'sales' })).release()
    }
  })
})

describe('several processes on one file', () => {
  it('cannot take the file from a store that was opened twice in one process', async () => {
    // Closing any handle of a file drops all locks that the process has on it; so opening must not read the file itself.
    const url = `sqlite:${join(await temporaryFolder(), 'sessions.db')}`
    const store = await opened(url)
    await opened(url)
    const child = await startChild('end-write-ahead-log', url.slice('sqlite:'.length))
    expect(await child.line()).toBe('SQLITE_BUSY')
    expect(await store.list()).toEqual([])
  })
})

describe('a process whose store has a thread', () => {
  it('ends by itself, when what it wrote last is stored', async () => {
    const url = `sqlite:${join(await temporaryFolder(), 'sessions.db')}`
    const first = await opened(url)
    await internalsOf(first).saveLinked(await newlyLinked())
    await first.close()
    const child = await startChild('end-by-itself', url)
    expect(await child.line()).toBe('ready')
    child.say('go')
    child.process.stdin?.end()
    const [code] = await once(child.process, 'exit')
    expect(code).toBe(0)
    const { state } = await (await opened(url)).authState('sales')
    const ids = Array.from({ length: 900 }, (_, id) => String(id))
    expect(Object.keys(await state.keys.get('session', ids))).toHaveLength(900)
  })
})

// A store that goes from its own connection to the thread, and back.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../../../src/lib/clock.ts'
import type { Backend, LinkRow } from '../../../../src/store/backend.ts'
import { openSqlite } from '../../../../src/store/sqlite/open.ts'
import type { WritingThread } from '../../../../src/store/sqlite/writing-thread.ts'
import { temporaryFolder } from '../../../conformance/store/place.ts'
import { startTestThread, startTestWorker } from './open-threaded.ts'

const KEY = Buffer.from('counter')
const LINK = 1

const row: LinkRow = {
  link: LINK,
  session: 'sales',
  listed: true,
  confirmed: true,
  ended: null,
  kept: true,
  createdAt: 0,
  lastOnlineAt: null,
  archivedAt: null,
  replaced: null,
  details: Buffer.alloc(0),
}

interface Opened {
  readonly backend: Backend
  readonly file: string
  /** Groups that each thread was given. */
  readonly groups: () => number
  readonly ready: Promise<void>
  readonly worker: () => Worker
}

async function opened(afterMs = 0): Promise<Opened> {
  const file = join(await temporaryFolder(), 'sessions.db')
  let groups = 0
  let worker: Worker | undefined
  let isReady = (): void => {}
  const ready = new Promise<void>((resolve) => {
    isReady = resolve
  })
  const start = async (): Promise<WritingThread> => {
    const started = startTestWorker(file)
    worker = started.worker
    started.thread.ready.then(isReady, () => {})
    const run: WritingThread['run'] = (proposals) => {
      groups++
      return started.thread.run(proposals)
    }
    return { ...started.thread, run }
  }
  const { backend } = await openSqlite(file, systemClock, Buffer.alloc(32), () => ({ afterMs, start }))
  onTestFinished(() => backend.close().catch(() => {}))
  await backend.prepare(Buffer.from('check'))
  await backend.commit([{ type: 'put-link', row }])
  return { backend, file, groups: () => groups, ready, worker: () => worker as Worker }
}

const lookup = (name: string): Buffer => Buffer.from(name)
const putValue = (name: string, value: number) =>
  ({ type: 'put-value', link: LINK, lookup: lookup(name), value: Buffer.of(value & 255, value >> 8) }) as const
const counted = (bytes: Uint8Array | undefined): number => (bytes?.[0] ?? 0) + (bytes?.[1] ?? 0) * 256
const increment = (backend: Backend): Promise<number> =>
  backend.update('limit', KEY, (old) => {
    const next = counted(old) + 1
    return { put: { value: Buffer.of(next & 255, next >> 8), expiresAt: 2 ** 50 }, result: next }
  })

describe('the switch to the thread', () => {
  it('in the middle of a stream of writes keeps their order, and loses none', async () => {
    const { backend, groups, ready } = await opened()
    let switched = false
    void ready.then(() => {
      switched = true
    })
    const finished: number[] = []
    const results: Promise<unknown>[] = []
    let after = 0
    for (let number = 1; after < 30; number++) {
      if (switched) after++
      // Both on the same rows, by all three ways of writing; the last of each must win.
      results.push(backend.commit([putValue('last', number)]).then(() => finished.push(number)))
      results.push(increment(backend).then((next) => expect(next).toBe(number)))
      results.push(
        backend.change('sales', (links) => {
          expect(links[0]?.createdAt).toBe(number - 1)
          return { writes: [{ type: 'put-link', row: { ...row, createdAt: number } }], result: undefined }
        }),
      )
      if (number % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(results)
    const count = results.length / 3
    expect(finished).toEqual(Array.from({ length: count }, (_, index) => index + 1))
    expect(counted((await backend.readValues(LINK, [lookup('last')]))[0])).toBe(count)
    expect((await backend.readLinks('sales'))[0]?.createdAt).toBe(count)
    expect(await increment(backend)).toBe(count + 1)
    expect(groups()).toBeGreaterThan(0)
  })

  it('comes with all of its writes in few transactions: many that change one record share one', async () => {
    const { backend, groups, ready } = await opened()
    await ready
    await increment(backend)
    const before = groups()
    const results = await Promise.all(Array.from({ length: 50 }, () => increment(backend)))
    expect(results).toEqual(Array.from({ length: 50 }, (_, index) => index + 2))
    expect(groups() - before).toBe(1)
  })

  it('does not happen to a store that is closed before', async () => {
    const { backend, groups } = await opened(60_000)
    await increment(backend)
    await backend.close()
    expect(groups()).toBe(0)
  })
})

describe('refusals', () => {
  it('come from what the rows are at that moment, and leave no trace', async () => {
    const { backend, ready } = await opened()
    await ready
    const refusal = new Error('refused')
    const [first, second, third] = await Promise.allSettled([
      backend.change('sales', () => ({ writes: [{ type: 'drop-link', link: LINK }], result: 'dropped' })),
      backend.change('sales', (links) => {
        if (links.length === 0) throw refusal
        return { writes: [], result: 'not refused' }
      }),
      increment(backend),
    ])
    expect(first).toMatchObject({ value: 'dropped' })
    expect(second).toMatchObject({ reason: refusal })
    expect(third).toMatchObject({ value: 1 })
  })
})

describe('a thread that is lost', () => {
  it('is named in a warning; what was acknowledged is there, the rest is written by the main thread', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { backend, worker, ready } = await opened()
    await ready
    for (let number = 1; number <= 10; number++) expect(await increment(backend)).toBe(number)
    const writes = Array.from({ length: 20 }, () => increment(backend))
    const ending = worker().terminate()
    const outcomes = await Promise.allSettled(writes)
    await ending
    // All of them, or those that were in a commit that nobody saw the end of: these say so.
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({
          message: expect.stringContaining('whether this was stored is not known'),
        })
    const next = await increment(backend)
    expect(next).toBeGreaterThan(10 + outcomes.filter(({ status }) => status === 'fulfilled').length)
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1))
    expect(warn.mock.calls[0]?.[1]).toMatchObject({ code: 'PAIRCODE_STORE_THREAD' })
    await backend.close()
  })

  it('that never came is named, and the store works without it', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const file = join(await temporaryFolder(), 'sessions.db')
    const start = async (): Promise<WritingThread> => {
      throw new Error('threads are not allowed')
    }
    const { backend } = await openSqlite(file, systemClock, Buffer.alloc(32), () => ({ afterMs: 0, start }))
    await backend.prepare(Buffer.from('check'))
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1))
    expect(warn.mock.calls[0]?.[0]).toContain('threads are not allowed')
    expect(await increment(backend)).toBe(1)
    await backend.close()
  })
})

describe('the close', () => {
  it('waits for the writes that were called before it, and ends the thread', async () => {
    const { backend, file, worker, ready } = await opened()
    await ready
    const ended = new Promise((resolve) => worker().once('exit', resolve))
    const writes = Array.from({ length: 40 }, (_, index) =>
      index % 2 === 0 ? increment(backend) : backend.commit([putValue(`key ${index}`, index)]),
    )
    const closing = backend.close()
    await Promise.all([...writes, closing])
    expect(await ended).toBe(0)
    const { backend: again } = await openSqlite(file, systemClock, Buffer.alloc(32), () => ({
      afterMs: 60_000,
      start: async () => startTestThread(file),
    }))
    await again.prepare(Buffer.from('check'))
    expect(await increment(again)).toBe(21)
    const names = Array.from({ length: 20 }, (_, index) => lookup(`key ${index * 2 + 1}`))
    expect((await again.readValues(LINK, names)).map(counted)).toEqual(names.map((_, index) => index * 2 + 1))
    await again.close()
  })

  it('at any moment of the thread’s beginning ends it', async () => {
    for (const ms of [0, 1, 5, 20, 40, 80]) {
      const { backend } = await opened()
      await sleep(ms) // not a wait for anything: the moment of the close
      const written = increment(backend)
      await backend.close()
      expect(await written).toBe(1)
    }
  })
})

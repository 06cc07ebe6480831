// Holders on other hosts, and databases that fail: what cannot be had with two real processes on one machine.
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../src/store/backend.ts'
import type { Lease, LeaseRequest } from '../../src/store/contract.ts'
import { type Holder, thisProcess } from '../../src/store/holder.ts'
import { createLeases, LeaseHeld, type Leases } from '../../src/store/leases.ts'
import { memoryBackend } from '../../src/store/memory.ts'
import { createRecords } from '../../src/store/records.ts'
import { createLookup, createSeal } from '../../src/store/seal.ts'
import { type FakeClock, fakeClock, turns, whileAwaited } from './fake-clock.ts'

const SALES: LeaseRequest = { kind: 'session', key: 'sales' }
const HERE = thisProcess()
const ELSEWHERE: Holder = { host: 'web-2', processes: 'web-2 another boot', pid: 4321, startedAt: 99 }

const KEY = randomBytes(32)

function leasesOn(backend: Backend, clock: FakeClock, self: Holder, random?: () => number): Leases {
  return createLeases(createRecords(backend, createSeal(KEY), createLookup(KEY)), clock, self, random)
}

/** What became of a promise, readable at any moment. */
function watched<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const outcome: { value?: T; error?: unknown } = {}
  promise.then(
    (value) => {
      outcome.value = value
    },
    (error: unknown) => {
      outcome.error = error
    },
  )
  return outcome
}

describe('a holder on another host', () => {
  it('that lives is noticed by its next renewal, 3 s at most', async () => {
    const clock = fakeClock()
    const backend = memoryBackend(clock)
    const theirs = await leasesOn(backend, clock, ELSEWHERE, () => 1).acquire(SALES)
    await clock.advance(500)
    const outcome = watched(leasesOn(backend, clock, HERE).acquire(SALES))
    await clock.advance(2_000)
    expect(outcome).toEqual({})
    await clock.advance(2_000)
    expect(outcome.error).toBeInstanceOf(LeaseHeld)
    expect(outcome.error).toMatchObject({ host: 'web-2', pid: 4321, here: false })
    await theirs.release()
  })

  it('that died is waited for until its lease is void: 10 s after its last renewal', async () => {
    const [theirClock, clock] = [fakeClock(), fakeClock()]
    const backend = memoryBackend(clock)
    await leasesOn(backend, theirClock, ELSEWHERE).acquire(SALES) // its clock stands still: it never renews
    const outcome = watched(leasesOn(backend, clock, HERE).acquire(SALES))
    await clock.advance(9_999)
    expect(outcome).toEqual({})
    await clock.advance(1)
    expect(outcome.value).toBeDefined()
    await outcome.value?.release()
  })

  it('that gives its lease back meanwhile lets the next one in', async () => {
    const [theirClock, clock] = [fakeClock(), fakeClock()]
    const backend = memoryBackend(clock)
    const theirs = await leasesOn(backend, theirClock, ELSEWHERE).acquire(SALES)
    const outcome = watched(leasesOn(backend, clock, HERE).acquire(SALES))
    await clock.advance(2_500)
    await theirs.release()
    await clock.advance(1_000)
    expect(outcome.value).toBeDefined()
    await outcome.value?.release()
  })

  it('that died before the clock was set back is waited for 10 s, and not for the difference', async () => {
    const clock = fakeClock()
    const ahead = fakeClock(clock.now() + 3_600_000)
    const backend = memoryBackend(ahead)
    await leasesOn(backend, fakeClock(), ELSEWHERE).acquire(SALES)
    // The same rows, under a clock that is an hour behind.
    const behind: Backend = {
      ...backend,
      update: (kind, key, decide) => backend.update(kind, key, (old) => decide(old, clock.now())),
    }
    const outcome = watched(leasesOn(behind, clock, HERE).acquire(SALES))
    await clock.advance(9_000)
    expect(outcome).toEqual({})
    await clock.advance(1_000)
    expect(outcome.value).toBeDefined()
    await outcome.value?.release()
  })

  it('is not waited for any longer when the caller gives up', async () => {
    const clock = fakeClock()
    const backend = memoryBackend(clock)
    await leasesOn(backend, fakeClock(), ELSEWHERE).acquire(SALES)
    const abort = new AbortController()
    const outcome = watched(leasesOn(backend, clock, HERE).acquire({ ...SALES, signal: abort.signal }))
    await clock.advance(1_500)
    const reason = new Error('the link was cancelled')
    abort.abort(reason)
    await turns()
    expect(outcome.error).toBe(reason)
    expect(clock.waiting).toBe(0)
  })

  it('is told apart from this process even when pid and start are the same', async () => {
    const clock = fakeClock()
    const backend = memoryBackend(clock)
    await leasesOn(backend, fakeClock(), { ...HERE, processes: 'a container' }).acquire(SALES)
    const outcome = watched(leasesOn(backend, clock, HERE).acquire(SALES))
    await clock.advance(10_000)
    await outcome.value?.release()
    expect(outcome.error).toBeUndefined()
  })
})

describe('a lease that cannot be renewed', () => {
  function failing(clock: FakeClock): { readonly backend: Backend; mode: 'works' | 'fails' | 'hangs' } {
    const inner = memoryBackend(clock)
    const state: { backend: Backend; mode: 'works' | 'fails' | 'hangs' } = {
      mode: 'works',
      backend: {
        ...inner,
        update: (kind, key, decide) => {
          if (state.mode === 'fails') return Promise.reject(new Error('the database is gone'))
          if (state.mode === 'hangs') return new Promise(() => {})
          return inner.update(kind, key, decide)
        },
      },
    }
    return state
  }

  for (const mode of ['fails', 'hangs'] as const) {
    it(`because the database ${mode} is lost before anyone else may take it`, async () => {
      const clock = fakeClock()
      const state = failing(clock)
      const lease = await leasesOn(state.backend, clock, HERE, () => 1).acquire(SALES)
      await clock.advance(3_000)
      state.mode = mode
      await clock.advance(8_999)
      expect(lease.lostSignal().aborted).toBe(false)
      await clock.advance(1)
      expect(lease.lostSignal().aborted).toBe(true)
      expect(lease.lostSignal().reason).toMatchObject({ name: 'StoreError', code: 'lease-lost' })
      expect(clock.waiting).toBe(0)
    })
  }

  it('for a while is kept', async () => {
    const clock = fakeClock()
    const state = failing(clock)
    const lease = await leasesOn(state.backend, clock, HERE).acquire(SALES)
    state.mode = 'fails'
    await clock.advance(6_500)
    state.mode = 'works'
    await clock.advance(60_000)
    expect(lease.lostSignal().aborted).toBe(false)
    await lease.release()
  })

  it('nor given back is void in 10 s by itself, and its release does not throw', async () => {
    const clock = fakeClock()
    const state = failing(clock)
    const lease = await leasesOn(state.backend, clock, ELSEWHERE).acquire(SALES)
    state.mode = 'fails'
    await lease.release()
    state.mode = 'works'
    const outcome = watched(leasesOn(state.backend, clock, HERE).acquire(SALES))
    await clock.advance(10_000)
    expect(outcome.value).toBeDefined()
    await outcome.value?.release()
  })

  it('does not disturb the others of the same store', async () => {
    const clock = fakeClock()
    const backend = memoryBackend(clock)
    const leases = leasesOn(backend, clock, HERE)
    const held = await Promise.all(['a', 'b', 'c'].map((key) => leases.acquire({ kind: 'session', key })))
    await leasesOn(backend, fakeClock(clock.now() + 60_000), ELSEWHERE).close()
    await (held[1] as Lease).release()
    await clock.advance(60_000)
    expect(held.map((lease) => lease.lostSignal().aborted)).toEqual([false, false, false])
    await leases.close()
    expect(clock.waiting).toBe(0)
  })
})

describe('the renewals of many leases', () => {
  /** The times at which each record was written. */
  function counting(clock: FakeClock): { readonly backend: Backend; readonly writes: Map<string, number[]> } {
    const inner = memoryBackend(clock)
    const writes = new Map<string, number[]>()
    const backend: Backend = {
      ...inner,
      update: (kind, key, decide) => {
        const place = Buffer.from(key).toString('hex')
        writes.set(place, [...(writes.get(place) ?? []), clock.now()])
        return inner.update(kind, key, decide)
      },
    }
    return { backend, writes }
  }

  async function manyHeld(leases: Leases, count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, at) => leases.acquire({ kind: 'session', key: `bot-${at}` })))
  }

  it('that were taken at one moment do not come at one moment, and each within 3 s of the one before', async () => {
    const clock = fakeClock()
    const { backend, writes } = counting(clock)
    const leases = leasesOn(backend, clock, HERE)
    await manyHeld(leases, 100)
    const start = clock.now()
    await clock.advance(30_000)
    const perMoment = new Map<number, number>()
    for (const times of writes.values()) {
      const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0))
      expect(Math.max(...gaps)).toBeLessThanOrEqual(3_100)
      expect(gaps.length).toBeGreaterThanOrEqual(9)
      for (const time of times) perMoment.set(time, (perMoment.get(time) ?? 0) + 1)
    }
    perMoment.delete(start)
    expect(Math.max(...perMoment.values())).toBeLessThan(50)
    await leases.close()
    expect(clock.waiting).toBe(0)
  })

  it('that are due at one moment go to the store a few at a time, so that nobody waits for all of them', async () => {
    const clock = fakeClock()
    const inner = memoryBackend(clock)
    let atStore = 0
    let most = 0
    const backend: Backend = {
      ...inner,
      update: async (kind, key, decide) => {
        atStore += 1
        most = Math.max(most, atStore)
        await whileAwaited(new Promise((resolve) => setImmediate(resolve)))
        atStore -= 1
        return inner.update(kind, key, decide)
      },
    }
    const leases = leasesOn(backend, clock, HERE, () => 0)
    const held = await Promise.all(
      Array.from({ length: 300 }, (_, at) => leases.acquire({ kind: 'session', key: `bot-${at}` })),
    )
    most = 0
    await clock.advance(30_000)
    expect(most).toBe(32)
    expect(held.some((lease) => lease.lostSignal().aborted)).toBe(false)
    await leases.close()
  })

  it('do not wait for one that never comes back, beyond its loss', async () => {
    const clock = fakeClock()
    const inner = memoryBackend(clock)
    let hangs = false
    const stuck = new Set<string>()
    const backend: Backend = {
      ...inner,
      update: (kind, key, decide) => {
        const place = Buffer.from(key).toString('hex')
        if (hangs && stuck.size < 32) stuck.add(place)
        return stuck.has(place) ? new Promise(() => {}) : inner.update(kind, key, decide)
      },
    }
    const leases = leasesOn(backend, clock, HERE, () => 0)
    await manyHeld(leases, 32)
    hangs = true
    await clock.advance(4_000)
    const late = await leases.acquire({ kind: 'session', key: 'late' })
    await clock.advance(60_000)
    expect(stuck.size).toBe(32)
    expect(late.lostSignal().aborted).toBe(false)
    await late.release()
    expect(clock.waiting).toBe(0)
  })

  it('go on when the clock is set back', async () => {
    const clock = fakeClock()
    const { backend, writes } = counting(clock)
    let back = 0
    const setBack: FakeClock = { ...clock, now: () => clock.now() - back }
    const leases = leasesOn(backend, setBack, HERE)
    await manyHeld(leases, 3)
    back = 3_600_000
    await clock.advance(6_200)
    for (const times of writes.values()) expect(times.length).toBeGreaterThanOrEqual(2)
    await leases.close()
  })
})

describe('closing', () => {
  it('gives back a lease that was just being had', async () => {
    const clock = fakeClock()
    const inner = memoryBackend(clock)
    let go: () => void = () => {}
    const gate = new Promise<void>((resolve) => {
      go = resolve
    })
    const slow: Backend = {
      ...inner,
      update: async (kind, key, decide) => {
        const result = await inner.update(kind, key, decide)
        await gate
        return result
      },
    }
    const leases = leasesOn(slow, clock, HERE)
    const outcome = watched(leases.acquire(SALES))
    await turns()
    const closing = leases.close()
    go()
    await closing
    await turns()
    expect(outcome.error).toMatchObject({ code: 'store-error' })
    expect(clock.waiting).toBe(0)
    await (await leasesOn(inner, clock, HERE).acquire(SALES)).release()
  })
})

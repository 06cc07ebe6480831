import type { Clock } from '../../src/lib/clock.ts'

export interface FakeClock extends Clock {
  /** Moves time, running what falls due on the way, and lets the store's own work finish in between. */
  advance(ms: number): Promise<void>
  /** Timers that wait. */
  readonly waiting: number
  /** How the store's own work is waited for: `turns`, unless a place knows better. */
  settle: () => Promise<void>
}

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** 2026-01-01T00:00:00Z */
const START = 1_767_225_600_000

export function fakeClock(start = START): FakeClock {
  let now = start
  const timers = new Set<Timer>()

  const nextBefore = (until: number): Timer | undefined =>
    [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]

  const clock: FakeClock = {
    now: () => now,
    setTimeout: (run, ms) => {
      const timer: Timer = { at: now + ms, run }
      timers.add(timer)
      return timer
    },
    clearTimeout: (handle) => timers.delete(handle as Timer),
    get waiting() {
      return timers.size
    },
    settle: turns,
    async advance(ms) {
      const until = now + ms
      await clock.settle()
      for (let timer = nextBefore(until); timer !== undefined; timer = nextBefore(until)) {
        timers.delete(timer)
        now = timer.at
        timer.run()
        await clock.settle()
      }
      now = until
      await clock.settle()
    },
  }
  return clock
}

/** Work that takes time of its own, and not turns of the event loop. */
const underWay = new Set<Promise<unknown>>()

/** Tells every fake clock to wait for it. */
export function whileAwaited<T>(work: Promise<T>): Promise<T> {
  underWay.add(work)
  const end = (): boolean => underWay.delete(work)
  work.then(end, end)
  return work
}

/** A store's write takes two turns of the event loop; some to spare. */
export async function turns(count = 12): Promise<void> {
  do {
    await Promise.allSettled(underWay)
    for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
  } while (underWay.size > 0)
}

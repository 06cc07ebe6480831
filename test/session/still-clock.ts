// A clock that moves only when a test says so, and knows what waits on it.
import type { Clock } from '../../src/lib/clock.ts'

export interface StillClock extends Clock {
  /** How many timers are set. */
  readonly waiting: number
  /** Moves to the next timer and runs it. Throws when there is none. */
  next(): void
  /** Moves by `ms`, running what falls due, in order. */
  advance(ms: number): void
}

export function createStillClock(start = 1_767_225_600_000): StillClock {
  const timers = new Map<number, { readonly due: number; readonly run: () => void }>()
  let now = start
  let last = 0

  const nextDue = (): [number, { readonly due: number; readonly run: () => void }] | undefined =>
    [...timers].sort(([a, one], [b, other]) => one.due - other.due || a - b)[0]

  const fire = ([id, { due, run }]: NonNullable<ReturnType<typeof nextDue>>): void => {
    timers.delete(id)
    now = Math.max(now, due)
    run()
  }

  return {
    now: () => now,
    setTimeout(run, ms) {
      timers.set(++last, { due: now + ms, run })
      return last
    },
    clearTimeout: (handle) => void timers.delete(handle as number),
    get waiting() {
      return timers.size
    },
    next() {
      const first = nextDue()
      if (first === undefined) throw new Error('nothing waits on this clock')
      fire(first)
    },
    advance(ms) {
      const end = now + ms
      for (let first = nextDue(); first !== undefined && first[1].due <= end; first = nextDue()) fire(first)
      now = end
    },
  }
}

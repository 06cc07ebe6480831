import type { Clock } from '../../src/lib/clock.ts'

export interface VirtualClock extends Clock {
  /** Runs what is due, in order, the timers that it sets included. */
  advance(ms: number): void
  /** Timers that still wait. */
  readonly pending: number
}

export function virtualClock(start = 0): VirtualClock {
  let now = start
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  const nextDue = (until: number): { readonly at: number; readonly run: () => void } | undefined =>
    [...timers].filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0]
  return {
    now: () => now,
    setTimeout(run, ms) {
      const timer = { at: now + ms, run }
      timers.add(timer)
      return timer
    },
    clearTimeout(handle) {
      timers.delete(handle as { readonly at: number; readonly run: () => void })
    },
    advance(ms) {
      const until = now + ms
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        timers.delete(timer)
        now = timer.at
        timer.run()
      }
      now = until
    },
    get pending() {
      return timers.size
    },
  }
}

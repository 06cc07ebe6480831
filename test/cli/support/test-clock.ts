import type { Clock } from '../../../src/lib/clock.ts'

export interface TestClock extends Clock {
  /** Moves time; what falls due on the way happens in order. */
  advance(ms: number): void
  readonly waiting: number
}

export function createTestClock(start = Date.UTC(2026, 0, 1, 12)): TestClock {
  let now = start
  const timers = new Map<object, { readonly at: number; readonly run: () => void }>()
  return {
    now: () => now,
    setTimeout(run, ms) {
      const handle = {}
      timers.set(handle, { at: now + ms, run })
      return handle
    },
    clearTimeout: (handle) => void timers.delete(handle as object),
    advance(ms) {
      const end = now + ms
      for (;;) {
        const due = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0]
        if (due === undefined) break
        timers.delete(due[0])
        now = due[1].at
        due[1].run()
      }
      now = end
    },
    get waiting() {
      return timers.size
    },
  }
}

// The system's time with jumps: what falls due in a jump is run once, in its order, however far the jump went.
import type { Clock } from '../../../src/lib/clock.ts'

export interface JumpClock extends Clock {
  jump(ms: number): void
}

interface Timer {
  readonly due: number
  readonly run: () => void
  handle: NodeJS.Timeout | undefined
}

export function jumpClock(): JumpClock {
  let offset = 0
  const timers = new Set<Timer>()
  const now = (): number => Date.now() + offset
  const arm = (timer: Timer): void => {
    clearTimeout(timer.handle)
    timer.handle = setTimeout(
      () => {
        timers.delete(timer)
        timer.run()
      },
      Math.min(Math.max(0, timer.due - now()), 2 ** 31 - 1),
    )
  }
  return {
    now,
    setTimeout(run, ms) {
      const timer: Timer = { due: now() + ms, run, handle: undefined }
      timers.add(timer)
      arm(timer)
      return timer
    },
    clearTimeout(handle) {
      const timer = handle as Timer | undefined
      if (timer === undefined) return
      clearTimeout(timer.handle)
      timers.delete(timer)
    },
    jump(ms) {
      offset += ms
      for (const timer of [...timers].sort((a, b) => a.due - b.due)) arm(timer)
    },
  }
}

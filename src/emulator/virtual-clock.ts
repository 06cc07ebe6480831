// The emulator's time: an injected clock plus what `advance` added. Only the emulator's own timers move.
import type { Clock } from '../lib/clock.ts'

export interface VirtualClock extends Clock {
  /**
   * Moves time forward by `ms`, firing each timer that falls due at its own moment, in order, and waits for the work at
   * hand and for what was sent to leave the process.
   */
  advance(ms: number): Promise<void>
  /** Work at hand, which `advance` waits for before it moves time. It must not wait for time itself. */
  busy<Result>(work: Promise<Result>): Promise<Result>
  /** Forgets every timer; later ones are never armed. */
  stop(): void
}

/** Node fires longer timers at once. */
const LONGEST_MS = 2 ** 31 - 1

interface Timer {
  readonly due: number
  readonly order: number
  readonly run: () => void
  armed: unknown
}

export function createVirtualClock(base: Clock): VirtualClock {
  const timers = new Set<Timer>()
  const atHand = new Set<Promise<unknown>>()
  let offset = 0
  let order = 0
  let advancing = false
  let stopped = false
  let queue: Promise<void> = Promise.resolve()

  const now = (): number => base.now() + offset

  const fire = (timer: Timer): void => {
    timers.delete(timer)
    timer.run()
  }

  const arm = (timer: Timer): void => {
    const ms = Math.max(0, timer.due - now())
    timer.armed = base.setTimeout(() => (ms > LONGEST_MS ? arm(timer) : fire(timer)), Math.min(ms, LONGEST_MS))
  }

  const disarm = (timer: Timer): void => {
    if (timer.armed !== undefined) base.clearTimeout(timer.armed)
    timer.armed = undefined
  }

  const nextDue = (limit: number): Timer | undefined => {
    let next: Timer | undefined
    for (const timer of timers) {
      if (timer.due > limit) continue
      if (next === undefined || timer.due < next.due || (timer.due === next.due && timer.order < next.order))
        next = timer
    }
    return next
  }

  const idle = async (): Promise<void> => {
    while (atHand.size > 0) await Promise.allSettled(atHand)
  }

  const move = async (ms: number): Promise<void> => {
    await idle()
    const target = now() + ms
    advancing = true
    for (const timer of timers) disarm(timer)
    try {
      for (let timer = nextDue(target); timer !== undefined; timer = nextDue(target)) {
        offset += Math.max(0, timer.due - now())
        fire(timer)
        await settled()
        await idle()
      }
    } finally {
      offset += Math.max(0, target - now())
      advancing = false
      for (const timer of timers) arm(timer)
    }
    await settled()
  }

  return {
    now,
    setTimeout(run, ms) {
      const timer: Timer = { due: now() + Math.max(0, ms), order: order++, run, armed: undefined }
      if (stopped) return timer
      timers.add(timer)
      if (!advancing) arm(timer)
      return timer
    },
    clearTimeout(handle) {
      const timer = handle as Timer | undefined
      if (timer === undefined || !timers.delete(timer)) return
      disarm(timer)
    },
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) throw new RangeError('advance takes a number of milliseconds, 0 or more')
      const moved = queue.then(() => move(ms))
      queue = moved.catch(() => {})
      return moved
    },
    busy(work) {
      const done = (): void => void atHand.delete(work)
      atHand.add(work)
      work.then(done, done)
      return work
    },
    stop() {
      stopped = true
      for (const timer of timers) disarm(timer)
      timers.clear()
    },
  }
}

/** Two turns of the event loop: what was written to a socket has been handed to the system by then. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

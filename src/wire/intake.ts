// What comes in, taken in turns: a server that sends ten thousand stanzas at once must not keep the rest of the process
// waiting, nor make it hold what it has not read yet.
import { createFrameReader } from './frames.ts'

/** One turn of the event loop takes so much at most: less than 2 ms of work (measured). */
const TURN_FRAMES = 32
/** Bytes, as they are after inflating. */
const TURN_BYTES = 64 * 1024

export interface Intake {
  push(chunk: Uint8Array): void
  /** Runs when all that came so far has been taken: at once, if nothing waits. The first counts; none after `stop()`. */
  whenTaken(run: () => void): void
  /** Takes nothing more and lets go of what waits. */
  stop(): void
}

export function createIntake(options: {
  /** One frame; says how many bytes it turned out to be. What it throws goes to `onBroken`, and nothing more is taken. */
  readonly take: (payload: Uint8Array) => number
  readonly onBroken: (error: unknown) => void
  /** Told true when more waits than one turn takes, false when it has been taken. */
  readonly onBusy: (busy: boolean) => void
}): Intake {
  let frames = createFrameReader()
  let next: NodeJS.Immediate | undefined
  let stopped = false
  let afterwards: (() => void) | undefined

  /** True when nothing whole is left. */
  const takeSome = (): boolean => {
    let count = 0
    let bytes = 0
    for (const payload of frames.rest()) {
      if (stopped) return true
      bytes += options.take(payload)
      count += 1
      if (count >= TURN_FRAMES || bytes >= TURN_BYTES) return false
    }
    return true
  }

  const work = (): void => {
    try {
      const isDone = takeSome()
      if (stopped) return
      if (!isDone) return later()
    } catch (error) {
      stop()
      return options.onBroken(error)
    }
    if (next !== undefined) {
      next = undefined
      options.onBusy(false)
    }
    afterwards?.()
  }

  const later = (): void => {
    if (next === undefined) options.onBusy(true)
    next = setImmediate(work)
  }

  const stop = (): void => {
    stopped = true
    afterwards = undefined
    frames = createFrameReader()
    if (next === undefined) return
    clearImmediate(next)
    next = undefined
    options.onBusy(false)
  }

  return {
    push(chunk) {
      if (stopped) return
      // Held; the frames in it are asked for in turns.
      frames.push(chunk)
      if (next === undefined) work()
    },
    whenTaken(run) {
      if (stopped) return
      if (next === undefined) run()
      else afterwards ??= run
    },
    stop,
  }
}

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

export interface IntakeOptions {
  /** One frame; says how many bytes it turned out to be. What it throws goes to `onBroken`, and nothing more is taken. */
  take(payload: Uint8Array): number
  onBroken(error: unknown): void
  /** Told true when more waits than one turn takes, false when it has been taken. */
  onBusy(busy: boolean): void
}

export function createIntake(options: IntakeOptions): Intake {
  return new PacedIntake(options)
}

class PacedIntake implements Intake {
  readonly #options: IntakeOptions
  #frames = createFrameReader()
  #next: NodeJS.Immediate | undefined
  #stopped = false
  #afterwards: (() => void) | undefined

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  push(chunk: Uint8Array): void {
    if (this.#stopped) return
    // Held; the frames in it are asked for in turns.
    this.#frames.push(chunk)
    if (this.#next === undefined) this.#work()
  }

  whenTaken(run: () => void): void {
    if (this.#stopped) return
    if (this.#next === undefined) run()
    else this.#afterwards ??= run
  }

  stop(): void {
    this.#stopped = true
    this.#afterwards = undefined
    this.#frames = createFrameReader()
    if (this.#next === undefined) return
    clearImmediate(this.#next)
    this.#next = undefined
    this.#options.onBusy(false)
  }

  #work(): void {
    try {
      const isDone = this.#takeSome()
      if (this.#stopped) return
      if (!isDone) return this.#later()
    } catch (error) {
      this.stop()
      return this.#options.onBroken(error)
    }
    if (this.#next !== undefined) {
      this.#next = undefined
      this.#options.onBusy(false)
    }
    const run = this.#afterwards
    this.#afterwards = undefined
    run?.()
  }

  /** True when nothing whole is left. */
  #takeSome(): boolean {
    let count = 0
    let bytes = 0
    for (const payload of this.#frames.rest()) {
      if (this.#stopped) return true
      bytes += this.#options.take(payload)
      count += 1
      if (count >= TURN_FRAMES || bytes >= TURN_BYTES) return false
    }
    return true
  }

  #later(): void {
    if (this.#next === undefined) this.#options.onBusy(true)
    this.#next = setImmediate(() => this.#work())
  }
}

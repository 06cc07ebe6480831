// When nothing is at hand any more. The clock of a schedule stands still while sockets, keys and the store work, so that what
// is measured on it is what the program decided, not how busy the machine was.
import { createHook } from 'node:async_hooks'

/** Turns of the event loop without work. Loopback needs one for each hop: what is written is there at the next poll. */
const QUIET_TURNS = 10
/** Work of the thread pool that a link or a phone waits for. */
const POOL = /^(?:PBKDF2REQUEST|FSREQ.*)$/

export interface Quiet {
  /** Resolves when nothing is at hand. `progress`: a number that grows while things happen. */
  settle(progress: () => number): Promise<void>
  stop(): void
}

export function watchQuiet(): Quiet {
  const atHand = new Set<number>()
  const hook = createHook({
    init(id, type) {
      if (POOL.test(type)) atHand.add(id)
    },
    after: (id) => void atHand.delete(id),
    destroy: (id) => void atHand.delete(id),
  }).enable()
  return {
    async settle(progress) {
      for (let turns = 0, seen = progress(); turns < QUIET_TURNS; turns += 1) {
        await new Promise<void>((resolve) => setImmediate(resolve))
        const now = progress()
        if (atHand.size > 0 || now !== seen) turns = 0
        seen = now
      }
    },
    stop: () => void hook.disable(),
  }
}

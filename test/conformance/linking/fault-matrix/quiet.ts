// Waits until this process has nothing to do but wait for time: no socket spoke, no key is being derived, no module loads.
// Then, and not before, a test may move its clock, on a slow machine as on a fast one.
import { createHook } from 'node:async_hooks'

/** Work of the thread pool and of connections that ends by itself; a name is what Node calls the kind of resource. */
const ENDS_BY_ITSELF = /REQUEST$|^FSREQ|^(?:TCPCONNECT|GETADDRINFOREQ|WRITE|SHUTDOWN)WRAP$/
/** What tells that something came in. */
const SPEAKS = /^(?:TCP|TLS|HTTP)/
/** Turns of the event loop without a sign of anything. */
const QUIET_TURNS = 10

export interface QuietWatch {
  /** `leastMs`: real ms without a sign; Baileys has pauses of its own, which leave none. */
  quiet(leastMs: number): Promise<void>
  stop(): void
}

export function watchQuiet(): QuietWatch {
  const pending = new Set<number>()
  const speakers = new Set<number>()
  let signs = 0
  const hook = createHook({
    init(id, type) {
      if (ENDS_BY_ITSELF.test(type)) pending.add(id)
      if (SPEAKS.test(type)) speakers.add(id)
    },
    before(id) {
      if (pending.has(id) || speakers.has(id)) signs += 1
    },
    after: (id) => void pending.delete(id),
    destroy(id) {
      pending.delete(id)
      speakers.delete(id)
    },
  }).enable()

  return {
    async quiet(leastMs) {
      let since = performance.now()
      let turns = 0
      let seen = signs
      while (turns < QUIET_TURNS || performance.now() - since < leastMs) {
        await new Promise((resolve) => (turns < QUIET_TURNS ? setImmediate(resolve) : setTimeout(resolve, 1)))
        if (pending.size === 0 && signs === seen) {
          turns += 1
          continue
        }
        turns = 0
        seen = signs
        since = performance.now()
      }
    },
    stop: () => void hook.disable(),
  }
}

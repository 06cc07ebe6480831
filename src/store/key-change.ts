// A change of the store key, in the background of a store that is in use. It goes through the store until nothing that a
// previous key sealed is found, and only then takes the old keys out of the check value. Until then the check value says
// that the work is not done: whoever opens the store next, with the old keys too, goes on.
import { StoreError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { deferred } from '../lib/deferred.ts'
import type { Backend } from './backend.ts'
import { readCheck, sealedCheck, type Unlocked } from './check.ts'
import { resealOnce } from './reseal.ts'

/** How long a close waits for the end of it. */
const FINISH_MS = 10_000
/** Waits between tries while the database refuses, doubled each time. */
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000

export interface KeyChange {
  /**
   * Resolves when nothing is sealed with a previous key any more. Rejects with a StoreError when it will not get there:
   * `wrong-key` when yet another key came meanwhile, `store-error` when the store was closed before. Never unhandled.
   */
  readonly done: Promise<void>
  /** Lets it finish, for 10 s at most; else it stops after a slice. */
  close(): Promise<void>
}

export function startKeyChange(backend: Backend, unlocked: Unlocked, clock: Clock): KeyChange {
  const { seal, codec } = unlocked
  const done = deferred<void>()
  let { check } = unlocked
  let stopped = false
  let wake: (() => void) | undefined

  /** Values that an outdated process wrote while a pass went by are found by the next one. */
  const resealAll = async (): Promise<void> => {
    for (;;) {
      const pass = await resealOnce({ backend, seal, codec, goOn: () => !stopped })
      if (pass === undefined) throw interrupted()
      if (pass.found === 0) return finish()
    }
  }

  const finish = async (): Promise<void> => {
    const { sealed, secret, pending } = check
    if (pending.length > 0 && (await backend.replaceCheck(sealed, sealedCheck(seal, secret, []).sealed))) return
    // Done by another process, unless that one has brought another key.
    check = await readCheck(backend, seal)
    if (check.pending.length > 0) await resealAll()
  }

  const run = async (): Promise<void> => {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        return await resealAll()
      } catch (thrown) {
        if (stopped) throw interrupted(thrown)
        if (!(thrown instanceof StoreError) || thrown.code === 'wrong-key') throw thrown
        await pause(waitMs)
      }
    }
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.setTimeout(() => wake?.(), ms)
      unref(timer)
      wake = () => {
        clock.clearTimeout(timer)
        wake = undefined
        resolve()
      }
    })

  done.promise.catch(() => {})
  if (seal.keyIds.length === 1) done.resolve()
  else run().then(done.resolve, done.reject)

  return {
    done: done.promise,
    async close() {
      const timer = clock.setTimeout(() => {
        stopped = true
      }, FINISH_MS)
      // It waits for a database that refuses: the next opening will do.
      if (wake !== undefined) stopped = true
      wake?.()
      await done.promise.catch(() => {})
      clock.clearTimeout(timer)
    },
  }
}

function interrupted(cause?: unknown): StoreError {
  return new StoreError('store-error', 'the store was closed before all of it was sealed with the new key', {
    cause,
    advice: 'Open it again with the new and the old key: the work goes on where it stopped.',
  })
}

/** Work in the background alone does not keep a process running. */
function unref(handle: unknown): void {
  if (typeof handle === 'object' && handle !== null && 'unref' in handle && typeof handle.unref === 'function')
    handle.unref()
}

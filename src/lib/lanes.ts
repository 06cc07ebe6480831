// Work that waits its turn: so many at a time, what is urgent first.
import { deferred } from './deferred.ts'

/** `soon` goes before everything that is `later`; within each, first come, first served. */
export type Urgency = 'soon' | 'later'

/**
 * Resolves with the way out when a lane is free; call it once, whatever became of the work. Rejects with the signal's reason
 * when it is aborted before that.
 */
export type Lanes = (urgency: Urgency, signal?: AbortSignal) => Promise<() => void>

export function createLanes(atOnce: number): Lanes {
  const waiting: Record<Urgency, Set<() => void>> = { soon: new Set(), later: new Set() }
  let free = atOnce

  const leave = (): void => {
    for (const queue of [waiting.soon, waiting.later])
      for (const next of queue) {
        // The lane goes from hand to hand: whoever comes in between does not overtake.
        queue.delete(next)
        return next()
      }
    free += 1
  }

  return async (urgency, signal) => {
    signal?.throwIfAborted()
    if (free > 0) {
      free -= 1
      return leave
    }
    const queue = waiting[urgency]
    const turn = deferred<void>()
    const abort = (): void => {
      queue.delete(turn.resolve)
      turn.reject(signal?.reason)
    }
    queue.add(turn.resolve)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      await turn.promise
    } finally {
      signal?.removeEventListener('abort', abort)
    }
    return leave
  }
}

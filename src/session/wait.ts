// Waiting on the injected clock; whoever waits can be called off, and leaves nothing behind.
import type { Clock } from '../lib/clock.ts'

/** Resolves after `ms`, or as soon as `enough` does. Rejects with the signal's reason when it is aborted. */
export function pause(clock: Clock, ms: number, signal: AbortSignal, enough?: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const done = (): void => {
      clock.clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      resolve()
    }
    const aborted = (): void => {
      clock.clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = clock.setTimeout(done, ms)
    signal.addEventListener('abort', aborted, { once: true })
    void enough?.then(done)
  })
}

/** What `work` resolves with; undefined when it takes longer than `ms`, or fails. */
export function within<Value>(clock: Clock, ms: number, work: Promise<Value>): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const done = (value: Value | undefined): void => {
      clock.clearTimeout(timer)
      resolve(value)
    }
    const timer = clock.setTimeout(() => resolve(undefined), ms)
    work.then(done, () => done(undefined))
  })
}

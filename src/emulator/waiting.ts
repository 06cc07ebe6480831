// A wait with a limit and a name.
import { PhoneError } from './phone-error.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface Waiting<Result> {
  readonly promise: Promise<Result>
  resolve(result: Result): void
  reject(error: Error): void
}

/** Rejects with PhoneError `timeout` when `ms` are over; `what` completes the sentence. */
export function waitFor<Result>(clock: VirtualClock, ms: number, what: string): Waiting<Result> {
  let settle: { resolve(result: Result): void; reject(error: Error): void } | undefined
  const promise = new Promise<Result>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // The one who waits may have given up by then.
  promise.catch(() => {})
  const timer = clock.setTimeout(() => settle?.reject(new PhoneError('timeout', `${what} within ${ms / 1000} s`)), ms)
  return {
    promise,
    resolve(result) {
      clock.clearTimeout(timer)
      settle?.resolve(result)
    },
    reject(error) {
      clock.clearTimeout(timer)
      settle?.reject(error)
    },
  }
}

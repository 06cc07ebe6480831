import { LinkError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'

/** Nothing waits for ever: after `ms` the wait ends with its name. */
export async function within<Value>(ms: number, what: string, clock: Clock, promise: Promise<Value>): Promise<Value> {
  let timer: unknown
  const late = new Promise<never>((_resolve, reject) => {
    timer = clock.setTimeout(() => reject(new LinkError('network', `${what} took longer than ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clock.clearTimeout(timer)
  }
}

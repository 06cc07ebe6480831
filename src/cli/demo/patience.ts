import { LinkError } from '../../errors.ts'
import type { Context } from '../context.ts'

/** Nothing waits for ever, and nothing goes on after Ctrl-C. */
export interface Patience {
  /** The promise itself; rejects with LinkError `network` after `ms`, which names `what`, and with `cancelled` on Ctrl-C. */
  within<Value>(ms: number, what: string, promise: Promise<Value>): Promise<Value>
  end(): void
}

export function createPatience({ clock, interrupts }: Pick<Context, 'clock' | 'interrupts'>): Patience {
  let cancel: (reason: LinkError) => void = () => {}
  const cancelled = new Promise<never>((_resolve, reject) => {
    cancel = reject
  })
  // Nobody may be waiting just then.
  cancelled.catch(() => {})
  const end = interrupts.listen(() => cancel(new LinkError('cancelled', 'the demo was cancelled')))

  return {
    end,
    async within(ms, what, promise) {
      let timer: unknown
      const late = new Promise<never>((_resolve, reject) => {
        timer = clock.setTimeout(() => reject(new LinkError('network', `${what} took longer than ${ms} ms`)), ms)
      })
      try {
        return await Promise.race([promise, late, cancelled])
      } finally {
        clock.clearTimeout(timer)
      }
    },
  }
}

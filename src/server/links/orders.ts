// What is asked of a server at another one: the wishes wait in the store until the server that is at the link reads them.
import type { Clock } from '../../lib/clock.ts'
import type { Collection, Collections } from '../../store/collections.ts'

export type Order =
  | { readonly type: 'cancel' | 'refresh'; readonly link: string }
  | { readonly type: 'passkey'; readonly link: string; readonly assertion: unknown }
  | { readonly type: 'confirm'; readonly link: string; readonly equal: boolean }

export interface Orders {
  send(node: string, order: Order): Promise<void>
  /** Begins to look for orders, once a second as long as `busy()`; a call while it looks does nothing. */
  watch(): void
  close(): Promise<void>
}

const LOOK_MS = 1_000
/** Whoever sent it does not wait longer. */
const KEEP_MS = 60_000

export function createOrders(options: {
  readonly collections: Collections
  readonly clock: Clock
  readonly self: string
  readonly busy: () => boolean
  readonly carryOut: (order: Order) => void
}): Orders {
  const { clock, self } = options
  const orders: Collection<Order> = options.collections.open('orders', (stored) => stored as Order)
  let timer: unknown
  let looking: Promise<void> = Promise.resolve()
  let closed = false
  let seen = 0

  const look = async (): Promise<void> => {
    const found = await orders.list(self, { after: seen, limit: 100 })
    for (const { number, value } of found) {
      seen = number
      options.carryOut(value)
    }
  }

  const watch = (): void => {
    if (timer !== undefined || closed) return
    timer = clock.setTimeout(() => {
      timer = undefined
      looking = look()
        .catch(() => {}) // the next look finds what this one missed
        .finally(() => {
          if (options.busy()) watch()
        })
    }, LOOK_MS)
  }

  return {
    send: async (node, order) => {
      await orders.append(node, order, clock.now() + KEEP_MS)
    },
    watch,
    async close() {
      closed = true
      clock.clearTimeout(timer)
      await looking
      await orders.dropList(self).catch(() => {})
    },
  }
}

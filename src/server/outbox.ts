// What webhooks are told. Written as it happens, read and delivered by routes/webhooks and its deliverer; order is kept
// for each session. Never a code, a QR text or a whole number in it.
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Collection, Collections } from '../store/collections.ts'

export type OutboxType =
  | 'link.started'
  | 'link.code-shown'
  | 'link.paired'
  | 'link.failed'
  | 'session.online'
  | 'session.offline'
  | 'session.logged-out'

/** One thing to tell. `id` is what its receiver knows it by: the same again when it has to be delivered again. */
export interface OutboxEvent {
  readonly id: string
  readonly type: OutboxType
  readonly session: string
  /** RFC 3339. */
  readonly at: string
  readonly link?: string
  /** An error's code, with `link.failed`. */
  readonly code?: string
  /** Masked. */
  readonly phone?: string
}

export interface Outbox {
  /** In the order of the calls. Never throws; what cannot be written is told to the log. */
  put(event: Omit<OutboxEvent, 'id' | 'at'>): Promise<void>
  /** The oldest first, after the given number. */
  read(after: number, limit: number): Promise<readonly { readonly number: number; readonly event: OutboxEvent }[]>
}

const LIST = 'events'
/** As long as a receiver may be away. */
const KEEP_MS = 3 * 86_400_000

export function createOutbox(collections: Collections, clock: Clock, newId: () => string, logger: Logger): Outbox {
  const events: Collection<OutboxEvent> = collections.open('outbox', (stored) => stored as OutboxEvent)
  let last: Promise<unknown> = Promise.resolve()
  return {
    put(event) {
      const at = clock.now()
      const stored: OutboxEvent = { ...event, id: newId(), at: new Date(at).toISOString() }
      const written = last.then(async () => {
        try {
          await events.append(LIST, stored, at + KEEP_MS)
        } catch (thrown) {
          logger.error({ type: event.type, reason: thrown instanceof Error ? thrown.message : 'unknown' }, 'no outbox')
        }
      })
      last = written
      return written
    },
    async read(after, limit) {
      return (await events.list(LIST, { after, limit })).map(({ number, value }) => ({ number, event: value }))
    },
  }
}

// What webhooks are told: stored in the transaction of the change that it tells of, so that neither is there without the
// other; delivered by webhooks/. Never a code, a QR text or a whole number in it.
import type { Clock } from '../lib/clock.ts'
import type { Addition } from '../store/backend.ts'
import { type Collection, type Collections, NEVER } from '../store/collections.ts'

export const OUTBOX_TYPES = [
  'link.started',
  'link.code-shown',
  'link.paired',
  'link.failed',
  'session.online',
  'session.offline',
  'session.logged-out',
] as const

export type OutboxType = (typeof OUTBOX_TYPES)[number]

/** One thing to tell. `id` is what its receiver knows it by: the same again when it has to be delivered again. */
export interface OutboxEvent {
  readonly id: string
  readonly type: OutboxType
  readonly session: string
  /** RFC 3339. */
  readonly at: string
  readonly link?: string
  /** An error's code, with `link.failed`. */
  readonly error?: string
  /** Masked. */
  readonly phone?: string
}

export interface NumberedOutboxEvent {
  /** Grows in the order in which the events were stored. */
  readonly number: number
  readonly event: OutboxEvent
}

/** All methods but the first throw StoreError. */
export interface Outbox {
  /** To be stored with the change that it tells of (`also`). */
  entry(event: Omit<OutboxEvent, 'id' | 'at'>): Addition
  /** The oldest first, after the given number. Fewer than `limit`: there are no more. */
  read(after: number, limit: number): Promise<readonly NumberedOutboxEvent[]>
  /** The number of the newest; 0: none yet. */
  last(): Promise<number>
}

const LIST = 'events'
/** The list's counter lives as long as the last of its documents: this one keeps it for good, so that no number returns. */
const ANCHOR = 'anchor'
/** Longer than the 3 days for which a receiver is tried, so that a parked one finds what it missed. */
export const KEEP_EVENTS_MS = 7 * 86_400_000

/** @throws StoreError */
export async function createOutbox(collections: Collections, clock: Clock, newId: () => string): Promise<Outbox> {
  const events: Collection<OutboxEvent | null> = collections.open('outbox', (stored) => stored as OutboxEvent | null)
  await events.change(ANCHOR, LIST, (old) =>
    old === undefined ? { put: { value: null, expiresAt: NEVER }, result: undefined } : { result: undefined },
  )
  return {
    entry(event) {
      const at = clock.now()
      return events.sealed(LIST, { ...event, id: newId(), at: new Date(at).toISOString() }, at + KEEP_EVENTS_MS)
    },
    async read(after, limit) {
      const found: NumberedOutboxEvent[] = []
      for await (const { number, value } of events.all(LIST, after)) {
        if (value !== null) found.push({ number, event: value })
        if (found.length >= limit) break
      }
      return found
    },
    async last() {
      const [newest] = await events.list(LIST, { limit: 1, newestFirst: true })
      return newest?.number ?? 0
    },
  }
}

// What the store keeps of a link: who began it, and its events while it lives; how it went, without secrets, after.
import type { Addition } from '../../store/backend.ts'
import type { Collection, Collections } from '../../store/collections.ts'
import type { Outbox } from '../outbox.ts'
import { codeOf } from '../problem.ts'
import type { NumberedEvent, ToldEvent } from './told-event.ts'

export interface LinkRecord {
  readonly id: string
  readonly session: string
  /** Masked; null: by QR code alone. */
  readonly phone: string | null
  /** The server that is at it. */
  readonly node: string
  /** `operator`, a token's id, or `invitation:` and its id. */
  readonly owner: string
  readonly createdAt: number
  /** The idempotent answer that ends with it. */
  readonly idempotency?: string
  /** Given when it is over: its events, without codes, so that whoever reads on misses none. */
  readonly trail?: readonly NumberedEvent[]
}

/** Nothing of a link is kept for longer, ms. */
const KEEP_MS = 24 * 3_600_000

/** All methods throw StoreError. */
export interface LinkRecords {
  begin(record: LinkRecord): Promise<void>
  get(id: string): Promise<LinkRecord | undefined>
  all(): AsyncIterable<{ readonly value: LinkRecord }>
  /** Newest first. */
  newest(limit: number): Promise<readonly LinkRecord[]>
  drop(id: string): Promise<void>
  /** Resolves with the event's number, when it is durable, and with it what webhooks are told. */
  tell(record: LinkRecord, event: ToldEvent, isFirst: boolean): Promise<number>
  events(id: string, after?: number): Promise<readonly NumberedEvent[]>
  /**
   * Erases the events and keeps `trail` in their place. Does nothing when the link is over already. `untold`: the last
   * event, where it could not be told before.
   */
  end(record: LinkRecord, trail: readonly NumberedEvent[], untold?: ToldEvent): Promise<void>
}

/** More events than a link has: refs and codes are counted. */
const MANY = 1_000
const ALL = 'all'

export function createLinkRecords(collections: Collections, outbox: Pick<Outbox, 'entry'>): LinkRecords {
  const links: Collection<LinkRecord> = collections.open('links', (stored) => stored as LinkRecord)
  const events: Collection<ToldEvent> = collections.open('link-events', (stored) => stored as ToldEvent)
  return {
    begin: (record) => links.put(record.id, ALL, record, record.createdAt + KEEP_MS),
    get: (id) => links.get(id),
    all: () => links.all(ALL),
    newest: async (limit) => (await links.list(ALL, { limit, newestFirst: true })).map(({ value }) => value),
    drop: async (id) => {
      await events.dropList(id)
      await links.drop(id)
    },
    tell: (record, event, isFirst) =>
      events.append(record.id, event, record.createdAt + KEEP_MS, entriesOf(record, event, isFirst, outbox)),
    async events(id, after = 0) {
      const found = await events.list(id, { after, limit: MANY })
      return found.map(({ number, value }) => ({ number, event: value }))
    },
    async end(record, trail, untold) {
      await links.change(record.id, ALL, (old, now) =>
        old === undefined || old.trail !== undefined
          ? { result: undefined }
          : {
              put: { value: { ...old, trail }, expiresAt: now + KEEP_MS },
              also: untold === undefined ? [] : entriesOf(record, untold, trail.length === 1, outbox),
              result: undefined,
            },
      )
      await events.dropList(record.id)
    },
  }
}

/**
 * What webhooks are told of it. A link whose first event is its end never began: it was refused here, or there was nothing
 * to link. That a session is online is told by whoever keeps it (sessions/presence.ts).
 */
function entriesOf(record: LinkRecord, event: ToldEvent, isFirst: boolean, outbox: Pick<Outbox, 'entry'>): Addition[] {
  const { session, id, phone } = record
  const about = { session, link: id, ...(phone === null ? {} : { phone }) }
  if (isFirst) return event.type === 'connecting' ? [outbox.entry({ type: 'link.started', ...about })] : []
  if (event.type === 'code') return [outbox.entry({ type: 'link.code-shown', ...about })]
  if (event.type === 'paired') return [outbox.entry({ type: 'link.paired', ...about })]
  if (event.type !== 'failed') return []
  return [outbox.entry({ type: 'link.failed', error: codeOf(event.problem.type), ...about })]
}

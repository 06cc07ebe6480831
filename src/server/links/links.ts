// The links of this server, and those of others as far as the store tells.
import { LinkError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Linking } from '../../linking/events.ts'
import { checkedAssertion } from '../../linking/passkey/assertion.ts'
import { readPasskeyRequest } from '../../linking/passkey/request.ts'
import { within } from '../../session/wait.ts'
import type { Collections } from '../../store/collections.ts'
import type { Nodes } from '../nodes.ts'
import { type LiveLink, notAsked, runLink } from './live-link.ts'
import { createOrders } from './orders.ts'
import type { LinkRecord, LinkRecords } from './record.ts'
import { ServerStopped } from './server-stopped.ts'
import { isLast, linkProblem, type NumberedEvent, type ToldEvent, withoutSecrets } from './told-event.ts'

export interface LinksParts {
  readonly records: LinkRecords
  readonly collections: Collections
  readonly nodes: Nodes
  readonly clock: Clock
  readonly logger: Logger
  /** Of every event of every link of this server, before it is stored. */
  readonly onTelling?: ((link: string, type: ToldEvent['type']) => void) | undefined
  /** The same once it is stored, in the order of each link. */
  readonly onEvent: (event: ToldEvent, link: LiveLink) => void
  /** A link of this server is over, or one of a server that is gone was found. */
  readonly onOver: (record: LinkRecord) => Promise<void>
}

/** A link as it is known here. `live` is given when this server is at it. */
export interface KnownLink {
  readonly record: LinkRecord
  readonly events: readonly NumberedEvent[]
  readonly live: LiveLink | undefined
}

export interface Links {
  readonly live: ReadonlyMap<string, LiveLink>
  /** Writes the record, then begins. @throws StoreError */
  start(record: LinkRecord, begin: (signal: AbortSignal) => Linking): Promise<LiveLink>
  /** Undefined when there is none of this id, or no more. @throws StoreError */
  get(id: string): Promise<KnownLink | undefined>
  /** The newest links of all servers, newest first; those that are over for a day. @throws StoreError */
  newest(limit: number): Promise<readonly KnownLink[]>
  /** Events after a number; of a link of another server too. @throws StoreError */
  events(record: LinkRecord, after: number): Promise<readonly NumberedEvent[]>
  /** As if it had never been: for links that were refused before WhatsApp was asked. */
  forget(link: LiveLink): Promise<void>
  cancel(link: KnownLink): Promise<void>
  /** @throws LinkError that ended the link */
  refresh(link: KnownLink): Promise<void>
  /** @throws LinkError invalid-options · passkey-required */
  answerPasskey(link: KnownLink, assertion: unknown): Promise<void>
  /** Whether both screens show the same code. @throws LinkError passkey-required */
  confirm(link: KnownLink, equal: boolean): Promise<void>
  /** Concludes the links of servers that are gone. */
  adoptOrphans(): Promise<void>
  /** Lets live links finish for `graceMs`, then ends them by name. */
  close(graceMs: number): Promise<void>
}

export function createLinks(parts: LinksParts): Links {
  const { records, nodes, clock, logger } = parts
  const live = new Map<string, LiveLink>()
  const forgotten = new Set<string>()
  const orders = createOrders({
    collections: parts.collections,
    clock,
    self: nodes.self,
    busy: () => live.size > 0,
    carryOut: (order) => {
      const found = live.get(order.link)
      if (order.type === 'cancel') void found?.end(cancelled())
      else if (order.type === 'passkey') found?.answerPasskey(order.assertion).catch(() => {})
      else if (order.type === 'confirm') found?.confirm(order.equal).catch(() => {})
      else found?.refresh().catch(() => {})
    },
  })

  /** A link of a server that is gone ended with it. */
  const concluded = async (record: LinkRecord): Promise<LinkRecord> => {
    if (record.trail !== undefined || (await nodes.isAlive(record.node))) return record
    const events = await records.events(record.id)
    const problem = linkProblem(
      new ServerStopped(
        'the server stopped while the link was under way',
        'Start again. Was the code typed already, the session is stored and comes online without a new one.',
      ),
    )
    const last = events.at(-1)
    const told = events.map(({ number, event }) => ({ number, event: withoutSecrets(event) }))
    const failed: NumberedEvent = { number: (last?.number ?? 0) + 1, event: { type: 'failed', problem } }
    // It may have told its end, and only not have cleaned up.
    if (last !== undefined && isLast(last.event)) await records.end(record, told)
    else await records.end(record, [...told, failed], failed.event)
    await parts.onOver(record)
    return (await records.get(record.id)) ?? { ...record, trail: told }
  }

  const known = async (stored: LinkRecord): Promise<KnownLink> => {
    const here = live.get(stored.id)
    if (here !== undefined) return { record: here.record, events: here.events, live: here }
    const record = await concluded(stored)
    return { record, events: record.trail ?? (await records.events(record.id)), live: undefined }
  }

  return {
    live,
    async start(record, begin) {
      await records.begin(record)
      const link = runLink({ record, records, logger, begin, onTelling: parts.onTelling, onEvent: parts.onEvent })
      live.set(record.id, link)
      orders.watch()
      void link.over.then(async () => {
        live.delete(record.id)
        if (!forgotten.delete(record.id)) await parts.onOver(record)
      })
      return link
    },
    async get(id) {
      const here = live.get(id)
      if (here !== undefined) return { record: here.record, events: here.events, live: here }
      const stored = await records.get(id)
      return stored && known(stored)
    },
    async newest(limit) {
      return Promise.all((await records.newest(limit)).map(known))
    },
    async events(record, after) {
      const events = record.trail ?? (await records.events(record.id, after))
      return events.filter(({ number }) => number > after)
    },
    async forget(link) {
      forgotten.add(link.record.id)
      await link.over
      await records.drop(link.record.id)
    },
    async cancel({ record, live: here }) {
      if (here !== undefined) return here.end(cancelled())
      if (record.trail === undefined) await orders.send(record.node, { type: 'cancel', link: record.id })
    },
    async refresh({ record, live: here }) {
      if (here !== undefined) return here.refresh()
      if (record.trail === undefined) return orders.send(record.node, { type: 'refresh', link: record.id })
      throw new LinkError('expired', 'the link is over: there is no code to renew', { advice: 'Start a new link.' })
    },
    async answerPasskey({ record, events, live: here }, assertion) {
      if (here !== undefined) return here.answerPasskey(assertion)
      const last = record.trail === undefined ? events.at(-1)?.event : undefined
      if (last?.type !== 'passkey') throw notAsked('passkey')
      // The server that is at the link could tell nobody any more that it does not fit.
      const read = readPasskeyRequest(JSON.stringify(last.options))
      if (read.kind === 'request') checkedAssertion(assertion, read.request)
      await orders.send(record.node, { type: 'passkey', link: record.id, assertion })
    },
    async confirm({ record, events, live: here }, equal) {
      if (here !== undefined) return here.confirm(equal)
      if (record.trail !== undefined || events.at(-1)?.event.type !== 'verify') throw notAsked('verify')
      await orders.send(record.node, { type: 'confirm', link: record.id, equal })
    },
    async adoptOrphans() {
      for await (const { value } of records.all()) await concluded(value)
    },
    async close(graceMs) {
      const waiting = Promise.all([...live.values()].map((link) => link.over))
      await within(clock, graceMs, waiting)
      const stopped = new ServerStopped('the server was shut down before the link was done', 'Start again in a moment.')
      await Promise.all([...live.values()].map((link) => link.end(stopped)))
      await orders.close()
    },
  }
}

function cancelled(): LinkError {
  return new LinkError('cancelled', 'the link was cancelled')
}

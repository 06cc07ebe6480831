// What each receiver is to hear, and how that went: one document for an endpoint and an event.
import type { Collection, Collections } from '../../store/collections.ts'
import { KEEP_EVENTS_MS, type NumberedOutboxEvent, type Outbox, type OutboxEvent } from '../outbox.ts'
import type { FailureReason, Outcome } from './attempt.ts'
import { type Endpoint, wants } from './endpoints.ts'

/** `given-up`: 3 days of trying, while other events arrived. */
export type DeliveryState = 'waiting' | 'delivered' | 'given-up'

export interface Delivery {
  readonly event: OutboxEvent
  /** Of the event in the outbox: what order is kept by. */
  readonly place: number
  readonly state: DeliveryState
  readonly attempts: number
  /** Failures since it was last begun: what its next delay follows from. */
  readonly failures: number
  /** Of the first attempt since it was last begun, ms since the epoch; 0: none yet. */
  readonly firstAttemptAt: number
  readonly lastAttemptAt: number
  /** Not before. */
  readonly nextAt: number
  readonly last?: { readonly status?: number; readonly reason?: FailureReason }
}

export interface ListedDelivery {
  readonly number: number
  readonly delivery: Delivery
}

/** All methods throw StoreError. */
export interface Deliveries {
  /** One of each event that the endpoint wants, made now or there already, which then stays as it is. */
  make(endpoint: Endpoint, events: readonly NumberedOutboxEvent[]): Promise<readonly Delivery[]>
  get(endpoint: string, event: string): Promise<Delivery | undefined>
  /** Newest first. */
  page(endpoint: string, before: number | undefined, limit: number): Promise<readonly ListedDelivery[]>
  waiting(endpoint: string): AsyncIterable<Delivery>
  /** How an attempt went. Undefined: it is not there any more. */
  note(
    endpoint: string,
    event: string,
    outcome: Outcome,
    then: { readonly state: DeliveryState; readonly nextAt: number; readonly startedAt: number },
  ): Promise<Delivery | undefined>
  /** As if it had never been tried. Resolves with how many there were to begin again. */
  again(endpoint: string, event: string): Promise<number>
  againSince(endpoint: Endpoint, since: number): Promise<number>
  /** Those that wait are due at once, with 3 more days. */
  renew(endpoint: string): Promise<void>
  dropAll(endpoint: string): Promise<void>
}

const PAGE = 200

export function createDeliveries(collections: Collections, outbox: Outbox): Deliveries {
  const deliveries: Collection<Delivery> = collections.open('webhook-deliveries', (stored) => stored as Delivery)
  const keyOf = (endpoint: string, event: string): string => `${endpoint} ${event}`
  const expiryOf = (event: OutboxEvent): number => Date.parse(event.at) + KEEP_EVENTS_MS

  const begun = (event: OutboxEvent, place: number, attempts = 0): Delivery => ({
    event,
    place,
    state: 'waiting',
    attempts,
    failures: 0,
    firstAttemptAt: 0,
    lastAttemptAt: 0,
    nextAt: 0,
  })

  const change = (
    endpoint: string,
    event: string,
    make: (old: Delivery) => Delivery | undefined,
  ): Promise<Delivery | undefined> =>
    deliveries.change(keyOf(endpoint, event), endpoint, (old) => {
      const value = old === undefined ? undefined : make(old)
      if (value === undefined) return { result: undefined }
      return { put: { value, expiresAt: expiryOf(value.event) }, result: value }
    })

  const makeOne = (endpoint: string, { number, event }: NumberedOutboxEvent, isAgain: boolean): Promise<Delivery> =>
    deliveries.change(keyOf(endpoint, event.id), endpoint, (old) => {
      if (old !== undefined && !isAgain) return { result: old }
      const value = begun(event, number, old?.attempts)
      return { put: { value, expiresAt: expiryOf(event) }, result: value }
    })

  async function* waiting(endpoint: string): AsyncGenerator<Delivery, void, void> {
    for await (const { value } of deliveries.all(endpoint)) if (value.state === 'waiting') yield value
  }

  return {
    async make(endpoint, events) {
      // One after the other, so that lists of them are in the order of the events.
      const made: Delivery[] = []
      for (const one of events) if (wants(endpoint, one.event.type)) made.push(await makeOne(endpoint.id, one, false))
      return made
    },
    get: (endpoint, event) => deliveries.get(keyOf(endpoint, event)),
    async page(endpoint, before, limit) {
      const part = { limit, newestFirst: true, ...(before === undefined ? {} : { before }) }
      return (await deliveries.list(endpoint, part)).map(({ number, value }) => ({ number, delivery: value }))
    },
    waiting,
    note: (endpoint, event, outcome, { state, nextAt, startedAt }) =>
      change(endpoint, event, (old) => ({
        ...old,
        state,
        attempts: old.attempts + 1,
        failures: outcome.delivered ? old.failures : old.failures + 1,
        firstAttemptAt: old.firstAttemptAt === 0 ? startedAt : old.firstAttemptAt,
        lastAttemptAt: startedAt,
        nextAt,
        last: {
          ...(outcome.status === undefined ? {} : { status: outcome.status }),
          ...(outcome.delivered ? {} : { reason: outcome.reason }),
        },
      })),
    async again(endpoint, event) {
      return (await change(endpoint, event, (old) => begun(old.event, old.place, old.attempts))) === undefined ? 0 : 1
    },
    async againSince(endpoint, since) {
      let count = 0
      for (let after = 0; ; ) {
        const page = await outbox.read(after, PAGE)
        for (const one of page) {
          const { number, event } = one
          after = number
          // What comes later is made a delivery in its turn.
          if (number > endpoint.cursor) return count
          if (Date.parse(event.at) < since || !wants(endpoint, event.type)) continue
          await makeOne(endpoint.id, one, true)
          count += 1
        }
        if (page.length < PAGE) return count
      }
    },
    async renew(endpoint) {
      for await (const { event } of waiting(endpoint))
        await change(endpoint, event.id, (old) =>
          old.state === 'waiting' ? begun(old.event, old.place, old.attempts) : undefined,
        )
    },
    dropAll: (endpoint) => deliveries.dropList(endpoint),
  }
}

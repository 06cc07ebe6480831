// The receivers of webhooks: where they are, what they want to hear, and the secrets that sign it.
import { randomBytes } from 'node:crypto'
import { LinkError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { type Collection, type Collections, NEVER } from '../../store/collections.ts'
import type { Outbox, OutboxType } from '../outbox.ts'
import { drawSecret } from './message.ts'

/**
 * - `silent`: nothing arrived for 3 days
 * - `gone`: the receiver answered 410, which asks to be left alone
 */
export type ParkReason = 'silent' | 'gone'

export interface Endpoint {
  readonly id: string
  readonly url: string
  readonly description: string
  /** Empty: all. */
  readonly events: readonly OutboxType[]
  readonly createdAt: number
  /** The newest last. Secret. */
  readonly secrets: readonly { readonly text: string; readonly until: number }[]
  readonly parked?: { readonly at: number; readonly reason: ParkReason }
  /** ms since the epoch; 0: never. */
  readonly lastDeliveredAt: number
  /** The number of the last event of the outbox that was made a delivery for it. */
  readonly cursor: number
  /** Grows with every change that whoever delivers has to know of. */
  readonly revision: number
}

/** All methods throw StoreError. */
export interface Endpoints {
  /** Hears of what happens from now on. @throws LinkError invalid-options when there are too many */
  create(wanted: {
    readonly url: string
    readonly events: readonly OutboxType[]
    readonly description: string
  }): Promise<{ readonly endpoint: Endpoint; readonly secret: string }>
  list(): Promise<readonly Endpoint[]>
  get(id: string): Promise<Endpoint | undefined>
  drop(id: string): Promise<boolean>
  /** The old secrets go on signing for `overlapMs`. Undefined when there is none of this id. */
  rotate(id: string, overlapMs: number): Promise<{ readonly endpoint: Endpoint; readonly secret: string } | undefined>
  park(id: string, reason: ParkReason): Promise<void>
  /** Tried again from where it stood. Undefined when there is none of this id. */
  resume(id: string): Promise<Endpoint | undefined>
  advance(id: string, cursor: number): Promise<void>
  delivered(id: string): Promise<void>
  /** Whoever delivers looks at its deliveries again. */
  touch(id: string): Promise<void>
}

const ALL = 'all'
const MOST = 50
/** So many secrets sign at once at most: the newest. */
const MOST_SECRETS = 3
/** How often a delivery is noted. */
const NOTE_MS = 10_000

export function createEndpoints(collections: Collections, outbox: Outbox, clock: Clock): Endpoints {
  const endpoints: Collection<Endpoint> = collections.open('webhooks', readEndpoint)

  const list = async (): Promise<readonly Endpoint[]> => {
    const found: Endpoint[] = []
    for await (const { value } of endpoints.all(ALL)) found.push(value)
    return found
  }

  /** `make` returns nothing for no change. */
  const change = (id: string, make: (old: Endpoint) => Endpoint | undefined): Promise<Endpoint | undefined> =>
    endpoints.change(id, ALL, (old) => {
      const value = old === undefined ? undefined : make(old)
      return value === undefined ? { result: old } : { put: { value, expiresAt: NEVER }, result: value }
    })

  return {
    async create({ url, events, description }) {
      if ((await list()).length >= MOST)
        throw new LinkError('invalid-options', `there are ${MOST} webhooks, and no room for more`, {
          advice: 'Delete one that is no longer used.',
        })
      const secret = drawSecret()
      const endpoint: Endpoint = {
        id: randomBytes(8).toString('hex'),
        url,
        description,
        events,
        createdAt: clock.now(),
        secrets: [{ text: secret, until: NEVER }],
        lastDeliveredAt: 0,
        cursor: await outbox.last(),
        revision: 1,
      }
      await endpoints.put(endpoint.id, ALL, endpoint, NEVER)
      return { endpoint, secret }
    },
    list,
    get: (id) => endpoints.get(id),
    drop: (id) => endpoints.change(id, ALL, (old) => ({ drop: old !== undefined, result: old !== undefined })),
    async rotate(id, overlapMs) {
      const secret = drawSecret()
      const endpoint = await change(id, (old) => {
        const now = clock.now()
        const older = old.secrets
          .map(({ text, until }) => ({ text, until: Math.min(until, now + overlapMs) }))
          .filter(({ until }) => until > now)
        return { ...old, secrets: [...older, { text: secret, until: NEVER }].slice(-MOST_SECRETS) }
      })
      return endpoint === undefined ? undefined : { endpoint, secret }
    },
    async park(id, reason) {
      await change(id, (old) =>
        old.parked === undefined
          ? { ...old, parked: { at: clock.now(), reason }, revision: old.revision + 1 }
          : undefined,
      )
    },
    resume: (id) => change(id, ({ parked: _, ...old }) => ({ ...old, revision: old.revision + 1 })),
    async advance(id, cursor) {
      await change(id, (old) => (cursor > old.cursor ? { ...old, cursor } : undefined))
    },
    async delivered(id) {
      const now = clock.now()
      await change(id, (old) => (now - old.lastDeliveredAt < NOTE_MS ? undefined : { ...old, lastDeliveredAt: now }))
    },
    async touch(id) {
      await change(id, (old) => ({ ...old, revision: old.revision + 1 }))
    },
  }
}

/** The secrets that sign now, the newest first. */
export function livingSecrets({ secrets }: Endpoint, now: number): readonly string[] {
  return secrets
    .filter(({ until }) => until > now)
    .map(({ text }) => text)
    .reverse()
}

export function wants({ events }: Endpoint, type: OutboxType): boolean {
  return events.length === 0 || events.includes(type)
}

function readEndpoint(stored: unknown): Endpoint {
  const endpoint = stored as Endpoint
  if (typeof endpoint.url !== 'string' || !Array.isArray(endpoint.secrets)) throw new TypeError('not a webhook')
  return endpoint
}

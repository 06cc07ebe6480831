// The webhooks of a server: its receivers, what they are to hear, and whoever carries it to them.
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import type { StoreInternals } from '../../store/contract.ts'
import type { Outbox } from '../outbox.ts'
import { type AttemptParts, attempt, resolveBySystem } from './attempt.ts'
import { createDeliverer, type Deliverer } from './deliverer.ts'
import { createDeliveries, type Deliveries } from './deliveries.ts'
import { createEndpoints, type Endpoint, type Endpoints } from './endpoints.ts'

/** How webhooks leave the machine, where it is not the usual way. */
export type WebhookDoors = Partial<Pick<AttemptParts, 'resolve' | 'ca' | 'isAllowed'>>

export interface WebhooksParts {
  readonly internals: StoreInternals
  readonly outbox: Outbox
  readonly clock: Clock
  readonly logger: Logger
  readonly toLoopback: boolean
  readonly told: (outcome: string) => void
  readonly doors: WebhookDoors | undefined
}

export interface Webhooks {
  readonly endpoints: Endpoints
  readonly deliveries: Deliveries
  readonly toLoopback: boolean
  /** Something new is in the outbox, or a receiver changed. */
  stirred(): void
  /** Tried again from where it stood. Undefined: there is none. @throws StoreError */
  resume(id: string): Promise<Endpoint | undefined>
  /** With what it was to hear. False: there is none. @throws StoreError */
  drop(id: string): Promise<boolean>
  counted(): Promise<ReadonlyMap<'active' | 'parked', number>>
  start(): void
  close(): Promise<void>
}

export function createWebhooks({ internals, outbox, clock, logger, toLoopback, told, doors }: WebhooksParts): Webhooks {
  const endpoints = createEndpoints(internals.collections, outbox, clock)
  const deliveries = createDeliveries(internals.collections, outbox)
  const attemptParts: AttemptParts = { clock, resolve: resolveBySystem, toLoopback, ...doors }
  let deliverer: Deliverer | undefined
  const stirred = (): void => deliverer?.wake()

  return {
    endpoints,
    deliveries,
    toLoopback,
    stirred,
    async resume(id) {
      await deliveries.renew(id)
      const endpoint = await endpoints.resume(id)
      stirred()
      return endpoint
    },
    async drop(id) {
      const wasThere = await endpoints.drop(id)
      await deliveries.dropAll(id)
      return wasThere
    },
    async counted() {
      const parked = (await endpoints.list()).map((endpoint) => endpoint.parked !== undefined)
      const count = parked.filter(Boolean).length
      return new Map([
        ['active', parked.length - count],
        ['parked', count],
      ])
    },
    start() {
      deliverer = createDeliverer({
        internals,
        outbox,
        endpoints,
        deliveries,
        clock,
        logger,
        random: Math.random,
        attempt: (url, message, stopped) => attempt(url, message, attemptParts, stopped),
        told,
      })
    },
    close: async () => deliverer?.close(),
  }
}

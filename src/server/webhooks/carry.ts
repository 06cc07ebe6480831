// One delivery carried to its receiver, and what is kept of how it went.
import type { Clock } from '../../lib/clock.ts'
import type { Outcome } from './attempt.ts'
import type { Deliveries, Delivery } from './deliveries.ts'
import { type Endpoint, type Endpoints, livingSecrets } from './endpoints.ts'
import { type Message, messageOf } from './message.ts'
import { delayAfter, GIVE_UP_MS } from './schedule.ts'

/** What becomes of its place in the queue. */
export type Carried =
  /** It arrived, was given up, or is not there any more. */
  | { readonly next: 'drop' }
  | { readonly next: 'later'; readonly nextAt: number }
  /** The receiver is parked or gone: nothing of it can go. */
  | { readonly next: 'stop' }

export interface CarryParts {
  readonly endpoints: Endpoints
  readonly deliveries: Deliveries
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly attempt: (url: URL, message: Message, stopped: AbortSignal) => Promise<Outcome>
  /** For figures: `delivered`, `given-up`, or why an attempt failed. */
  readonly told: (outcome: string) => void
}

const GONE = 410

/** @throws StoreError; then it has to be carried again */
export async function carry(
  id: string,
  event: string,
  { endpoints, deliveries, clock, random, attempt, told }: CarryParts,
  stopped: AbortSignal,
): Promise<Carried> {
  const [endpoint, delivery] = await Promise.all([endpoints.get(id), deliveries.get(id, event)])
  if (endpoint === undefined || endpoint.parked !== undefined) return { next: 'stop' }
  if (delivery === undefined || delivery.state !== 'waiting') return { next: 'drop' }
  const startedAt = clock.now()
  const message = messageOf(delivery.event, livingSecrets(endpoint, startedAt), startedAt)
  const outcome = await attempt(new URL(endpoint.url), message, stopped)
  if (!outcome.delivered && outcome.reason === 'aborted') return { next: 'later', nextAt: startedAt }
  told(outcome.delivered ? 'delivered' : outcome.reason)
  if (outcome.delivered) {
    await deliveries.note(id, event, outcome, { state: 'delivered', nextAt: 0, startedAt })
    await endpoints.delivered(id)
    return { next: 'drop' }
  }
  const firstAt = delivery.firstAttemptAt === 0 ? startedAt : delivery.firstAttemptAt
  const passedMs = startedAt - firstAt
  const isOver = passedMs >= GIVE_UP_MS
  if (isOver && (await arrivedSince(firstAt, endpoint, endpoints))) {
    await deliveries.note(id, event, outcome, { state: 'given-up', nextAt: 0, startedAt })
    told('given-up')
    return { next: 'drop' }
  }
  const isParked = isOver || outcome.status === GONE
  const nextAt = isParked ? startedAt : clock.now() + nextDelay(delivery, outcome, passedMs, random())
  await deliveries.note(id, event, outcome, { state: 'waiting', nextAt, startedAt })
  if (!isParked) return { next: 'later', nextAt }
  await endpoints.park(id, isOver ? 'silent' : 'gone')
  return { next: 'stop' }
}

function nextDelay(
  { failures }: Delivery,
  outcome: Extract<Outcome, { delivered: false }>,
  passedMs: number,
  random: number,
): number {
  const wish = outcome.retryAfterMs === undefined ? {} : { wishMs: outcome.retryAfterMs }
  return delayAfter(failures + 1, { random, passedMs, ...wish })
}

/** Other events did arrive: it is this one that the receiver does not take. */
async function arrivedSince(at: number, { id }: Endpoint, endpoints: Endpoints): Promise<boolean> {
  return ((await endpoints.get(id))?.lastDeliveredAt ?? 0) > at
}

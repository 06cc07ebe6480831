import type { Logger } from '../../lib/logger.ts'
import { within } from '../../session/wait.ts'
import type { Lease, StoreInternals } from '../../store/contract.ts'
import { LeaseHeld } from '../../store/leases.ts'
import type { Outbox } from '../outbox.ts'
import { type CarryParts, carry } from './carry.ts'
import type { Delivery } from './deliveries.ts'
import type { Endpoint } from './endpoints.ts'
import { createQueue, type Queue, type Waiting } from './queue.ts'

export interface DelivererParts extends CarryParts {
  readonly internals: Pick<StoreInternals, 'acquire'>
  readonly outbox: Outbox
  readonly logger: Logger
}

export interface Deliverer {
  /** Something changed here that is to be looked at now, not in a second. */
  wake(): void
  /** Attempts under way may finish for 5 s, then they are cut; what did not arrive is tried by the next server. */
  close(): Promise<void>
}

/** How often is looked for what other servers put into the store. */
const LOOK_MS = 1_000
/** Where there is no receiver, or another server delivers. */
const IDLE_MS = 5_000
const CLOSE_MS = 5_000
/** After a fault of the store. */
const AGAIN_MS = 5_000
const PAGE = 200
/** Attempts at a time: in all, and for one receiver, so that one that hangs leaves room for the others. */
const MOST = 16
const MOST_EACH = 4

interface Receiver {
  queue: Queue
  revision: number
  cursor: number
  readonly underWay: Set<string>
}

/** While this server is the one that delivers. */
interface Turn extends Pick<Lease, 'release'> {
  readonly lost: AbortSignal
}

export function createDeliverer(parts: DelivererParts): Deliverer {
  const { internals, endpoints, deliveries, outbox, clock, logger } = parts
  const receivers = new Map<string, Receiver>()
  const running = new Set<Promise<void>>()
  const closing = new AbortController()
  const cutting = new AbortController()
  let lease: Turn | undefined
  let timer: unknown
  let looking: Promise<void> | undefined
  let isWoken = false

  const say = (what: string, thrown: unknown): void =>
    logger.error({ reason: thrown instanceof Error ? thrown.message : 'unknown' }, what)

  /** Undefined: another server delivers. */
  const turn = async (): Promise<Turn | undefined> => {
    try {
      const { signal } = closing
      const taken = await internals.acquire({ kind: 'webhooks', key: 'deliverer', signal })
      const mine: Turn = { lost: taken.lostSignal(), release: taken.release }
      taken.onLost(() => {
        if (lease === mine) lease = undefined
        receivers.clear()
      })
      return mine
    } catch (thrown) {
      if (thrown instanceof LeaseHeld || closing.signal.aborted) return undefined
      throw thrown
    }
  }

  const filled = async (endpoint: Endpoint, old: Receiver | undefined): Promise<Receiver> => {
    const waiting: Waiting[] = []
    for await (const delivery of deliveries.waiting(endpoint.id)) waiting.push(waitingOf(delivery))
    const underWay = old?.underWay ?? new Set()
    const { revision, cursor } = endpoint
    return { queue: createQueue(waiting, underWay), revision, cursor: Math.max(cursor, old?.cursor ?? 0), underWay }
  }

  /** New events become deliveries of their own, and then the endpoint knows that they are. */
  const fed = async (endpoint: Endpoint, receiver: Receiver): Promise<void> => {
    for (;;) {
      const events = await outbox.read(receiver.cursor, PAGE)
      const last = events.at(-1)
      if (last === undefined) return
      for (const delivery of await deliveries.make(endpoint, events))
        if (delivery.state === 'waiting') receiver.queue.put(waitingOf(delivery))
      await endpoints.advance(endpoint.id, last.number)
      receiver.cursor = last.number
      if (events.length < PAGE) return
    }
  }

  const looked = async (mine: Turn): Promise<boolean> => {
    const active = (await endpoints.list()).filter(({ parked }) => parked === undefined)
    const ids = new Set(active.map(({ id }) => id))
    for (const id of receivers.keys()) if (!ids.has(id)) receivers.delete(id)
    for (const endpoint of active) {
      if (mine.lost.aborted) return true
      let receiver = receivers.get(endpoint.id)
      if (receiver?.revision !== endpoint.revision) receiver = await filled(endpoint, receiver)
      receivers.set(endpoint.id, receiver)
      await fed(endpoint, receiver)
      pump()
    }
    return active.length > 0
  }

  const look = async (): Promise<void> => {
    let next = IDLE_MS
    try {
      lease ??= await turn()
      if (lease !== undefined && !closing.signal.aborted && (await looked(lease))) next = LOOK_MS
    } catch (thrown) {
      say('webhooks are not delivered now', thrown)
      next = AGAIN_MS
    }
    looking = undefined
    if (isWoken) wake()
    else arm(next)
  }

  const arm = (ms: number): void => {
    if (closing.signal.aborted) return
    clock.clearTimeout(timer)
    timer = clock.setTimeout(wake, ms)
    if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
      timer.unref()
  }

  const wake = (): void => {
    if (closing.signal.aborted) return
    isWoken = looking !== undefined
    if (isWoken) return
    clock.clearTimeout(timer)
    looking = look()
  }

  /** Starts what is due, as far as there is room. */
  const pump = (): void => {
    const mine = lease
    if (mine === undefined || closing.signal.aborted) return
    for (const [id, receiver] of receivers)
      while (running.size < MOST && receiver.underWay.size < MOST_EACH) {
        const waiting = receiver.queue.take(clock.now())
        if (waiting === undefined) break
        receiver.underWay.add(waiting.id)
        const run = carried(id, waiting.id, receiver, mine)
        running.add(run)
        void run.finally(() => {
          running.delete(run)
          pump()
        })
      }
  }

  /** Never rejects. */
  const carried = async (id: string, event: string, receiver: Receiver, { lost }: Turn): Promise<void> => {
    const settled = await carry(id, event, parts, AbortSignal.any([cutting.signal, lost])).catch((thrown: unknown) => {
      say('a webhook could not be carried', thrown)
      return { next: 'later', nextAt: clock.now() + AGAIN_MS } as const
    })
    receiver.underWay.delete(event)
    // It may have been filled anew meanwhile, for a replay.
    const { queue } = receivers.get(id) ?? receiver
    if (settled.next === 'later') queue.later(event, settled.nextAt)
    else queue.drop(event)
    if (settled.next === 'stop') receivers.delete(id)
  }

  arm(0)
  return {
    wake,
    async close() {
      closing.abort(new Error('the server stops'))
      clock.clearTimeout(timer)
      await looking
      await within(clock, CLOSE_MS, Promise.all(running))
      cutting.abort()
      await Promise.all(running)
      await lease?.release()
    },
  }
}

function waitingOf({ event: { id, session }, place, nextAt }: Delivery): Waiting {
  return { id, session, place, nextAt }
}

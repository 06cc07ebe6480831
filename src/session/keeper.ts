// Keeps the linked sessions of the store online and shows each fresh socket to the bot. Of several processes on one store,
// one has a session; the others look now and then whether it is free.
import type { WASocket } from 'baileys'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Store } from '../store/contract.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import { connect } from './connect.ts'
import type { Connection, ConnectionState } from './connection.ts'
import type { StopReason } from './policy.ts'

export interface KeeperParts {
  readonly store: Store
  readonly endpoint: Endpoint
  readonly clock: Clock
  readonly logger: Logger
  readonly onSocket: (socket: WASocket, session: string) => void
  /** `owned`: this process has the session, and is not only trying to get it. */
  readonly onState: (session: string, state: ConnectionState, owned: boolean) => void
}

export interface Keeper {
  /** Begins with all that is linked; later ones are found within 30 s, or told by `keep`. */
  start(): Promise<void>
  keep(session: string): void
  connection(session: string): Connection | undefined
  /** Lets go of one for good, for a session that is about to go. */
  release(session: string): void
  close(): Promise<void>
}

const LOOK_MS = 30_000

/** After these another try can succeed without anybody's doing. */
const PASSING: ReadonlySet<StopReason> = new Set(['session-busy', 'lease-lost', 'store-error'])

/** A session that stopped for a reason that stays. */
interface Left {
  /** Linked anew it has another time. Undefined: any; only `keep` brings it back. */
  readonly createdAt: number | undefined
  /** When a ban ends. */
  readonly until: number | undefined
}

export function createKeeper(parts: KeeperParts): Keeper {
  const { store, clock, logger } = parts
  const connections = new Map<string, Connection>()
  const left = new Map<string, Left>()
  let timer: unknown
  let closed = false

  const keep = (session: string): void => {
    if (closed || connections.has(session)) return
    left.delete(session)
    let owned = false
    const connection = connect({ session, store, endpoint: parts.endpoint, clock, logger })
    connections.set(session, connection)
    connection.on('socket', (socket) => {
      owned = true
      parts.onSocket(socket, session)
    })
    connection.on('state', (state) => parts.onState(session, state, owned))
    parts.onState(session, connection.state, false)
    void connection.stopped.then((reason) => {
      if (connections.get(session) === connection) connections.delete(session)
      if (!PASSING.has(reason)) void leave(session, connection)
    })
  }

  const leave = async (session: string, { state }: Connection): Promise<void> => {
    const until = state.name === 'stopped' ? state.until?.getTime() : undefined
    const atOnce: Left = { createdAt: undefined, until }
    left.set(session, atOnce)
    const found = await store.get(session).then(
      (info) => ({ info }),
      () => undefined,
    )
    // In the meantime it may have been kept again.
    if (found === undefined || left.get(session) !== atOnce) return
    // What is gone from the store is there again only when somebody linked or restored it.
    if (found.info === undefined) left.delete(session)
    else left.set(session, { createdAt: found.info.createdAt.getTime(), until })
  }

  const look = async (): Promise<void> => {
    for (const { session, state, createdAt } of await store.list()) {
      const isLinked = state === 'linked' || state === 'unconfirmed'
      if (isLinked && !isLeft(left.get(session), createdAt.getTime(), clock.now())) keep(session)
    }
  }

  const arm = (): void => {
    if (closed) return
    timer = clock.setTimeout(() => {
      look()
        .catch((thrown: unknown) =>
          logger.error({ reason: thrown instanceof Error ? thrown.message : 'unknown' }, 'sessions not listed'),
        )
        .finally(arm)
    }, LOOK_MS)
  }

  return {
    async start() {
      await look()
      arm()
    },
    keep,
    connection: (session) => connections.get(session),
    release: (session) => {
      connections.delete(session)
      left.set(session, { createdAt: undefined, until: undefined })
    },
    async close() {
      closed = true
      clock.clearTimeout(timer)
      await Promise.all([...connections.values()].map((connection) => connection.close()))
    },
  }
}

function isLeft(left: Left | undefined, createdAt: number, now: number): boolean {
  if (left === undefined) return false
  if (left.until !== undefined && now >= left.until) return false
  return left.createdAt === undefined || left.createdAt === createdAt
}

// Keeps the linked sessions of the store online and shows each fresh socket to the bot. Of several servers on one store,
// one has a session; the others look now and then whether it is free.
import type { WASocket } from 'baileys'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { connect } from '../../session/connect.ts'
import type { Connection, ConnectionState } from '../../session/connection.ts'
import type { StopReason } from '../../session/policy.ts'
import type { Store } from '../../store/contract.ts'
import type { Endpoint } from '../../wire/endpoint.ts'

export interface KeeperParts {
  readonly store: Store
  readonly endpoint: Endpoint
  readonly clock: Clock
  readonly logger: Logger
  readonly onSocket: (socket: WASocket, session: string) => void
  /** `owned`: this server has the session, and is not only trying to get it. */
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

export function createKeeper(parts: KeeperParts): Keeper {
  const { store, clock, logger } = parts
  const connections = new Map<string, Connection>()
  /** Stopped for a reason that stays; linked again, `keep` is called for them. */
  const left = new Set<string>()
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
      if (!PASSING.has(reason)) left.add(session)
    })
  }

  const look = async (): Promise<void> => {
    for (const { session, state } of await store.list())
      if ((state === 'linked' || state === 'unconfirmed') && !left.has(session)) keep(session)
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
      left.add(session)
    },
    async close() {
      closed = true
      clock.clearTimeout(timer)
      await Promise.all([...connections.values()].map((connection) => connection.close()))
    },
  }
}

// The sessions of the store as they are over HTTP: listed, looked at, logged out and removed.
import { LinkError, StoreError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { connect } from '../../session/connect.ts'
import type { Connection } from '../../session/connection.ts'
import { collect } from '../../session/hand-over.ts'
import type { Keeper } from '../../session/keeper.ts'
import { closeSocket } from '../../session/socket-close.ts'
import type { SessionInfo, Store, StoreInternals } from '../../store/contract.ts'
import type { Endpoint } from '../../wire/endpoint.ts'
import type { LiveState, Presence, Presences } from './presence.ts'

export type SessionStateView = 'unconfirmed' | LiveState | 'logged-out' | 'bad-session'

/** Dates are RFC 3339. */
export interface SessionView {
  readonly session: string
  readonly state: SessionStateView
  readonly jid: string
  readonly lid: string | null
  readonly deviceName: string
  readonly createdAt: string
  readonly lastOnlineAt: string | null
  /** Why it waits or stopped, in a word. */
  readonly reason: string | null
}

export interface SessionsParts {
  readonly store: Store
  readonly internals: StoreInternals
  readonly presences: Presences
  readonly keeper: Keeper | undefined
  readonly endpoint: Endpoint
  readonly clock: Clock
  readonly logger: Logger
}

/** All methods throw StoreError. */
export interface Sessions {
  list(): Promise<readonly SessionView[]>
  get(session: string): Promise<SessionView | undefined>
  /** The first login is online: kept, or held for 30 s and let go. */
  linked(session: string): Promise<void>
  /**
   * Unlinks on WhatsApp, then removes. `force`: removes also when WhatsApp could not be told.
   * @throws LinkError network · session-busy; StoreError not-linked
   */
  remove(session: string, force: boolean): Promise<void>
  /** Lets go of sockets that are held. */
  close(): Promise<void>
}

/** As hand-over.ts holds a first login. */
const HOLD_MS = 30_000
/** How long WhatsApp is tried before a log-out fails. */
const ONLINE_MS = 30_000

export function createSessions(parts: SessionsParts): Sessions {
  const { store, internals, presences, keeper, clock } = parts
  const held = new Map<string, unknown>()

  const letGo = async (session: string): Promise<void> => {
    clock.clearTimeout(held.get(session))
    held.delete(session)
    const { adopted } = await collect(internals, session, {})
    if (adopted !== undefined) await closeSocket(adopted.held.socket, clock)
  }

  const unlink = async (session: string): Promise<void> => {
    clock.clearTimeout(held.get(session))
    held.delete(session)
    const kept = keeper?.connection(session)
    keeper?.release(session)
    const connection = kept ?? connect({ session, store, endpoint: parts.endpoint, clock, logger: parts.logger })
    try {
      await online(connection, clock)
      await connection.logout()
    } finally {
      await connection.close()
    }
  }

  return {
    async list() {
      const [stored, live] = await Promise.all([store.list(), presences.all()])
      return stored.map((info) => viewOf(info, live.get(info.session)))
    },
    async get(session) {
      const [info, live] = await Promise.all([store.get(session), presences.get(session)])
      return info === undefined ? undefined : viewOf(info, live)
    },
    async linked(session) {
      if (keeper !== undefined) return keeper.keep(session)
      await presences.say(session, 'online')
      held.set(
        session,
        clock.setTimeout(() => {
          held.delete(session)
          void presences.say(session, 'offline').catch(() => {})
        }, HOLD_MS),
      )
    },
    async remove(session, force) {
      const info = await store.get(session)
      if (info === undefined) throw new StoreError('not-linked', 'there is no session of this name')
      const isLive = info.state === 'linked' || info.state === 'unconfirmed'
      if (isLive) {
        try {
          await unlink(session)
          await presences.say(session, 'stopped', { reason: 'logged-out' })
        } catch (thrown) {
          if (!force || (thrown instanceof LinkError && thrown.code === 'session-busy')) {
            keeper?.keep(session)
            throw thrown
          }
        }
      }
      if ((await store.get(session)) !== undefined) await store.remove(session)
      await presences.forget(session)
    },
    async close() {
      const sessions = [...held.keys()]
      await Promise.all(sessions.map(letGo))
      await Promise.all(sessions.map((session) => presences.say(session, 'offline').catch(() => {})))
    },
  }
}

function viewOf(info: SessionInfo, presence: Presence | undefined): SessionView {
  return {
    session: info.session,
    state: stateOf(info, presence),
    jid: info.jid,
    lid: info.lid ?? null,
    deviceName: info.deviceName,
    createdAt: info.createdAt.toISOString(),
    lastOnlineAt: info.lastOnlineAt?.toISOString() ?? null,
    reason: presence?.reason ?? null,
  }
}

function stateOf({ state }: SessionInfo, presence: Presence | undefined): SessionStateView {
  if (state === 'logged-out' || state === 'bad-session') return state
  if (presence === undefined || presence.state === 'offline') return state === 'unconfirmed' ? state : 'offline'
  return presence.state
}

/** @throws LinkError network · session-busy */
function online(connection: Connection, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: LinkError): void => {
      clock.clearTimeout(timer)
      connection.off('state', look)
      if (error === undefined) resolve()
      else reject(error)
    }
    const look = (): void => {
      const { state } = connection
      if (state.name === 'online') settle()
      else if (state.name === 'stopped') settle(stoppedError(state.reason))
    }
    const timer = clock.setTimeout(
      () => settle(new LinkError('network', 'the session did not come online in time, so WhatsApp was not told')),
      ONLINE_MS,
    )
    connection.on('state', look)
    look()
  })
}

function stoppedError(reason: string): LinkError {
  if (reason === 'session-busy')
    return new LinkError('session-busy', 'another process holds this session', {
      advice: 'Stop the bot that uses it, or log out there.',
    })
  return new LinkError('network', `the session cannot come online (${reason}), so WhatsApp was not told`, {
    advice: 'Unlink the device on the phone, then remove the session with ?force=true.',
  })
}

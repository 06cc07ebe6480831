// What connect() promises, and how its listeners are told.
import { EventEmitter } from 'node:events'
import type { WASocket } from 'baileys'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { MakeWASocket, SocketOptions } from '../linking/options.ts'
import type { Store } from '../store/contract.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import type { StopReason } from './policy.ts'

export interface ConnectOptions {
  readonly session: string
  readonly store: Store
  /** Baileys' socket options, without `auth`. Give the object that link() got, so that its socket can be adopted. */
  readonly socket?: SocketOptions
  /** Left out: WhatsApp. */
  readonly endpoint?: Endpoint
  readonly makeWASocket?: MakeWASocket
  readonly clock?: Clock
  readonly logger?: Logger
  readonly signal?: AbortSignal
}

/** `waiting`: reconnects in `inMs`. `stopped`: over; `until` says when a ban ends. */
export type ConnectionState =
  | { readonly name: 'connecting' }
  | { readonly name: 'online'; readonly since: Date }
  | { readonly name: 'waiting'; readonly inMs: number; readonly reason: string }
  | { readonly name: 'stopped'; readonly reason: StopReason; readonly until?: Date }

/** One linked session, kept online until it is closed or WhatsApp ends it for good. */
export interface Connection {
  readonly state: ConnectionState
  /** The socket of now; another after each reconnect. Undefined before the first one and when stopped. */
  readonly socket: WASocket | undefined
  /** A fresh socket, before its first event: add your listeners here. Added late, called at once with the current one. */
  on(event: 'socket', listener: (socket: WASocket) => void): this
  on(event: 'state', listener: (state: ConnectionState) => void): this
  off(event: 'socket' | 'state', listener: (...args: never[]) => void): this
  /** Resolves when it stops, with the reason. Never rejects. */
  readonly stopped: Promise<StopReason>
  /** Goes offline; the session stays linked. */
  close(): Promise<void>
  /**
   * Unlinks on WhatsApp, waits for the answer, then removes the session from the store; `stopped` resolves with
   * `logged-out`. Asked while it is connecting or waiting, it comes online first, at once. 60 s at most for all of it. Safe to call
   * again. Of a session that WhatsApp has let go of already only what is stored is removed.
   * @throws LinkError network when it did not come online or no answer came in time · rejected when WhatsApp refused;
   * the session stays as it was and goes on · session-busy, forbidden, outdated-version, store-error, rejected or network
   * for a connection that has stopped
   */
  logout(): Promise<void>
}

/** The listeners of a connection. A listener that throws does not stop the others, nor the connection. */
export interface Listeners {
  readonly count: (event: 'socket' | 'state') => number
  readonly add: (event: 'socket' | 'state', listener: (value: never) => void) => void
  readonly remove: (event: 'socket' | 'state', listener: (...args: never[]) => void) => void
  readonly tell: (event: 'socket' | 'state', value: WASocket | ConnectionState) => void
  readonly tellOne: (
    event: 'socket' | 'state',
    listener: (value: never) => void,
    value: WASocket | ConnectionState,
  ) => void
}

export function createListeners(logger: Logger): Listeners {
  const emitter = new EventEmitter()
  emitter.setMaxListeners(0)

  const tellOne: Listeners['tellOne'] = (event, listener, value) => {
    const threw = (error: unknown): void =>
      logger.error({ event, reason: error instanceof Error ? error.message : 'unknown' }, 'a listener threw')
    try {
      // One that is asynchronous throws later.
      Promise.resolve((listener as (value: unknown) => unknown)(value)).catch(threw)
    } catch (error) {
      threw(error)
    }
  }

  return {
    count: (event) => emitter.listenerCount(event),
    add: (event, listener) => void emitter.on(event, listener as (value: unknown) => void),
    remove(event, listener) {
      // Node's own refuses what is no function; here there is nothing to take off then.
      if (typeof listener === 'function') emitter.off(event, listener as (...args: unknown[]) => void)
    },
    tell(event, value) {
      for (const listener of emitter.listeners(event)) tellOne(event, listener as (value: never) => void, value)
    },
    tellOne,
  }
}

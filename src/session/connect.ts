// Keeps one Baileys socket of a linked session online.
import type { WASocket } from 'baileys'
import { LinkError } from '../errors.ts'
import { systemClock } from '../lib/clock.ts'
import { deferred } from '../lib/deferred.ts'
import { silentLogger } from '../lib/logger.ts'
import { printedAs } from '../lib/printed-as.ts'
import type { Lease } from '../store/contract.ts'
import { internalsOf } from '../store/internals.ts'
import { LeaseHeld } from '../store/leases.ts'
import { checkedSessionName } from '../store/session-name.ts'
import { checkedEndpoint } from '../wire/endpoint.ts'
import type { ConnectionEnd } from '../wire/ends.ts'
import { type Connection, type ConnectionState, type ConnectOptions, createListeners } from './connection.ts'
import { collect } from './hand-over.ts'
import type { HeldSocket } from './held-socket.ts'
import { maskedLogger } from './masked-logger.ts'
import { reconnectDelayMs, type StopReason, verdictOn } from './policy.ts'
import { onSocketEnd } from './socket-end.ts'
import { createSocketSource } from './socket-source.ts'
import { unlinkDevice } from './unlink.ts'

/** ms online after which earlier failures count no more. */
const STABLE_MS = 60_000
/** ms that an adopted socket waits for the first 'socket' listener before its events go to nobody. */
const LISTENER_MS = 30_000

/** Ends the run with a reason; never leaves this file. */
class Stop extends Error {
  readonly reason: StopReason
  readonly until: Date | undefined
  constructor(reason: StopReason, until?: Date) {
    super(reason)
    this.reason = reason
    this.until = until
  }
}

/**
 * Keeps one Baileys socket of a linked session online: reconnects with backoff, at once when WhatsApp asks for it, and
 * stops with a named reason when going on would be wrong. Adopts the socket of a link() in this process, so that nothing is
 * lost between the two.
 * @throws LinkError invalid-session · invalid-options; everything later is told by `stopped`
 */
export function connect(options: ConnectOptions): Connection {
  const session = checkedSessionName(options.session)
  const internals = internalsOf(options.store)
  const endpoint = checkedEndpoint(options.endpoint)
  const clock = options.clock ?? systemClock
  const logger = maskedLogger(options.logger ?? silentLogger)
  const listeners = createListeners(logger)
  const stopped = deferred<StopReason>()
  const closing = new AbortController()
  let state: ConnectionState = { name: 'connecting' }
  let socket: WASocket | undefined
  let held: HeldSocket | undefined
  let onlineSince: number | undefined

  const enter = (next: ConnectionState): void => {
    state = next
    listeners.tell('state', next)
  }

  const run = async (): Promise<never> => {
    const lease = await own()
    const lost = (): void => closing.abort(new Stop('lease-lost'))
    lease.lost.addEventListener('abort', lost, { once: true })
    const keepStoreOpen = internals.beforeClose(close)
    try {
      const stored = await options.store.get(session)
      if (stored === undefined) throw new Stop('not-linked')
      if (stored.state === 'logged-out' || stored.state === 'bad-session') throw new Stop(stored.state)
      return await stayOnline(stored.state === 'linked')
    } finally {
      keepStoreOpen()
      await lease.release()
    }
  }

  const own = async (): Promise<Lease> => {
    try {
      return await internals.acquire({ kind: 'session', key: session, signal: closing.signal })
    } catch (cause) {
      closing.signal.throwIfAborted()
      throw cause instanceof LeaseHeld ? new Stop('session-busy') : cause
    }
  }

  const stayOnline = async (wasConfirmed: boolean): Promise<never> => {
    const source = createSocketSource({
      store: options.store,
      session,
      makeWASocket: options.makeWASocket,
      socket: options.socket,
      endpoint,
      logger,
      onSaveFailed: () => closing.abort(new Stop('store-error')),
    })
    const { adopted, events } = await collect(internals, session, options)
    adopted?.onStoreFailed?.(() => closing.abort(new Stop('store-error')))
    let confirmed = wasConfirmed
    let end = await runSocket(adopted ?? (await source.next(events)), adopted !== undefined)
    for (let failures = 1; ; failures += 1) {
      if (onlineSince !== undefined) {
        confirmed = true
        if (clock.now() - onlineSince >= STABLE_MS) failures = 1
        onlineSince = undefined
      }
      await react(end, confirmed, failures)
      end = await runSocket(await source.next([]), false)
    }
  }

  /** Shows the socket to the listeners, and waits for its end. */
  const runSocket = async (current: HeldSocket, isOnline: boolean): Promise<ConnectionEnd> => {
    const ended = deferred<ConnectionEnd>()
    const made = current.socket
    const opened = (update: { connection?: string }): void => {
      if (update.connection === 'open') void online()
    }
    const aborted = (): void => ended.reject(closing.signal.reason)
    socket = made
    held = current
    const stopListening = onSocketEnd(made, ended.resolve)
    made.ev.on('connection.update', opened)
    closing.signal.addEventListener('abort', aborted, { once: true })
    const releaseTimer = clock.setTimeout(() => current.release(), LISTENER_MS)
    if (isOnline) void online()
    else enter({ name: 'connecting' })
    present()
    try {
      closing.signal.throwIfAborted()
      return await ended.promise
    } finally {
      clock.clearTimeout(releaseTimer)
      closing.signal.removeEventListener('abort', aborted)
      stopListening()
      socket = undefined
      held = undefined
      await made.end(undefined)
    }
  }

  /** Once for each socket: an adopted one is online already when its first events are told. */
  const online = async (): Promise<void> => {
    if (onlineSince !== undefined) return
    onlineSince = clock.now()
    enter({ name: 'online', since: new Date(onlineSince) })
    await internals.confirm(session, new Date(onlineSince)).catch(() => closing.abort(new Stop('store-error')))
  }

  /** A socket is shown, then let go, in one turn: its listeners hear everything from its first event on. */
  const present = (): void => {
    if (socket === undefined || listeners.count('socket') === 0) return
    listeners.tell('socket', socket)
    held?.release()
  }

  const react = async (end: ConnectionEnd, confirmed: boolean, failures: number): Promise<void> => {
    const verdict = verdictOn(end, confirmed)
    if (verdict.kind === 'restart') return
    if (verdict.kind === 'stop') {
      if (verdict.forget) await internals.retire(session, 'logged-out')
      throw new Stop(verdict.reason, verdict.forMs === undefined ? undefined : new Date(clock.now() + verdict.forMs))
    }
    const inMs = reconnectDelayMs(failures, verdict.slow, Math.random())
    enter({ name: 'waiting', inMs, reason: verdict.reason })
    await pause(inMs)
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const aborted = (): void => {
        clock.clearTimeout(timer)
        reject(closing.signal.reason)
      }
      const timer = clock.setTimeout(() => {
        closing.signal.removeEventListener('abort', aborted)
        resolve()
      }, ms)
      closing.signal.addEventListener('abort', aborted, { once: true })
    })

  const close = async (): Promise<void> => {
    closing.abort(new Stop('closed'))
    await stopped.promise
  }

  const closeOnSignal = (): void => void close()

  const conclude = (cause: unknown): void => {
    options.signal?.removeEventListener('abort', closeOnSignal)
    const stop = cause instanceof Stop ? cause : stopFor(cause)
    if (!(cause instanceof Stop)) logger.error({ reason: stop.reason }, 'the session stopped on a fault')
    enter({ name: 'stopped', reason: stop.reason, ...(stop.until === undefined ? {} : { until: stop.until }) })
    stopped.resolve(stop.reason)
  }

  const connection: Connection = {
    get state() {
      return state
    },
    get socket() {
      return socket
    },
    on(event: 'socket' | 'state', listener: (value: never) => void) {
      const first = event === 'socket' && listeners.count('socket') === 0
      listeners.add(event, listener)
      if (event === 'socket' && socket !== undefined) {
        if (first) present()
        else listener(socket as never)
      }
      return this
    },
    off(event, listener) {
      listeners.remove(event, listener)
      return this
    },
    stopped: stopped.promise,
    close,
    async logout() {
      if (socket === undefined || state.name !== 'online')
        throw new LinkError('network', 'the session is not online, so WhatsApp cannot be told', {
          advice: 'Connect first, then log out; or unlink the device on the phone.',
        })
      await unlinkDevice(socket)
      await close()
      await options.store.remove(session)
    },
  }

  if (options.signal?.aborted === true) closing.abort(new Stop('closed'))
  options.signal?.addEventListener('abort', closeOnSignal, { once: true })
  run().catch(conclude)
  return printedAs(connection, 'Connection', () => ({ session, state }))
}

/** What nobody foresaw is the store's fault here: everything else has a verdict. */
function stopFor(cause: unknown): Stop {
  if (cause instanceof LinkError && cause.code === 'invalid-options') return new Stop('refused')
  return new Stop('store-error')
}

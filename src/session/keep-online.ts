// Keeps one Baileys socket of a linked session online. Three layers, not to be mixed: what the stream said (wire/ends.ts),
// how the socket ended (socket-end.ts, socket-run.ts), and what follows from it (policy.ts, pace.ts).
import { systemClock } from '../lib/clock.ts'
import { deferred } from '../lib/deferred.ts'
import { silentLogger } from '../lib/logger.ts'
import { printedAs } from '../lib/printed-as.ts'
import { capable, invalid } from '../linking/option-values.ts'
import type { Lease } from '../store/contract.ts'
import { internalsOf } from '../store/internals.ts'
import { checkedSessionName } from '../store/session-name.ts'
import { checkedEndpoint } from '../wire/endpoint.ts'
import type { ConnectionEnd } from '../wire/ends.ts'
import type { Version } from '../wire/messages.ts'
import { type Connection, type ConnectionState, type ConnectOptions, createListeners } from './connection.ts'
import { collect } from './hand-over.ts'
import type { HeldSocket } from './held-socket.ts'
import { createLeaving, isGone, whyNot } from './leaving.ts'
import { maskedLogger } from './masked-logger.ts'
import { FIRST_PACE, nextTry } from './pace.ts'
import { type StopReason, type Verdict, verdictOn } from './policy.ts'
import { runSocket, type SocketOutcome } from './socket-run.ts'
import { createSocketSource, type SocketSource } from './socket-source.ts'
import { Stop, stopFor } from './stop.ts'
import { pause } from './wait.ts'
import { newerVersion, type VersionLookup } from './web-version.ts'

/** What a test puts in place of chance and of the internet. */
export interface Edges {
  /** 0 to 1, for the jitter. */
  readonly random: () => number
  /** Undefined: a version that is refused ends the session's run at once. */
  readonly lookUpVersion: VersionLookup | undefined
}

/** What the caller lends us: looked at now, so that none of it fails while a session is online. */
function checkLent(options: ConnectOptions): void {
  if (typeof options !== 'object' || options === null) throw invalid('connect() takes an object of options')
  capable(options.socket, 'socket', [])
  capable(options.clock, 'clock', ['now', 'setTimeout', 'clearTimeout'])
  capable(options.logger, 'logger', ['child', 'trace', 'debug', 'info', 'warn', 'error'])
  capable(options.signal, 'signal', ['addEventListener', 'removeEventListener'])
  if (options.makeWASocket !== undefined && typeof options.makeWASocket !== 'function')
    throw invalid('makeWASocket must be a function')
}

/** `connect()`, with its edges passed in. */
export function keepOnline(options: ConnectOptions, edges: Edges): Connection {
  checkLent(options)
  const session = checkedSessionName(options.session)
  const { store } = options
  const internals = internalsOf(store)
  const endpoint = checkedEndpoint(options.endpoint)
  const clock = options.clock ?? systemClock
  const logger = maskedLogger(options.logger ?? silentLogger)
  const listeners = createListeners(logger)
  const stopped = deferred<StopReason>()
  const closing = new AbortController()
  let state: ConnectionState = { name: 'connecting' }
  let held: HeldSocket | undefined
  /** Ends the wait before the next socket. */
  let hurry = (): void => {}
  let confirming: Promise<void> = Promise.resolve()

  const quit = (stop: Stop): void => closing.abort(stop)
  const leaving = createLeaving(clock, () => quit(new Stop('logged-out', 'remove')))

  const enter = (next: ConnectionState): void => {
    if (next.name === 'connecting' && state.name === 'connecting') return
    state = next
    listeners.tell('state', next)
  }

  /** The session is owned from here on, and what becomes of its credentials is done before it is given back. */
  const run = async (): Promise<never> => {
    const keepStoreOpen = internals.beforeClose(close)
    try {
      const lease = await own()
      const lost = lease.lostSignal()
      const quitLost = (): void => quit(new Stop('lease-lost', 'keep', { cause: lost.reason }))
      lost.addEventListener('abort', quitLost, { once: true })
      try {
        if (lost.aborted) quitLost()
        return await stayOnline(await confirmedBefore())
      } catch (cause) {
        throw await settled(stopFor(cause))
      } finally {
        lost.removeEventListener('abort', quitLost)
        await confirming
        await lease.release()
      }
    } finally {
      keepStoreOpen()
    }
  }

  const own = async (): Promise<Lease> => {
    closing.signal.throwIfAborted()
    return internals.acquire({ kind: 'session', key: session, signal: closing.signal })
  }

  const confirmedBefore = async (): Promise<boolean> => {
    const stored = await store.get(session)
    if (stored === undefined) throw new Stop('not-linked')
    if (stored.state === 'logged-out' || stored.state === 'bad-session') throw new Stop(stored.state)
    return stored.state === 'linked'
  }

  /** What cannot be written is the store's fault, whatever the reason was before. */
  const settled = async (stop: Stop): Promise<Stop> => {
    try {
      if (stop.fate === 'archive-logged-out' || stop.fate === 'remove') await internals.retire(session, 'logged-out')
      if (stop.fate === 'archive-bad') await internals.retire(session, 'bad-session')
      if (stop.fate === 'remove') await store.remove(session)
      return stop
    } catch (cause) {
      logger.error({ reason: stop.reason }, 'the session ended, and the store could not be told')
      return stopFor(cause)
    }
  }

  const stayOnline = async (wasConfirmed: boolean): Promise<never> => {
    const source = createSocketSource({
      store,
      session,
      makeWASocket: options.makeWASocket,
      socket: options.socket,
      endpoint,
      logger,
      signal: closing.signal,
    })
    const storeFailed = (cause: unknown): void => quit(stopFor(cause))
    source.faults.listen(storeFailed)
    const { adopted, events } = await collect(internals, session, options)
    const next = createNext(source)
    let confirmed = wasConfirmed
    let current = adopted?.held ?? (await source.next(events))
    adopted?.faults.listen(storeFailed)
    for (let isOnline = adopted !== undefined; ; isOnline = false) {
      const outcome = await runOne(current, isOnline)
      confirmed ||= outcome.sawLogin
      current = await next(outcome, confirmed)
    }
  }

  const runOne = async (current: HeldSocket, isOnline: boolean): Promise<SocketOutcome> => {
    held = current
    try {
      return await runSocket({
        held: current,
        isOnline,
        clock,
        signal: closing.signal,
        onWatched() {
          if (!isOnline) enter({ name: 'connecting' })
          present(current)
        },
        onOnline(since) {
          enter({ name: 'online', since })
          confirming = internals.confirm(session, since).catch((cause: unknown) => quit(stopFor(cause)))
          leaving.online(current.socket)
        },
      })
    } finally {
      held = undefined
    }
  }

  /** Every listener that comes in this turn hears the socket's first event; also those of a bot that took `socket` itself. */
  const present = (current: HeldSocket): void => {
    const release = (): void => queueMicrotask(() => current.release())
    current.onSubscribed(release)
    if (listeners.count('socket') === 0) return
    listeners.tell('socket', current.socket)
    release()
  }

  /** From the end of one socket to the next one. */
  const createNext = (source: SocketSource) => {
    let pace = FIRST_PACE
    let version: Version | undefined
    return async ({ end, onlineMs, untold }: SocketOutcome, confirmed: boolean): Promise<HeldSocket> => {
      if (end.kind === 'stream-error' && end.ackId !== undefined)
        logger.error({ id: end.ackId }, 'WhatsApp ended the connection for want of an ack')
      const verdict = verdictOn(end, confirmed)
      logger.info({ end: end.kind, status: statusOf(end), follows: verdict.kind }, 'a connection to WhatsApp ended')
      if (verdict.kind === 'stop') {
        version = version === undefined ? await versionAfter(verdict) : undefined
        if (version === undefined) throw stopOf(verdict)
      } else {
        const after = nextTry(pace, verdict, onlineMs, edges.random())
        pace = after.pace
        if (after.wait !== undefined) await waitFor(after.wait)
      }
      return source.next(untold, version)
    }
  }

  /** Once, and not when the caller chose a version. */
  const versionAfter = async ({ reason }: { readonly reason: StopReason }): Promise<Version | undefined> => {
    const { lookUpVersion } = edges
    if (reason !== 'outdated-version' || lookUpVersion === undefined || options.socket?.['version'] !== undefined)
      return undefined
    const found = await newerVersion(lookUpVersion, { socket: options.socket, clock, signal: closing.signal })
    logger.warn(
      { version: found?.join('.') },
      'WhatsApp refused the version of WhatsApp Web; looked up the current one',
    )
    return found
  }

  const stopOf = ({ reason, forget, forMs }: Extract<Verdict, { kind: 'stop' }>): Stop => {
    if (forget) return new Stop(reason, leaving.wanted ? 'remove' : 'archive-logged-out')
    return new Stop(reason, 'keep', { until: forMs === undefined ? undefined : new Date(clock.now() + forMs) })
  }

  const waitFor = async ({ inMs, reason }: { readonly inMs: number; readonly reason: string }): Promise<void> => {
    closing.signal.throwIfAborted()
    if (leaving.wanted && state.name === 'online') return
    enter({ name: 'waiting', inMs, reason })
    const hurried = deferred<void>()
    hurry = hurried.resolve
    try {
      await pause(clock, inMs, closing.signal, hurried.promise)
    } finally {
      hurry = () => {}
    }
  }

  const close = async (): Promise<void> => {
    quit(new Stop('closed'))
    await stopped.promise
  }

  const closeOnSignal = (): void => void close()

  const conclude = (cause: unknown): void => {
    const stop = stopFor(cause)
    options.signal?.removeEventListener('abort', closeOnSignal)
    if (stop.reason !== 'closed') logger.warn({ reason: stop.reason, cause: nameOf(stop.cause) }, 'the session stopped')
    enter({ name: 'stopped', reason: stop.reason, ...(stop.until === undefined ? {} : { until: stop.until }) })
    stopped.resolve(stop.reason)
    leaving.stopped(stop.reason, stop.fate === 'remove' || stop.reason === 'not-linked')
  }

  /** A session that WhatsApp let go of stays listed, as ended; nobody may have linked its name anew meanwhile. */
  const removeEnded = async (): Promise<void> => {
    const stored = await store.get(session)
    if (stored?.state === 'logged-out') await store.remove(session)
  }

  const connection: Connection = {
    get state() {
      return state
    },
    get socket() {
      return held?.socket
    },
    on(event: 'socket' | 'state', listener: (value: never) => void) {
      if (event !== 'socket' && event !== 'state') throw invalid('a connection has the events "socket" and "state"')
      if (typeof listener !== 'function') throw invalid('the listener must be a function')
      const isFirst = listeners.count('socket') === 0
      listeners.add(event, listener)
      if (event !== 'socket' || held === undefined) return this
      if (isFirst) present(held)
      else listeners.tellOne('socket', listener, held.socket)
      return this
    },
    off(event, listener) {
      listeners.remove(event, listener)
      return this
    },
    stopped: stopped.promise,
    close,
    async logout() {
      if (state.name === 'stopped') {
        if (!isGone(state.reason)) throw whyNot(state.reason)
        return removeEnded()
      }
      const left = leaving.ask(state.name === 'online' ? held?.socket : undefined)
      hurry()
      await left
    },
  }

  if (options.signal?.aborted === true) quit(new Stop('closed'))
  else options.signal?.addEventListener('abort', closeOnSignal, { once: true })
  run().catch(conclude)
  return printedAs(connection, 'Connection', () => ({ session, state }))
}

/** WhatsApp's number, where there was one. */
function statusOf(end: ConnectionEnd): number | undefined {
  if (end.kind === 'failure') return end.reason
  return end.kind === 'stream-error' ? end.code : undefined
}

/** Names and codes only: a message may quote what the store or WhatsApp said. */
function nameOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  return 'code' in cause && typeof cause.code === 'string' ? `${cause.name} ${cause.code}` : cause.name
}

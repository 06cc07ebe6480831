// The login that makes a stored link real (docs/protocol.md section 9). The phone shows "logging in" until it succeeds, so
// every second counts.
import type { WASocket } from 'baileys'
import { LinkError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { deferred } from '../lib/deferred.ts'
import type { Store, StoreInternals } from '../store/contract.ts'
import type { ConnectionEnd } from '../wire/ends.ts'
import type { SocketRequest } from './baileys.ts'
import type { HeldSocket } from './held-socket.ts'
import { reconnectDelayMs, type Verdict, verdictOn } from './policy.ts'
import { closeSocket } from './socket-close.ts'
import { onSocketEnd } from './socket-end.ts'
import { createSocketSource, type SocketSource } from './socket-source.ts'
import type { StoreFaults } from './store-faults.ts'
import { UnusableCredentials } from './usable-credentials.ts'
import { pause } from './wait.ts'

export interface FirstLoginOptions extends SocketRequest {
  readonly session: string
  readonly store: Store
  readonly internals: StoreInternals
  readonly clock: Clock
  readonly signal: AbortSignal
  /** ms for all tries together. */
  readonly timeoutMs: number
  /** Our last word to the phone may still be under way: a refusal as an unknown device counts only the second time. */
  readonly replyMayBeLate: boolean
}

export type FirstLogin =
  | { readonly kind: 'online'; readonly held: HeldSocket; readonly faults: StoreFaults }
  /** WhatsApp does not know this device: the link never reached the phone. Its credentials are in the archive. */
  | { readonly kind: 'unknown-device' }

/**
 * How long a `pair-device-sign` whose sender died is waited for. A restart takes 0.3 s and more; what a slow network holds
 * longer than both together is lost to this login.
 */
const LATE_REPLY_MS = 2_000

/**
 * Logs the stored session in and leaves its socket held.
 * @throws LinkError cancelled · network (the session stays stored, the next start tries again) · outdated-version ·
 * forbidden · rejected · store-error
 */
export async function logInFirst(options: FirstLoginOptions): Promise<FirstLogin> {
  const { session, internals, clock, signal } = options
  const deadline = clock.now() + options.timeoutMs
  let unsaved: { readonly cause: unknown } | undefined
  let current: WASocket | undefined
  const source = createSocketSource(options)
  source.faults.listen((cause) => {
    unsaved ??= { cause }
    if (current !== undefined) void closeSocket(current, clock)
  })
  let mayBeLate = options.replyMayBeLate
  for (let failures = 1; ; failures += 1) {
    signal.throwIfAborted()
    const held = await nextSocket(source, options)
    if (held === undefined) return { kind: 'unknown-device' }
    current = held.socket
    const end = await openOrEnd(held.socket, { clock, signal, ms: deadline - clock.now() })
    if (unsaved !== undefined) throw await notSaved(held, clock, unsaved)
    if (end === 'open') {
      await internals.confirm(session, new Date(clock.now()))
      return { kind: 'online', held, faults: source.faults }
    }
    const verdict = verdictOn(end, false)
    const isUnknown = verdict.kind === 'stop' && verdict.reason === 'never-confirmed'
    if (verdict.kind === 'stop' && !(isUnknown && mayBeLate)) return refusedLogin(verdict, end, options)
    if (isUnknown) mayBeLate = false
    const delayMs = verdict.kind === 'stop' ? LATE_REPLY_MS : delayBefore(verdict, failures)
    if (clock.now() + delayMs >= deadline) throw notReached(end)
    await pause(clock, delayMs, signal)
  }
}

async function refusedLogin(
  { reason, forget }: Extract<Verdict, { kind: 'stop' }>,
  end: ConnectionEnd,
  { internals, session }: FirstLoginOptions,
): Promise<FirstLogin> {
  if (forget) await internals.retire(session, 'logged-out')
  if (reason === 'never-confirmed') return { kind: 'unknown-device' }
  throw stopError(reason, end, forget)
}

async function notSaved(
  { socket }: HeldSocket,
  clock: Clock,
  unsaved: { readonly cause: unknown },
): Promise<LinkError> {
  await closeSocket(socket, clock)
  return new LinkError('store-error', 'linked, but the credentials of the first login could not be written', unsaved)
}

function delayBefore(verdict: Exclude<Verdict, { kind: 'stop' }>, failures: number): number {
  return verdict.kind === 'restart' ? 0 : reconnectDelayMs(failures, verdict.slow, Math.random())
}

/** Credentials that cannot log in are as good as none: they go to the archive, and a code is needed. */
async function nextSocket(
  source: SocketSource,
  { internals, session }: FirstLoginOptions,
): Promise<HeldSocket | undefined> {
  try {
    return await source.next([])
  } catch (cause) {
    if (!(cause instanceof UnusableCredentials)) throw cause
    await internals.retire(session, 'bad-session')
    return undefined
  }
}

/** Waits until the socket is open or over; closes it on abort and on its limit. */
async function openOrEnd(
  socket: WASocket,
  { clock, signal, ms }: { readonly clock: Clock; readonly signal: AbortSignal; readonly ms: number },
): Promise<'open' | ConnectionEnd> {
  const { promise, resolve, reject } = deferred<'open' | ConnectionEnd>()
  const opened = (update: { connection?: string }): void => {
    if (update.connection === 'open') resolve('open')
  }
  const aborted = (): void => {
    void closeSocket(socket, clock)
    reject(signal.reason)
  }
  const timer = clock.setTimeout(() => resolve({ kind: 'silent' }), Math.max(0, ms))
  const stopListening = onSocketEnd(socket, resolve, clock)
  socket.ev.on('connection.update', opened)
  signal.addEventListener('abort', aborted, { once: true })
  let outcome: 'open' | ConnectionEnd | undefined
  try {
    outcome = await promise
    return outcome
  } finally {
    clock.clearTimeout(timer)
    stopListening()
    socket.ev.off('connection.update', opened)
    signal.removeEventListener('abort', aborted)
    if (outcome !== 'open') await closeSocket(socket, clock)
  }
}

/** The account is linked on the phone already: advice that begins with linking would be beside the point. */
function stopError(reason: string, end: ConnectionEnd, forgotten: boolean): LinkError {
  const status = end.kind === 'failure' && end.reason !== undefined ? { status: end.reason } : {}
  if (reason === 'outdated-version')
    return new LinkError('outdated-version', 'linked, but WhatsApp no longer accepts this client version', status)
  if (reason === 'temporary-ban') {
    const expireS = end.kind === 'failure' ? end.expireS : undefined
    return new LinkError('forbidden', 'linked, but WhatsApp has banned this account for a while', {
      ...status,
      ...(expireS === undefined ? {} : { retryAfterMs: expireS * 1_000 }),
      advice: 'The link is kept. Open WhatsApp on the phone to see how long the ban lasts; start again after it.',
    })
  }
  if (reason === 'forbidden')
    return new LinkError('forbidden', 'linked, but WhatsApp does not let this account log in', {
      ...status,
      advice:
        'Open WhatsApp on the phone and look for a notice: the account is locked or banned, and the link is over.',
    })
  return new LinkError('rejected', `linked, but WhatsApp refused the login (${reason})`, {
    ...status,
    advice: forgotten
      ? 'Link again: the phone asks for a new code.'
      : 'The link is kept: start again later, and it logs in without a new code. If it stays, remove the device on the phone and link again.',
  })
}

function notReached(end: ConnectionEnd): LinkError {
  return new LinkError('network', 'linked and stored, but the first login did not succeed in time', {
    cause: end.kind === 'closed' ? end.cause : undefined,
    advice: 'Nothing is lost: start again, and the stored link logs in without a new code.',
  })
}

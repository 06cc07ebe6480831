// The public link(): an attempt, its place in the store, and the first login.
import { LinkError, PaircodeError } from '../errors.ts'
import { systemClock } from '../lib/clock.ts'
import { deferred } from '../lib/deferred.ts'
import { silentLogger } from '../lib/logger.ts'
import { createTurns } from '../lib/turns.ts'
import { drawCode, type KeyedCode } from '../linking/code-key.ts'
import type { LinkEvent, LinkedSession, Linking } from '../linking/events.ts'
import type { Attempt, AttemptOptions } from '../linking/link.ts'
import { type CheckedOptions, checkOptions, type LinkOptions } from '../linking/options.ts'
import type { Lease, SessionInfo, StoreInternals } from '../store/contract.ts'
import { internalsOf } from '../store/internals.ts'
import { LeaseHeld } from '../store/leases.ts'
import { isWhatsApp } from '../wire/endpoint.ts'
import { Abandonment } from './abandonment.ts'
import { warmBaileys } from './baileys.ts'
import { type FirstLogin, logInFirst } from './first-login.ts'
import { deposit } from './hand-over.ts'
import { createLinking, type LinkingHandle } from './linking.ts'
import { maskedLogger } from './masked-logger.ts'
import { closeSocket } from './socket-close.ts'

/** For the whole process: a hundred links that start at one moment block the event loop for 0.7 s otherwise (measured). */
const turnToStart = createTurns()

/** ms for all tries of a first login together. */
const FIRST_LOGIN_MS = 60_000

/**
 * Links a phone number, or without one by QR alone, to `session` in `store`, first login included. Starts at once.
 *
 * Every ending is told by the handle: bad options too reject `result` (and end the iteration with `failed`) instead of
 * throwing, before anything is touched. Source of the protocol: docs/protocol.md.
 */
export function link(options: LinkOptions): Linking {
  const clock = options?.clock ?? systemClock
  const abandonment = new Abandonment()
  let attempt: Attempt | undefined
  let stopListening = (): void => {}
  const handle = createLinking({
    hasPhone: options?.phone !== undefined,
    now: () => clock.now(),
    refresh: () => attempt?.refresh(),
    cancel: () => cancel(),
  })

  const abandon = (error: LinkError): void => {
    abandonment.abandon(error)
    attempt?.cancel(error)
  }
  const cancel = (): void =>
    abandon(new LinkError('cancelled', 'the link was cancelled', { cause: options.signal?.reason }))

  const own = async (): Promise<Owned> => {
    const checked = checkOptions(options)
    const internals = internalsOf(options.store)
    if (options.signal?.aborted === true) cancel()
    options.signal?.addEventListener('abort', cancel, { once: true })
    stopListening = () => options.signal?.removeEventListener('abort', cancel)
    await turnToStart()
    const stored = await options.store.get(checked.session)
    let first = beginFirstCode(options, checked, stored, abandonment.signal())
    const room = import('../linking/link.ts')
    const phone = await checkedPhone(options.phone, options, checked)
    const account = await checkedPhone(options.account, options, checked)
    const lease = await ownSession(internals, checked.session, abandonment.signal())
    lease.onLost((cause) => abandon(lost(cause)))
    return {
      options,
      checked,
      internals,
      phone,
      lease,
      abandonment,
      clock,
      handle,
      begin: async (onEvent) => {
        const { startAttempt } = await room
        await first?.begun
        attempt = startAttempt({
          checked,
          store: internals,
          phone,
          account: account?.digits,
          clock,
          logger: maskedLogger(options.logger ?? silentLogger),
          agent: options.agent,
          takeFirstCode: () => {
            const code = first?.code
            first = undefined
            return code
          },
          onEvent,
        })
        if (abandonment.reason !== undefined) attempt.cancel(abandonment.reason)
        // From here on the attempt itself is told; a signal of its own weighs 1 KB for as long as a person types (measured).
        abandonment.dropSignal()
        return attempt
      },
    }
  }

  const run = async (): Promise<LinkedSession> => {
    const owned = await own()
    try {
      return await linkOwned(owned)
    } finally {
      await owned.lease.release()
    }
  }

  run()
    .then(
      (session) => handle.succeed(session),
      (cause: unknown) => handle.fail(asLinkError(cause)),
    )
    .finally(() => stopListening())
  return handle.linking
}

type Phone = { readonly digits: string; readonly accountKey: string }

interface Owned {
  readonly options: LinkOptions
  readonly checked: CheckedOptions
  readonly internals: StoreInternals
  readonly phone: Phone | undefined
  readonly lease: Lease
  readonly abandonment: Abandonment
  readonly clock: NonNullable<LinkOptions['clock']>
  readonly handle: LinkingHandle
  readonly begin: (onEvent: AttemptOptions['onEvent']) => Promise<Attempt>
}

/** With the session owned: what is stored decides whether a code is needed at all. */
async function linkOwned(owned: Owned): Promise<LinkedSession> {
  const { options, checked, abandonment } = owned
  if (abandonment.reason !== undefined) throw abandonment.reason
  const stored = await options.store.get(checked.session)
  if (stored?.state === 'linked' && checked.ifLinked !== 'replace') return alreadyLinked(owned, stored)
  if (stored?.state === 'unconfirmed') {
    const finished = await finishInterrupted(owned, stored)
    if (finished !== undefined) return finished
  }
  const paired = await runAttempt(owned)
  if (!checked.firstLogin) return paired
  const login = await firstLogin(owned)
  if (login.kind === 'unknown-device')
    throw new LinkError('rejected', 'the phone did not keep the link (401 at the first login); nothing was kept', {
      status: 401,
      retryable: true,
      advice: 'Link again: the phone asks for a new code.',
    })
  return announceOnline(owned, login, paired)
}

function alreadyLinked({ checked, handle }: Owned, stored: SessionInfo): LinkedSession {
  if (checked.ifLinked === 'reject') throw new LinkError('session-exists', 'the session is linked already')
  handle.tell({ type: 'paired', jid: stored.jid, ...(stored.lid === undefined ? {} : { lid: stored.lid }) })
  return linkedSession(stored)
}

/** A `pair-device-sign` of a process that died is not under way for longer. */
const JUST_STORED_MS = 60_000

/**
 * The process that linked this session died between storing it and its first login. Tries that login; undefined when the
 * phone does not know the device, so that a code is needed after all.
 */
async function finishInterrupted(owned: Owned, stored: SessionInfo): Promise<LinkedSession | undefined> {
  owned.handle.tell({ type: 'connecting' })
  const login = await firstLogin(owned, owned.clock.now() - stored.createdAt.getTime() < JUST_STORED_MS)
  if (login.kind === 'unknown-device') return undefined
  if (owned.checked.firstLogin) return announceOnline(owned, login, linkedSession(stored))
  await closeSocket(login.held.socket, owned.clock)
  owned.handle.tell({ type: 'paired', jid: stored.jid, ...(stored.lid === undefined ? {} : { lid: stored.lid }) })
  return linkedSession(stored)
}

/** Runs the pure attempt to its end; tells its events, and loads Baileys while the person types. */
async function runAttempt(owned: Owned): Promise<LinkedSession> {
  const { options, checked, handle } = owned
  let paired: Extract<LinkEvent, { type: 'paired' }> | undefined
  const attempt = await owned.begin((event) => {
    if (event.type === 'paired') paired = event
    handle.tell(event)
    if (checked.firstLogin && (event.type === 'code' || event.type === 'qr')) warmSoon(options)
  })
  await attempt.ended
  if (paired === undefined) throw new LinkError('server-error', 'the attempt ended without an account')
  const { jid, lid, platform } = paired
  return {
    session: checked.session,
    jid,
    deviceName: checked.device.name,
    ...(lid === undefined ? {} : { lid }),
    ...(platform === undefined ? {} : { platform }),
  }
}

/** After whoever waits for the code has it: the import stalls the event loop. */
function warmSoon({ makeWASocket }: LinkOptions): void {
  setImmediate(() => warmBaileys(makeWASocket))
}

function firstLogin(
  { options, checked, internals, clock, abandonment }: Owned,
  replyMayBeLate = false,
): Promise<FirstLogin> {
  return logInFirst({
    replyMayBeLate,
    session: checked.session,
    store: options.store,
    internals,
    clock,
    signal: abandonment.signal(),
    timeoutMs: FIRST_LOGIN_MS,
    makeWASocket: options.makeWASocket,
    socket: socketOptions(options),
    endpoint: options.endpoint,
    logger: maskedLogger(options.logger ?? silentLogger),
  })
}

/** Where one has to go through a proxy, the first login has to as well: without an agent of its own it takes the link's. */
function socketOptions({ socket, agent }: LinkOptions): LinkOptions['socket'] {
  return agent === undefined || socket?.agent !== undefined ? socket : { ...socket, agent }
}

/** The socket stays online, and waits for `connect()`. */
function announceOnline(
  { options, checked, internals, clock, handle }: Owned,
  { held, faults }: Extract<FirstLogin, { kind: 'online' }>,
  linked: LinkedSession,
): LinkedSession {
  deposit(internals, checked.session, {
    held,
    faults,
    makeWASocket: options.makeWASocket,
    socket: options.socket,
    clock,
  })
  handle.tell({ type: 'online', jid: linked.jid })
  return linked
}

function linkedSession({ session, jid, lid, deviceName }: SessionInfo): LinkedSession {
  return { session, jid, deviceName, ...(lid === undefined ? {} : { lid }) }
}

interface FirstCode {
  readonly code: Promise<KeyedCode>
  /** The connection waits for it: links that start at one moment connect one after the other, as their keys are made. */
  readonly begun: Promise<void>
}

/**
 * The key of the first code takes 32 ms on the thread pool (measured): begun before anything is loaded, unless what is
 * stored says that no code will be needed.
 */
function beginFirstCode(
  { phone }: LinkOptions,
  { fixedCode, ifLinked }: CheckedOptions,
  stored: SessionInfo | undefined,
  signal: AbortSignal,
): FirstCode | undefined {
  const isLinked = stored?.state === 'linked' && ifLinked !== 'replace'
  if (phone === undefined || isLinked || stored?.state === 'unconfirmed') return undefined
  const begun = deferred<void>()
  const code = drawCode(fixedCode, undefined, { signal, onBegin: begun.resolve })
  code.catch(begun.reject)
  begun.promise.catch(() => {})
  return { code, begun: begun.promise }
}

/** A program that has no use for phone metadata otherwise (the command line) loads it only for a number. */
async function checkedPhone(
  number: string | undefined,
  options: LinkOptions,
  { endpoint }: CheckedOptions,
): Promise<Phone | undefined> {
  if (number === undefined) return undefined
  const [{ parsePhone }, { isReservedExample }] = await Promise.all([
    import('../phone/parse.ts'),
    import('../phone/reserved.ts'),
  ])
  const parsed = parsePhone(number, {
    ...(options.defaultCountry === undefined ? {} : { defaultCountry: options.defaultCountry }),
    ...(options.lenient === undefined ? {} : { lenient: options.lenient }),
  })
  if (!parsed.ok)
    throw new LinkError('invalid-phone', `the number cannot be used (${parsed.reason})`, { advice: parsed.advice })
  if (isWhatsApp(endpoint) && isReservedExample(parsed.e164))
    throw new LinkError('invalid-phone', 'that is an example number', {
      advice: 'Give the number of the phone that has WhatsApp; example numbers work with the emulator only.',
    })
  return { digits: parsed.digits, accountKey: parsed.accountKey }
}

async function ownSession(internals: StoreInternals, session: string, signal: AbortSignal): Promise<Lease> {
  try {
    return await internals.acquire({ kind: 'session', key: session, signal })
  } catch (cause) {
    if (cause instanceof LeaseHeld)
      throw new LinkError('session-busy', 'another process or task holds this session', { cause })
    throw cause
  }
}

function lost(cause: unknown): LinkError {
  return new LinkError('session-busy', 'another process took this session over', { cause })
}

function asLinkError(cause: unknown): LinkError {
  if (cause instanceof LinkError) return cause
  if (cause instanceof PaircodeError)
    return new LinkError('store-error', cause.message, { cause, advice: cause.advice })
  return new LinkError('store-error', 'an unexpected fault ended the link', { cause })
}

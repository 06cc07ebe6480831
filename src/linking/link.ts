// The shell of one linking attempt: sockets, clocks, randomness and the store. It feeds the machine and does what the
// machine wants done. It ends at 'paired', when the registration connection is closed and the first login is due.
import type { Agent } from 'node:http'
import { LinkError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { deferred } from '../lib/deferred.ts'
import type { Logger } from '../lib/logger.ts'
import type { StoreInternals } from '../store/contract.ts'
import type { KeyPair } from '../wire/bridge.ts'
import { type Connection, openConnection } from '../wire/connection.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import type { ConnectionEnd } from '../wire/ends.ts'
import type { Version } from '../wire/messages.ts'
import { type AccountHold, createAccountHold } from './account-hold.ts'
import { deriveCodeKey, drawCode, type KeyedCode, saltOf, unwrapPublicKey, wrapPublicKey } from './code-key.ts'
import { buildCredentials } from './credentials.ts'
import type { Device } from './device.ts'
import type { LinkEvent, LinkState } from './events.ts'
import { createIdentity } from './identity.ts'
import { type Effect, firstState, type Input, type Moment, type Settings, type TimerName } from './machine/state.ts'
import { step } from './machine/step.ts'
import { comparisonEvent, passkeyEvent } from './passkey/events.ts'
import { PRE_KEY_COUNT, returnPreKeys, takePreKeys, warmPreKeys } from './pre-keys.ts'
import { type Randomness, systemRandomness } from './randomness.ts'
import { buildRegistrationPayload } from './registration.ts'

export interface AttemptOptions {
  readonly session: string
  readonly store: StoreInternals
  /** Undefined: QR only. */
  readonly phone: { readonly digits: string; readonly accountKey: string } | undefined
  /** Digits of the account that alone may scan the QR code. Undefined: the phone's, else any. */
  readonly account?: string | undefined
  readonly device: Device
  readonly endpoint: Endpoint
  readonly version: Version
  readonly country: string
  readonly fullHistory: boolean
  readonly notify: boolean
  readonly qr: boolean
  readonly refresh: 'auto' | 'manual'
  readonly passkey: 'fail' | 'wait'
  readonly maxCodes: number
  readonly codeTtlMs: number
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  readonly retry: Settings['retry']
  readonly fixedCode: string | undefined
  /** Begun before this room was loaded: the thread pool works on the first code's key while modules load. */
  readonly firstCode: Promise<KeyedCode> | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly agent: Agent | undefined
  /** For tests; left out: the system's. */
  readonly randomness?: Randomness
  /** What the machine starts from, and every step of it, for a transcript; both hold secrets. */
  readonly onBegin?: (settings: Settings, advSecret: Uint8Array) => void
  readonly onStep?: (input: Input, moment: Moment, effects: readonly Effect[]) => void
  /** Told in order, and never after `ended` has settled. `failed` and `online` are the caller's to tell. */
  readonly onEvent: (event: LinkEvent) => void
}

export interface Attempt {
  state(): LinkState
  refresh(): void
  /** Does nothing once WhatsApp confirmed the account; `ended` tells. */
  cancel(error: LinkError): void
  /** Resolves when the registration connection of a stored link is closed. Rejects with the LinkError that ended it. */
  readonly ended: Promise<void>
}

export function startAttempt(options: AttemptOptions): Attempt {
  const { clock, store, session, logger, randomness = systemRandomness } = options
  const identity = createIdentity(randomness)
  const idPrefix = `${shortNumber(randomness)}.${shortNumber(randomness)}-`
  const settings: Settings = {
    digits: options.phone?.digits,
    account: options.account,
    device: options.device,
    noisePublicKey: identity.noiseKey.public,
    identityKey: identity.identityKey,
    notify: options.notify,
    qr: options.qr,
    refresh: options.refresh,
    passkey: options.passkey,
    maxCodes: options.maxCodes,
    codeTtlMs: options.codeTtlMs,
    timeoutMs: options.timeoutMs,
    connectTimeoutMs: options.connectTimeoutMs,
    retry: options.retry,
    idPrefix,
  }
  const payload = buildRegistrationPayload({
    identity,
    device: options.device,
    version: options.version,
    country: options.country,
    fullHistory: options.fullHistory,
  })

  options.onBegin?.(settings, identity.advSecret)
  let state = firstState(settings, identity.advSecret)
  let connection: Connection | undefined
  let pairingEphemeral: KeyPair | undefined
  let { firstCode } = options
  const timers = new Map<TimerName, unknown>()
  const inputs: Input[] = []
  let stepping = false
  const { promise: ended, resolve, reject } = deferred<void>()
  const hold: AccountHold | undefined =
    options.phone === undefined
      ? undefined
      : createAccountHold({
          store,
          accountKey: options.phone.accountKey,
          clock,
          onLost: (error) => feed({ type: 'cancel', error }),
        })

  /** Inputs that an effect causes at once wait for the effects before them. */
  const feed = (input: Input): void => {
    inputs.push(input)
    if (stepping) return
    stepping = true
    try {
      for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
        const moment = { now: clock.now(), random: randomness.bytes(32) }
        const result = step(state, next, moment)
        state = result.state
        options.onStep?.(next, moment, result.effects)
        for (const effect of result.effects) perform(effect)
      }
    } finally {
      stepping = false
    }
  }

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case 'connect':
        connection = connect(effect.routingInfo)
        return
      case 'close':
        connection?.close()
        connection = undefined
        return
      case 'send':
        connection?.send(effect.node)
        return
      case 'reply':
        if (connection === undefined) return feed({ type: 'reply-lost' })
        // What may have left is tried as if it had: the first login tells.
        connection.send(effect.node, (fate) => feed({ type: fate === 'unsent' ? 'reply-lost' : 'reply-sent' }))
        return
      case 'set-timer':
        clearTimer(effect.name)
        timers.set(
          effect.name,
          clock.setTimeout(() => feed({ type: 'timer', name: effect.name }), effect.ms),
        )
        return
      case 'clear-timer':
        clearTimer(effect.name)
        return
      case 'prepare-code':
        return attend(prepareCode())
      case 'reserve':
        return attend(reserve())
      case 'release':
        return attend(hold?.release())
      case 'unwrap':
        return attend(unwrap(effect))
      case 'sign':
        return feed({ type: 'signed', signature: randomness.sign(identity.identityKey.private, effect.message) })
      case 'ask-passkey':
        return options.onEvent(passkeyEvent(effect, table))
      case 'ask-comparison':
        return options.onEvent(comparisonEvent(effect, table))
      case 'store':
        return attend(save(effect))
      case 'withdraw':
        return attend(store.withdraw(session))
      case 'emit':
        if (effect.event.type === 'code' || effect.event.type === 'qr') warmPreKeys()
        return options.onEvent(effect.event)
      case 'finish':
        return attend(settle())
      case 'fail':
        return attend(settleFailed(effect))
    }
  }

  const table = { state: () => state, feed: (input: Input) => feed(input), randomness }

  const clearTimer = (name: TimerName): void => {
    const handle = timers.get(name)
    if (handle === undefined) return
    clock.clearTimeout(handle)
    timers.delete(name)
  }

  /** An effect that fails in a way that nobody foresaw ends the attempt with its cause instead of vanishing. */
  const attend = (work: Promise<void> | undefined): void => {
    work?.catch((cause: unknown) => {
      logger.error({ code: 'unexpected' }, 'an effect of the link failed')
      feed({ type: 'cancel', error: asLinkError(cause) })
    })
  }

  const connect = (routingInfo: Uint8Array | undefined): Connection =>
    openConnection({
      endpoint: options.endpoint,
      noiseKey: identity.noiseKey,
      payload,
      clock,
      random: Math.random,
      idPrefix,
      timeoutMs: options.connectTimeoutMs,
      logger,
      ...(options.agent && { agent: options.agent }),
      ...(routingInfo && { routingInfo }),
      onOpen: () => feed({ type: 'connected' }),
      onNode: (node) => feed({ type: 'node', node }),
      onEnd: (end) => {
        connection = undefined
        logger.debug(endForLog(end), 'the connection ended')
        feed({ type: 'ended', end })
      },
    })

  const prepareCode = async (): Promise<void> => {
    const begun = firstCode
    firstCode = undefined
    const { code, salt, key } = await (begun ?? drawCode(options.fixedCode, randomness.bytes))
    const ephemeral = randomness.keyPair()
    pairingEphemeral = ephemeral
    const wrappedEphemeral = wrapPublicKey({ key, salt, iv: randomness.bytes(16), publicKey: ephemeral.public })
    feed({ type: 'code-prepared', prepared: { code, ephemeral, wrappedEphemeral } })
  }

  const reserve = async (): Promise<void> => {
    const refusal = await hold?.reserve()
    feed(refusal === undefined ? { type: 'reserved' } : { type: 'not-reserved', error: refusal })
  }

  const unwrap = async (effect: Extract<Effect, { type: 'unwrap' }>): Promise<void> => {
    warmPreKeys()
    const key = await deriveCodeKey(effect.code, saltOf(effect.wrapped))
    const unwrapped = {
      primaryEphemeral: unwrapPublicKey(key, effect.wrapped),
      random: randomness.bytes(32),
      bundleSalt: randomness.bytes(32),
      nonce: randomness.bytes(12),
    }
    feed({ type: 'unwrapped', answer: effect.answer, unwrapped })
  }

  const save = async (effect: Extract<Effect, { type: 'store' }>): Promise<void> => {
    const set = await takePreKeys()
    const credentials = buildCredentials({
      identity,
      pairingEphemeral: pairingEphemeral ?? randomness.keyPair(),
      account: effect.account,
      deviceSignature: effect.signature,
      advSecret: effect.advSecret,
      routingInfo: effect.routingInfo,
    })
    try {
      await store.saveLinked({
        session,
        deviceName: options.device.name,
        credentials,
        preKeys: set.slice(0, PRE_KEY_COUNT).map((keyPair, index) => ({ id: index + 1, keyPair })),
        at: new Date(clock.now()),
      })
    } catch (cause) {
      returnPreKeys(set)
      return feed({
        type: 'not-stored',
        error: new LinkError('store-error', 'the link could not be stored', { cause }),
      })
    }
    feed({ type: 'stored' })
  }

  const settle = async (): Promise<void> => {
    await hold?.release()
    resolve()
  }

  const settleFailed = async ({ error, slot }: Extract<Effect, { type: 'fail' }>): Promise<void> => {
    try {
      reject((await hold?.end(slot, error)) ?? error)
    } catch {
      reject(error)
    }
  }

  ended.catch(() => {})
  feed({ type: 'start' })
  return {
    state: () => state.link,
    refresh: () => feed({ type: 'refresh' }),
    cancel: (error) => feed({ type: 'cancel', error }),
    ended,
  }
}

function asLinkError(cause: unknown): LinkError {
  if (cause instanceof LinkError) return cause
  return new LinkError('store-error', 'an unexpected fault ended the link', { cause })
}

function shortNumber({ bytes }: Randomness): number {
  return Buffer.from(bytes(2)).readUInt16BE()
}

/** What explains an end, and no secret: an `ackId` names a stanza that we owe an ack for, which is a bug of ours. */
function endForLog(end: ConnectionEnd): object {
  if (end.kind === 'closed') return { kind: end.kind }
  if (end.kind === 'unopened') return { kind: end.kind, code: end.error.code, reason: end.error.reason }
  return end
}

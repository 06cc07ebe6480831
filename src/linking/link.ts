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
import type { ConnectionEnd } from '../wire/ends.ts'
import { type AccountHold, createAccountHold } from './account-hold.ts'
import { settingsOf } from './attempt-settings.ts'
import { deriveCodeKey, drawCode, type KeyedCode, saltOf, unwrapPublicKey, wrapPublicKey } from './code-key.ts'
import { buildCredentials } from './credentials.ts'
import type { LinkEvent, LinkState } from './events.ts'
import { type CompanionIdentity, createIdentity } from './identity.ts'
import { LinkWrite } from './link-write.ts'
import {
  type AttemptState,
  type Effect,
  firstState,
  type Input,
  type Moment,
  type Settings,
  type TimerName,
} from './machine/state.ts'
import { step } from './machine/step.ts'
import { invalid } from './option-values.ts'
import type { CheckedOptions } from './options.ts'
import { type CeremonyTable, comparisonEvent, passkeyEvent } from './passkey/events.ts'
import { warmPreKeys } from './pre-keys.ts'
import { type Randomness, systemRandomness } from './randomness.ts'
import { buildRegistrationPayload } from './registration.ts'

export interface AttemptOptions {
  readonly checked: Omit<CheckedOptions, 'ifLinked' | 'firstLogin'>
  readonly store: StoreInternals
  /** Undefined: QR only. */
  readonly phone: { readonly digits: string; readonly accountKey: string } | undefined
  /** Digits of the account that alone may scan the QR code. Undefined: the phone's, else any. */
  readonly account?: string | undefined
  /**
   * Gives a code once, if there is one, and lets go of it. Its key was begun before this room was loaded: the thread pool works
   * on it while modules load.
   */
  readonly takeFirstCode: () => Promise<KeyedCode> | undefined
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
  const attempt = new StartedAttempt(options)
  attempt.feed({ type: 'start' })
  return attempt
}

/** A class: a thousand of them may wait at once, and functions made anew for each weighed 1 KB (measured). */
class StartedAttempt implements Attempt {
  readonly ended: Promise<void>
  readonly #options: AttemptOptions
  readonly #randomness: Randomness
  readonly #identity: CompanionIdentity
  readonly #hold: AccountHold | undefined
  readonly #timers: Partial<Record<TimerName, unknown>> = {}
  readonly #inputs: Input[] = []
  readonly #outcome = deferred<void>()
  readonly #write: LinkWrite
  #state: AttemptState
  #connection: Connection | undefined
  #pairingEphemeral: KeyPair | undefined
  #stepping = false

  constructor(options: AttemptOptions) {
    const { phone, store, clock, randomness = systemRandomness } = options
    this.#options = options
    this.#randomness = randomness
    this.#identity = createIdentity(randomness)
    const settings = settingsOf(options, this.#identity, randomness)
    options.onBegin?.(settings, this.#identity.advSecret)
    this.#state = firstState(settings, this.#identity.advSecret)
    this.#write = new LinkWrite(options)
    this.#hold =
      phone &&
      createAccountHold({
        store,
        accountKey: phone.accountKey,
        clock,
        onLost: (error) => this.feed({ type: 'cancel', error }),
      })
    this.ended = this.#outcome.promise
    this.ended.catch(() => {})
  }

  state(): LinkState {
    return this.#state.link
  }

  refresh(): void {
    this.feed({ type: 'refresh' })
  }

  cancel(error: LinkError): void {
    this.feed({ type: 'cancel', error })
  }

  /** Inputs that an effect causes at once wait for the effects before them. */
  feed(input: Input): void {
    this.#inputs.push(input)
    if (this.#stepping) return
    this.#stepping = true
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) this.#take(next)
    } finally {
      this.#stepping = false
    }
  }

  #take(input: Input): void {
    const moment = { now: this.#options.clock.now(), random: this.#randomness.bytes(32) }
    const result = step(this.#state, input, moment)
    this.#state = result.state
    this.#options.onStep?.(input, moment, result.effects)
    for (const effect of result.effects) this.#perform(effect)
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'connect':
        this.#connection = this.#opened(effect.routingInfo)
        return
      case 'close':
        this.#connection?.close()
        this.#connection = undefined
        return
      case 'send':
        this.#connection?.send(effect.node)
        return
      case 'reply':
        if (this.#connection === undefined) return this.feed({ type: 'reply-lost' })
        // What may have left is tried as if it had: the first login tells.
        this.#connection.send(effect.node, (fate) =>
          this.feed({ type: fate === 'unsent' ? 'reply-lost' : 'reply-sent' }),
        )
        return
      case 'set-timer':
        return this.#setTimer(effect.name, effect.ms)
      case 'clear-timer':
        return this.#clearTimer(effect.name)
      case 'prepare-code':
        return this.#attend(this.#prepareCode())
      case 'reserve':
        return this.#attend(this.#reserve())
      case 'release':
        return this.#attend(this.#hold?.release())
      case 'unwrap':
        return this.#attend(this.#unwrap(effect))
      case 'sign':
        return this.feed({
          type: 'signed',
          signature: this.#randomness.sign(this.#identity.identityKey.private, effect.message),
        })
      case 'ask-passkey':
        return this.#options.onEvent(passkeyEvent(effect, this.#table()))
      case 'ask-comparison':
        return this.#options.onEvent(comparisonEvent(effect, this.#table()))
      case 'store':
        return this.#attend(this.#save(effect))
      case 'withdraw':
        return this.#attend(this.#write.withdraw())
      case 'emit':
        if (effect.event.type === 'code' || effect.event.type === 'qr') warmPreKeys()
        return this.#options.onEvent(effect.event)
      case 'finish':
        return this.#attend(this.#settle())
      case 'fail':
        return this.#attend(this.#settleFailed(effect))
    }
  }

  #table(): CeremonyTable {
    return { state: () => this.#state, feed: (input) => this.feed(input), randomness: this.#randomness }
  }

  #setTimer(name: TimerName, ms: number): void {
    this.#clearTimer(name)
    this.#timers[name] = this.#options.clock.setTimeout(() => this.feed({ type: 'timer', name }), ms)
  }

  #clearTimer(name: TimerName): void {
    if (this.#timers[name] === undefined) return
    this.#options.clock.clearTimeout(this.#timers[name])
    this.#timers[name] = undefined
  }

  /** An effect that fails in a way that nobody foresaw ends the attempt with its cause instead of vanishing. */
  #attend(work: Promise<void> | undefined): void {
    work?.catch((cause: unknown) => {
      this.#options.logger.error({ code: 'unexpected' }, 'an effect of the link failed')
      this.feed({ type: 'cancel', error: asLinkError(cause) })
    })
  }

  /** Node takes an agent's own faults, and one that is for another protocol, for the caller's: it throws at once. */
  #opened(routingInfo: Uint8Array | undefined): Connection | undefined {
    try {
      return this.#connect(routingInfo)
    } catch (cause) {
      const error = invalid('agent cannot be used for this endpoint', cause)
      this.feed({ type: 'ended', end: { kind: 'unopened', error } })
      return undefined
    }
  }

  #connect(routingInfo: Uint8Array | undefined): Connection {
    const { checked, clock, logger, agent } = this.#options
    return openConnection({
      endpoint: checked.endpoint,
      noiseKey: this.#identity.noiseKey,
      payload: buildRegistrationPayload({
        identity: this.#identity,
        device: checked.device,
        version: checked.version,
        country: checked.country,
        fullHistory: checked.fullHistory,
      }),
      clock,
      random: Math.random,
      idPrefix: this.#state.settings.idPrefix,
      timeoutMs: checked.connectTimeoutMs,
      logger,
      ...(agent && { agent }),
      ...(routingInfo && { routingInfo }),
      onOpen: () => this.feed({ type: 'connected' }),
      onNode: (node) => this.feed({ type: 'node', node }),
      onEnd: (end) => {
        this.#connection = undefined
        logger.debug(endForLog(end), 'the connection ended')
        this.feed({ type: 'ended', end })
      },
    })
  }

  async #prepareCode(): Promise<void> {
    const { checked, takeFirstCode } = this.#options
    const { bytes, keyPair } = this.#randomness
    const { code, salt, key } = await (takeFirstCode() ?? drawCode(checked.fixedCode, bytes))
    const ephemeral = keyPair()
    this.#pairingEphemeral = ephemeral
    const wrappedEphemeral = wrapPublicKey({ key, salt, iv: bytes(16), publicKey: ephemeral.public })
    this.feed({ type: 'code-prepared', prepared: { code, ephemeral, wrappedEphemeral } })
  }

  async #reserve(): Promise<void> {
    const refusal = await this.#hold?.reserve()
    this.feed(refusal === undefined ? { type: 'reserved' } : { type: 'not-reserved', error: refusal })
  }

  async #unwrap(effect: Extract<Effect, { type: 'unwrap' }>): Promise<void> {
    warmPreKeys()
    const { bytes } = this.#randomness
    const key = await deriveCodeKey(effect.code, saltOf(effect.wrapped))
    const unwrapped = {
      primaryEphemeral: unwrapPublicKey(key, effect.wrapped),
      random: bytes(32),
      bundleSalt: bytes(32),
      nonce: bytes(12),
    }
    this.feed({ type: 'unwrapped', answer: effect.answer, unwrapped })
  }

  /** One that was withdrawn before it was begun: nobody asks any more. */
  async #save({ account, signature, advSecret, routingInfo }: Extract<Effect, { type: 'store' }>): Promise<void> {
    const credentials = buildCredentials({
      identity: this.#identity,
      pairingEphemeral: this.#pairingEphemeral ?? this.#randomness.keyPair(),
      account,
      deviceSignature: signature,
      advSecret,
      routingInfo,
    })
    const written = await this.#write.store(credentials)
    if (written instanceof LinkError) this.feed({ type: 'not-stored', error: written })
    else if (written === 'stored') this.feed({ type: 'stored' })
  }

  async #settle(): Promise<void> {
    await this.#hold?.release()
    this.#outcome.resolve()
  }

  async #settleFailed({ error, slot }: Extract<Effect, { type: 'fail' }>): Promise<void> {
    try {
      this.#outcome.reject((await this.#hold?.end(slot, error)) ?? error)
    } catch {
      this.#outcome.reject(error)
    }
  }
}

function asLinkError(cause: unknown): LinkError {
  if (cause instanceof LinkError) return cause
  return new LinkError('store-error', 'an unexpected fault ended the link', { cause })
}

/** What explains an end, and no secret: an `ackId` names a stanza that we owe an ack for, which is a bug of ours. */
function endForLog(end: ConnectionEnd): object {
  if (end.kind === 'closed') return { kind: end.kind }
  if (end.kind === 'unopened') return { kind: end.kind, code: end.error.code, reason: end.error.reason }
  return end
}

// Runs the machine of one attempt as its shell would, in virtual time: timers, answers to effects, a record of everything. At
// every step it checks what must hold whatever happens (see `rules`), so each scenario is also a proof of these.
import { LinkError } from '../../src/errors.ts'
import { resolveDevice } from '../../src/linking/device.ts'
import type { LinkEvent } from '../../src/linking/events.ts'
import {
  type AttemptState,
  type Effect,
  firstState,
  type Input,
  type PreparedCode,
  type Settings,
  type TimerName,
  type Unwrapped,
} from '../../src/linking/machine/state.ts'
import { step } from '../../src/linking/machine/step.ts'
import { codeFromBytes } from '../../src/linking/pairing-code.ts'
import { sign } from '../../src/wire/bridge.ts'
import { childOf, type Node } from '../../src/wire/nodes.ts'
import { DEFAULTS } from './checked-options.ts'
import { bytesFrom, keyPairFrom, toHex } from './keys.ts'
import { createRules } from './machine-rules.ts'

/** What the shell does by itself for an effect, unless a test takes it over. */
export type Answer = 'connected' | 'code-prepared' | 'reserved' | 'unwrapped' | 'signed' | 'stored' | 'reply-sent'

export interface DriveOptions {
  readonly settings?: Partial<Settings>
  /** These effects wait for the test to feed their answer. */
  readonly held?: readonly Answer[]
  readonly seed?: string
  /** False: leaves out the rules about what follows once the account is proven, which have tests of their own. */
  readonly afterProof?: boolean
}

export type Outcome = Extract<Effect, { type: 'finish' | 'fail' }>

export interface Driver {
  readonly state: AttemptState
  /** ms since the attempt began. */
  readonly now: number
  readonly events: readonly LinkEvent[]
  readonly effects: readonly { readonly at: number; readonly effect: Effect }[]
  readonly sent: readonly Node[]
  /** ms at which each running timer fires. */
  readonly timers: ReadonlyMap<TimerName, number>
  readonly outcome: Outcome | undefined
  /** Every (state, input) pair that was met. */
  readonly met: ReadonlySet<string>
  /** Gives all effects of it, those of the shell's own answers included. */
  feed(input: Input): readonly Effect[]
  receive(stanza: Node): readonly Effect[]
  /** Fires what is due, in order. */
  advance(ms: number): readonly Effect[]
  /** Nothing comes any more but timers: until none is left. Gives the time at which the attempt was over. */
  runOut(): number
  /** What the shell would answer to this effect; also for a held one. */
  answerTo(effect: Effect): Input | undefined
  /** The same, for held ones only. */
  owed(effect: Effect): Input | undefined
}

const ANSWERS: Readonly<Partial<Record<Effect['type'], Answer>>> = {
  connect: 'connected',
  'prepare-code': 'code-prepared',
  reserve: 'reserved',
  unwrap: 'unwrapped',
  sign: 'signed',
  store: 'stored',
  reply: 'reply-sent',
}

export const OUR_IDENTITY = keyPairFrom('companion identity')
export const OUR_NOISE_KEY = keyPairFrom('companion noise')
/** The keys of the phone that typed the right code. */
export const PHONE = { ephemeral: keyPairFrom('phone ephemeral'), identity: keyPairFrom('phone identity') }
/** Made once: a key pair costs more than all the rest of a step. */
const ephemerals = ['one', 'two', 'three', 'four', 'five'].map((label) => keyPairFrom(`companion ephemeral ${label}`))
export const FIRST_SECRET = bytesFrom('the first adv secret')
/** Virtual time does not begin at zero: nothing may count from there. */
const EPOCH = 1_780_000_000_000
export const dateAt = (ms: number): Date => new Date(EPOCH + ms)

export const SETTINGS: Settings = {
  digits: '12025550123',
  device: resolveDevice({ name: 'Acme Sales', os: 'Windows' }, 'linux'),
  noisePublicKey: OUR_NOISE_KEY.public,
  identityKey: OUR_IDENTITY,
  ...DEFAULTS,
  retry: { attempts: 3, delayMs: 5_000, maxDelayMs: 60_000 },
  idPrefix: '7.7-',
}

export function drive(options: DriveOptions = {}): Driver {
  const settings = { ...SETTINGS, ...options.settings }
  const held = new Set<Answer>(options.held)
  const seed = options.seed ?? 'driver'
  let state = firstState(settings, Uint8Array.from(FIRST_SECRET))
  let now = 0
  let drawn = 0
  let outcome: Outcome | undefined
  const events: LinkEvent[] = []
  const effects: { at: number; effect: Effect }[] = []
  const sent: Node[] = []
  const timers = new Map<TimerName, number>()
  const met = new Set<string>()
  const rules = createRules(settings, { afterProof: options.afterProof ?? true })

  const random = (length = 32): Uint8Array => {
    drawn += 1
    return Uint8Array.from(bytesFrom(`${seed} ${drawn}`, length))
  }

  const prepared = (): PreparedCode => ({
    code: codeFromBytes(random(5)),
    ephemeral: ephemerals[drawn % ephemerals.length] ?? OUR_IDENTITY,
    wrappedEphemeral: Buffer.concat([random(), random(), random(16)]),
  })

  const unwrapped = (): Unwrapped => ({
    primaryEphemeral: PHONE.ephemeral.public,
    random: random(),
    bundleSalt: random(),
    nonce: random(12),
  })

  const answerTo = (effect: Effect): Input | undefined => {
    switch (effect.type) {
      case 'connect':
        return { type: 'connected' }
      case 'prepare-code':
        return { type: 'code-prepared', prepared: prepared() }
      case 'reserve':
        return { type: 'reserved' }
      case 'unwrap':
        return { type: 'unwrapped', answer: effect.answer, unwrapped: unwrapped() }
      case 'sign':
        return { type: 'signed', signature: sign(OUR_IDENTITY.private, effect.message) }
      case 'store':
        return { type: 'stored' }
      case 'reply':
        return { type: 'reply-sent' }
      default:
        return undefined
    }
  }

  const perform = (effect: Effect): Input | undefined => {
    effects.push({ at: now, effect })
    if (effect.type === 'set-timer') {
      // Set again, it is the youngest: of two due at once the older fires first.
      timers.delete(effect.name)
      timers.set(effect.name, now + effect.ms)
    } else if (effect.type === 'clear-timer') timers.delete(effect.name)
    else if (effect.type === 'send' || effect.type === 'reply') sent.push(effect.node)
    else if (effect.type === 'emit') events.push(effect.event)
    else if (effect.type === 'finish' || effect.type === 'fail') outcome = effect
    return isHeld(effect) ? undefined : answerTo(effect)
  }

  const isHeld = ({ type }: Effect): boolean => {
    const answer = ANSWERS[type]
    return answer !== undefined && held.has(answer)
  }

  const feed = (first: Input): readonly Effect[] => {
    const inputs = [first]
    const caused: Effect[] = []
    for (let input = inputs.shift(); input !== undefined; input = inputs.shift()) {
      met.add(`${nameOfState(state)} × ${nameOfInput(input)}`)
      const moment = { now: EPOCH + now, random: random() }
      const result = rules.watch(state, input, moment, () => step(state, input as Input, moment))
      state = result.state
      for (const effect of result.effects) {
        caused.push(effect)
        const answer = perform(effect)
        if (answer !== undefined) inputs.push(answer)
      }
      rules.afterStep(state, timers)
    }
    return caused
  }

  const next = (): readonly [TimerName, number] | undefined => {
    const due = [...timers.values()].reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY)
    return [...timers].find(([, at]) => at === due)
  }

  const fire = ([name, at]: readonly [TimerName, number]): readonly Effect[] => {
    now = Math.max(now, at)
    timers.delete(name)
    return feed({ type: 'timer', name })
  }

  return {
    get state() {
      return state
    },
    get now() {
      return now
    },
    events,
    effects,
    sent,
    timers,
    get outcome() {
      return outcome
    },
    met,
    feed,
    receive: (node) => feed({ type: 'node', node }),
    advance(ms) {
      const until = now + ms
      const caused: Effect[] = []
      for (let due = next(); due !== undefined && due[1] <= until; due = next()) caused.push(...fire(due))
      now = until
      return caused
    },
    runOut() {
      for (let fired = 0; ; fired += 1) {
        const due = next()
        if (due === undefined) return now
        if (fired > 10_000) throw new Error('the timers never end')
        fire(due)
      }
    },
    answerTo,
    owed: (effect) => (isHeld(effect) ? answerTo(effect) : undefined),
  }
}

/** A state by the names of its parts. */
export function nameOfState({ connection, code, passkey, pairing, over }: AttemptState): string {
  if (over) return 'over'
  const confirming = code.name === 'live' && code.confirming !== undefined
  const ceremony = passkey.name === 'idle' ? '' : `/passkey ${passkey.name}`
  return `${connection.name}/${confirming ? 'confirming' : code.name}/${pairing.name}${ceremony}`
}

export function nameOfInput(input: Input): string {
  if (input.type === 'timer') return `timer ${input.name}`
  if (input.type === 'ended') return `ended ${input.end.kind}`
  if (input.type !== 'node') return input.type
  const { tag, attrs, content } = input.node
  const child = Array.isArray(content) ? (content as readonly Node[])[0] : undefined
  const stage = childOf(input.node, 'link_code_companion_reg')?.attrs['stage']
  return `${tag} ${attrs['type'] ?? ''} ${stage ?? child?.tag ?? ''}`.trim()
}

/** What tells two secrets apart in a failed test without showing more than is needed. */
export function secretOf(driver: Driver): string {
  return toHex(driver.state.advSecret).slice(0, 16)
}

export const CANCELLED = new LinkError('cancelled', 'the link was cancelled')

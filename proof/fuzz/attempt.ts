// One attempt in virtual time, without a shell: each effect that wants an answer is owed one, and whoever drives decides when it
// comes. The rules of test/linking/machine-rules.ts are held at every step, and every error must be one of the contract.
import { ERROR_CODES, LinkError } from '../../src/errors.ts'
import type { LinkEvent } from '../../src/linking/events.ts'
import {
  type AttemptState,
  type Effect,
  firstState,
  type Input,
  type Settings,
  type TimerName,
} from '../../src/linking/machine/state.ts'
import { step } from '../../src/linking/machine/step.ts'
import { codeFromBytes } from '../../src/linking/pairing-code.ts'
import { childOf, type Node } from '../../src/wire/nodes.ts'
import { keyPairFrom } from '../../test/linking/keys.ts'
import { createRules } from '../../test/linking/machine-rules.ts'
import { Broken } from './broken.ts'
import type { Draw } from './draw.ts'

export interface Attempt {
  readonly settings: Settings
  readonly state: AttemptState
  /** ms, as `Moment.now`. */
  readonly now: number
  readonly timers: ReadonlyMap<TimerName, number>
  /** What effects are to be answered with, oldest first. */
  readonly owed: readonly Input[]
  /** Of the newest stanzas of each kind that went out. */
  readonly helloId: string | undefined
  readonly finishId: string | undefined
  /** Every step, shortly, for whoever looks for the reason of a fault. */
  readonly trace: readonly string[]
  feed(input: Input): void
  /** Feeds the oldest owed answer of this type; false when none is owed. */
  answer(type: Input['type']): boolean
  /** Fires a running timer: at its time, or late, when others went first. */
  fire(name: TimerName): void
  /** A stanza came over no connection, which cannot be: what follows from it is held to fewer rules. */
  leaveReality(): void
  readonly isReal: boolean
}

const EPOCH = 1_790_000_000_000
/** Made once: a key pair costs more than all the rest of a step. */
const EPHEMERALS = ['one', 'two', 'three', 'four'].map((label) => keyPairFrom(`fuzz companion ephemeral ${label}`))
const PHONES = ['one', 'two'].map((label) => keyPairFrom(`fuzz phone ephemeral ${label}`))

export function createAttempt(settings: Settings, advSecret: Uint8Array, draw: Draw): Attempt {
  let state = firstState(settings, advSecret)
  let now = EPOCH + draw.number(1_000_000)
  let helloId: string | undefined
  let finishId: string | undefined
  let real = true
  const timers = new Map<TimerName, number>()
  const owed: Input[] = []
  const trace: string[] = []
  const codes = new Set<string>()
  const rules = createRules(settings, {
    get afterProof() {
      return real
    },
  })

  const answerTo = (effect: Effect): Input | undefined => {
    switch (effect.type) {
      case 'connect':
        return { type: 'connected' }
      case 'prepare-code':
        return preparedCode(draw)
      case 'reserve':
        return { type: 'reserved' }
      case 'unwrap':
        return unwrappedAnswer(effect.answer, draw.pick(PHONES).public, draw)
      case 'sign':
        return { type: 'signed', signature: draw.bytes(64) }
      case 'store':
        return { type: 'stored' }
      case 'reply':
        return { type: 'reply-sent' }
      default:
        return undefined
    }
  }

  const note = (effect: Effect): void => {
    if (effect.type === 'set-timer') timers.set(effect.name, now + effect.ms)
    else if (effect.type === 'clear-timer') timers.delete(effect.name)
    else if (effect.type === 'send') noteSent(effect.node)
    else if (effect.type === 'emit') noteTold(effect.event)
    else if (effect.type === 'fail') checkError(effect.error)
    const answer = answerTo(effect)
    if (answer !== undefined) owed.push(answer)
  }

  const noteSent = (stanza: Node): void => {
    const stage = childOf(stanza, 'link_code_companion_reg')?.attrs['stage']
    if (stage === 'companion_hello') helloId = stanza.attrs['id']
    if (stage === 'companion_finish') finishId = stanza.attrs['id']
  }

  const noteTold = (event: LinkEvent): void => {
    if (event.type === 'code') codes.add(event.code)
    if (event.type === 'retrying') checkError(event.error)
  }

  /** One of ours, whole, and without the number or a code in its words. */
  const checkError = (error: unknown): void => {
    if (!(error instanceof LinkError)) throw new Broken(`an error that is not a LinkError: ${String(error)}`)
    if (!ERROR_CODES.includes(error.code)) throw new Broken(`an error code that the contract does not have`)
    const { status, retryAfterMs, message, advice } = error
    if (status !== undefined && !Number.isSafeInteger(status)) throw new Broken(`${status} is no status`)
    if (retryAfterMs !== undefined && !(Number.isSafeInteger(retryAfterMs) && retryAfterMs >= 0))
      throw new Broken(`${retryAfterMs} ms is no time to wait`)
    const words = `${message} ${advice}`
    const secrets = [settings.digits ?? '\0', ...codes, ...[...codes].map((code) => code.replace('-', ''))]
    if (secrets.some((secret) => words.includes(secret))) throw new Broken(`a secret in an error: ${words}`)
    if (words.length > 1_000) throw new Broken('an error of more than 1,000 characters')
  }

  const feed = (input: Input): void => {
    now += draw.number(20)
    if (trace.length < 400) trace.push(shortly(input))
    const moment = { now, random: draw.bytes(32) }
    const result = rules.watch(state, input, moment, () => step(state, input, moment))
    state = result.state
    for (const effect of result.effects) note(effect)
    rules.afterStep(state, timers)
  }

  return {
    settings,
    get state() {
      return state
    },
    get now() {
      return now
    },
    timers,
    owed,
    get helloId() {
      return helloId
    },
    get finishId() {
      return finishId
    },
    trace,
    feed,
    answer(type) {
      const at = owed.findIndex((input) => input.type === type)
      const [input] = at === -1 ? [] : owed.splice(at, 1)
      if (input !== undefined) feed(input)
      return input !== undefined
    },
    fire(name) {
      const due = timers.get(name)
      if (due === undefined) throw new Broken(`timer ${name} does not run`)
      now = Math.max(now, due)
      timers.delete(name)
      feed({ type: 'timer', name })
    },
    leaveReality() {
      real = false
    },
    get isReal() {
      return real
    },
  }
}

export function preparedCode(draw: Draw): Extract<Input, { type: 'code-prepared' }> {
  const code = codeFromBytes(draw.bytes(5))
  return {
    type: 'code-prepared',
    prepared: { code, ephemeral: draw.pick(EPHEMERALS), wrappedEphemeral: draw.bytes(80) },
  }
}

/** What a wrong code gives: a key of low order at worst, else one that nobody has. */
export function unwrappedByWrongCode(answer: number, draw: Draw): Extract<Input, { type: 'unwrapped' }> {
  return unwrappedAnswer(answer, draw.chance(0.5) ? new Uint8Array(32) : draw.bytes(32), draw)
}

function unwrappedAnswer(
  answer: number,
  primaryEphemeral: Uint8Array,
  draw: Draw,
): Extract<Input, { type: 'unwrapped' }> {
  const unwrapped = {
    primaryEphemeral,
    random: draw.bytes(32),
    bundleSalt: draw.bytes(32),
    nonce: draw.bytes(12),
  }
  return { type: 'unwrapped', answer, unwrapped }
}

function shortly(input: Input): string {
  if (input.type === 'timer') return `timer ${input.name}`
  if (input.type === 'ended') return `ended ${input.end.kind}`
  if (input.type !== 'node') return input.type
  const { tag, attrs, content } = input.node
  const children = Array.isArray(content) ? content.map((child) => child.tag).join(' ') : typeof content
  return `<${tag} ${JSON.stringify(attrs).slice(0, 120)}> ${children.slice(0, 80)}`
}

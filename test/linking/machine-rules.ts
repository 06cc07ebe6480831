// What must hold at every step of every attempt, checked from outside: only inputs, effects and states are looked at.
import { createHmac } from 'node:crypto'
import { proto } from 'baileys/WAProto/index.js'
import type { AttemptState, Effect, Input, Moment, Settings, Step, TimerName } from '../../src/linking/machine/state.ts'
import { displayCode } from '../../src/linking/pairing-code.ts'
import { verify } from '../../src/wire/bridge.ts'
import { bytesOf, childOf, type Node } from '../../src/wire/nodes.ts'
import { toHex } from './keys.ts'

export interface Rules {
  /** Runs one step and holds it against the rules. Throws a RuleBroken. */
  watch(state: AttemptState, input: Input, moment: Moment, run: () => Step): Step
  afterStep(state: AttemptState, timers: ReadonlyMap<TimerName, number>): void
}

export class RuleBroken extends Error {}

export function createRules(settings: Settings, options: { readonly afterProof: boolean }): Rules {
  let over = false
  let connected = false
  /** The code in each request that is out, by IQ id. */
  const asked = new Map<string, string>()
  let accepted: string | undefined
  /** The ref of that code, and how many answers of phones to it were taken. */
  let acceptedRef: Uint8Array | undefined
  let answers = 0
  let onShow: string | undefined
  let proven = false
  let stored = false
  let replied = false
  let reserved = false
  /** Wrapped key → code: what a request asks for. */
  const prepared = new Map<string, string>()

  const broken = (rule: string): never => {
    throw new RuleBroken(rule)
  }

  const before = (state: AttemptState, input: Input): void => {
    // What came has come over a connection.
    if (input.type === 'connected' || input.type === 'node') connected = true
    if (input.type === 'ended') leaveConnection()
    if (input.type === 'reserved') reserved = true
    if (input.type === 'code-prepared') prepared.set(toHex(input.prepared.wrappedEphemeral), input.prepared.code)
    if (input.type === 'stored' && state.pairing.name === 'storing') stored = true
    if (input.type !== 'node') return
    const { node } = input
    const code = asked.get(node.attrs['id'] ?? '')
    if (
      node.tag === 'iq' &&
      node.attrs['type'] === 'result' &&
      node.attrs['from'] === 's.whatsapp.net' &&
      code !== undefined
    ) {
      asked.delete(node.attrs['id'] ?? '')
      const ref = bytesOf(childOf(childOf(node, 'link_code_companion_reg'), 'link_code_pairing_ref'))
      if (ref !== undefined && ref.length > 0) {
        accepted = code
        acceptedRef = Uint8Array.from(ref)
      }
    }
    if (isProof(node, state.advSecret, settings.identityKey.public)) proven = true
  }

  const leaveConnection = (): void => {
    connected = false
    asked.clear()
    accepted = undefined
  }

  const check = (effect: Effect, before: AttemptState, input: Input): void => {
    if (over) broken(`nothing happens after the end, but "${effect.type}" did`)
    if (options.afterProof && before.pairing.name !== 'none') checkAfterProof(effect)
    switch (effect.type) {
      case 'send':
      case 'reply': {
        // A reply that finds no connection is lost, which the shell tells: that is how the machine learns of it. A refusal of the
        // proof may come too late as well, and is dropped.
        if (!connected && effect.type === 'send' && effect.node.attrs['type'] !== 'error')
          broken('nothing is sent without a connection')
        const reg = childOf(effect.node, 'link_code_companion_reg')
        if (reg?.attrs['stage'] === 'companion_hello') {
          if (!reserved) broken('no code is asked for without its slot')
          if (onShow !== undefined) broken('no code is asked for while another is on show')
          const wrapped = toHex(bytesOf(childOf(reg, 'link_code_pairing_wrapped_companion_ephemeral_pub')) ?? [])
          asked.set(
            effect.node.attrs['id'] ?? '',
            prepared.get(wrapped) ?? broken('a code that nobody prepared is asked for'),
          )
        }
        if (childOf(effect.node, 'pair-device-sign') !== undefined) {
          if (!stored) broken('pair-device-sign goes out only after the store has confirmed')
          if (replied) broken('pair-device-sign goes out once')
          replied = true
        }
        return
      }
      case 'emit':
        return checkEvent(effect.event, input)
      case 'store':
        if (!proven) broken('nothing is stored before the proof of the account')
        return
      case 'close':
        return leaveConnection()
      case 'reserve':
      case 'release':
        reserved = false
        return
      case 'finish':
        if (!replied) broken('a link is finished only after our reply')
        over = true
        return
      case 'fail':
        over = true
        return
      case 'set-timer':
        if (!Number.isFinite(effect.ms) || effect.ms < 0 || effect.ms > 2 ** 31 - 1)
          broken(`${effect.ms} ms is no time for a timer`)
        return
      default:
        return
    }
  }

  /** Once an account is proven and being stored, the link is completed; only the store or the network can stop it. */
  const checkAfterProof = (effect: Effect): void => {
    if (effect.type === 'connect') broken('no connection is opened once the account is proven')
    if (effect.type === 'send' && childOf(effect.node, 'link_code_companion_reg') !== undefined)
      broken('no code is asked for or confirmed once the account is proven')
    if (effect.type === 'emit' && effect.event.type !== 'paired')
      broken(`"${effect.event.type}" is not told once the account is proven`)
    if (effect.type === 'fail' && effect.error.code !== 'store-error' && effect.error.code !== 'network')
      broken(`"${effect.error.code}" does not end a link once the account is proven`)
  }

  const checkEvent = (event: Extract<Effect, { type: 'emit' }>['event'], input: Input): void => {
    if (event.type === 'confirming') checkAnswer(input)
    if (event.type === 'code') {
      if (accepted === undefined) broken('no code is shown before WhatsApp accepted it')
      if (displayCode(accepted ?? '') !== event.code) broken('the code that is shown is the one that WhatsApp accepted')
      if (onShow !== undefined) broken('at most one code is on show')
      onShow = event.code
      answers = 0
    }
    if (event.type === 'code-expired') {
      if (onShow === undefined) broken('only a code on show can expire')
      onShow = undefined
    }
    if (event.type === 'paired' && !replied) broken('paired is told only after our reply')
  }

  /** Section 4: a whole primary_hello for the code on show, and three of them at most. */
  const checkAnswer = (input: Input): void => {
    if (onShow === undefined) broken('an answer is taken for a code on show alone')
    answers += 1
    if (answers > 3) broken('a code takes three answers at most')
    const reg = input.type === 'node' ? childOf(input.node, 'link_code_companion_reg') : undefined
    if (reg?.attrs['stage'] !== 'primary_hello') broken('only a primary_hello answers a code')
    const ref = bytesOf(childOf(reg, 'link_code_pairing_ref'))
    if (ref === undefined || acceptedRef === undefined || Buffer.compare(ref, acceptedRef) !== 0)
      broken('an answer is taken only when it names the ref of the code on show')
    if (bytesOf(childOf(reg, 'link_code_pairing_wrapped_primary_ephemeral_pub'))?.length !== 80)
      broken('an answer is taken only with a wrapped key of 80 bytes')
    if (bytesOf(childOf(reg, 'primary_identity_pub'))?.length !== 32)
      broken('an answer is taken only with an identity of 32 bytes')
  }

  return {
    watch(state, input, moment, run) {
      const held = [state, input, moment].map(heldStill)
      before(state, input)
      const result = run()
      for (const [index, changed] of held.entries())
        if (changed())
          broken(`a step changes nothing that it was given, but it changed its ${['state', 'input', 'moment'][index]}`)
      checkAck(state, input, result.effects, broken)
      for (const effect of result.effects) check(effect, state, input)
      return result
    },
    afterStep(state, timers) {
      if (state.over !== over) broken('over is said once, by an effect, and in the state')
      if (over && timers.size > 0)
        broken(`no timer runs on after the end, but these do: ${[...timers.keys()].join(', ')}`)
    },
  }
}

/** Each notification is acked once, first of all, and nothing else ever is. */
function checkAck(
  state: AttemptState,
  input: Input,
  effects: readonly Effect[],
  broken: (rule: string) => never,
): void {
  const acks = effects.flatMap((effect) => (effect.type === 'send' && effect.node.tag === 'ack' ? [effect.node] : []))
  const owed = input.type === 'node' && input.node.tag === 'notification' && !state.over
  if (acks.length !== (owed ? 1 : 0)) broken(`${owed ? 'one ack is' : 'no ack is'} owed, and ${acks.length} went out`)
  if (!owed || input.type !== 'node') return
  const [first] = effects
  if (first?.type !== 'send' || first.node !== acks[0]) broken('the ack goes out first')
  const { id, from, type, participant, recipient } = input.node.attrs
  const expected = { class: 'notification', id, to: from, type, participant, recipient }
  for (const [name, value] of Object.entries(expected))
    if (acks[0]?.attrs[name] !== value) broken(`the ack has the ${name} of its notification`)
  if (Object.keys(acks[0]?.attrs ?? {}).length > Object.values(expected).filter((value) => value !== undefined).length)
    broken('the ack has nothing more')
}

/** Section 7, once more: with Baileys' schema and our verifier, apart from the code under test. */
function isProof(stanza: Node, advSecret: Uint8Array, identity: Uint8Array): boolean {
  const success = childOf(stanza, 'pair-success')
  const wrapped = bytesOf(childOf(success, 'device-identity'))
  if (stanza.tag !== 'iq' || stanza.attrs['from'] !== 's.whatsapp.net' || wrapped === undefined) return false
  try {
    const { details, hmac, accountType } = proto.ADVSignedDeviceIdentityHMAC.decode(wrapped)
    const prefix = accountType === proto.ADVEncryptionType.HOSTED ? [6, 5] : []
    const ours = createHmac('sha256', advSecret)
      .update(Buffer.from(prefix))
      .update(details ?? new Uint8Array())
      .digest()
    if (!ours.equals(hmac ?? new Uint8Array())) return false
    const signed = proto.ADVSignedDeviceIdentity.decode(details ?? new Uint8Array())
    const inner = proto.ADVDeviceIdentity.decode(signed.details ?? new Uint8Array())
    const head = inner.deviceType === proto.ADVEncryptionType.HOSTED ? [6, 5] : [6, 0]
    const message = Buffer.concat([Buffer.from(head), signed.details ?? new Uint8Array(), identity])
    return verify(signed.accountSignatureKey ?? new Uint8Array(), message, signed.accountSignature ?? new Uint8Array())
  } catch {
    return false
  }
}

/** Freezes objects; bytes cannot be frozen, so they are compared. */
function heldStill(root: object): () => boolean {
  const copies: (readonly [Uint8Array, Uint8Array])[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (value instanceof Uint8Array) {
      copies.push([value, Uint8Array.from(value)])
      return
    }
    if (value instanceof Error || value instanceof Date) return
    Object.freeze(value)
    for (const member of Object.values(value)) visit(member)
  }
  visit(root)
  return () => copies.some(([bytes, copy]) => Buffer.compare(bytes, copy) !== 0)
}

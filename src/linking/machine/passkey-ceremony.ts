// No I/O. No clock. The passkey ceremony from the owner's answer to our request (docs/protocol.md section 6): commit, take the
// phone's half, reveal, compare if the phone cannot know us, and hand over the new adv secret.
import { LinkError } from '../../errors.ts'
import type { Node } from '../../wire/nodes.ts'
import { answersIq, readIqAnswer } from '../iq.ts'
import { continueCeremony, handoffProof, prologuePayload, sealPairingRequest } from '../passkey/agreement.ts'
import {
  buildNonce,
  buildPairingRequest,
  buildPrologue,
  buildRefRequest,
  type PrimaryHalf,
  refTextOf,
} from '../passkey/stanzas.ts'
import { refusalOfPasskey } from '../refusals.ts'
import { CONFIRMATION_MS } from './confirmation.ts'
import { fail } from './ending.ts'
import {
  isAwaited,
  isCompared,
  notAnswered,
  type PasskeyAnswered,
  STEP_MS,
  takeFetchedOptions,
} from './passkey-request.ts'
import {
  type AttemptState,
  type CeremonyIq,
  clearTimers,
  type Effect,
  type Handoff,
  type Moment,
  type PasskeyState,
  type Step,
  setTimer,
  stay,
} from './state.ts'

/** ms. A proof under an older secret is left out, and codes are compared instead. */
const HANDOFF_MS = 5 * 60_000
/** ms for the phone's half after our prologue. Our choice: no source names a limit. */
const CONTINUATION_MS = 120_000

type Running = Exclude<PasskeyState, { name: 'idle' }>
type Named<Name extends PasskeyState['name']> = Extract<PasskeyState, { name: Name }>

/** A question of the ceremony: its number, the stanza, and the note that it was asked. */
function ask(
  state: AttemptState,
  step: CeremonyIq['step'],
  build: (id: string) => Node,
): { readonly lastIq: number; readonly iq: CeremonyIq; readonly send: Effect } {
  const lastIq = state.lastIq + 1
  const id = `${state.settings.idPrefix}${lastIq}`
  return { lastIq, iq: { id, step }, send: { type: 'send', node: build(id) } }
}

/** The owner has confirmed. The ref of the ceremony is fetched only now: it has a short life. */
export function takeAnswer(state: AttemptState, { ceremony, assertion, keys }: PasskeyAnswered): Step {
  const { passkey } = state
  if (passkey.name !== 'asked' || !isAwaited(state, ceremony)) return stay(state)
  const { handoff, asked } = passkey
  const { lastIq, iq, send } = ask(state, 'ref', buildRefRequest)
  return stay(
    { ...state, lastIq, passkey: { name: 'fetching-ref', handoff, assertion, keys, asked: [...asked, iq] } },
    setTimer('passkey-answer', STEP_MS),
    send,
  )
}

/** Any answer to a question of the ceremony; undefined for every other stanza. An error to any of them ends it. */
export function takeCeremonyIq(state: AttemptState, stanza: Node, moment: Moment): Step | undefined {
  const { passkey } = state
  if (passkey.name === 'idle') return undefined
  const asked = passkey.asked.find(({ id }) => answersIq(stanza, id))
  if (asked === undefined) return undefined
  const answer = readIqAnswer(stanza)
  if (answer.kind === 'error') return fail(state, refusalOfPasskey(asked.step, answer.error))
  return takeResult(state, passkey, asked, stanza, moment)
}

/** A result counts once, and only for the step that waits for it. */
function takeResult(state: AttemptState, passkey: Running, asked: CeremonyIq, stanza: Node, moment: Moment): Step {
  if (passkey.asked.at(-1) !== asked) return stay(state)
  if (passkey.name === 'fetching-options') return takeFetchedOptions(state, passkey, stanza, moment)
  if (passkey.name === 'fetching-ref') return sendPrologue(state, passkey, stanza, moment)
  if (passkey.name === 'prologue-sent') return stay(state, ...clearTimers('passkey-answer'))
  if (passkey.name === 'revealing') return passkey.proven ? request(state, passkey) : compare(state, passkey)
  return stay(state)
}

/** What the continuation needs is held before the prologue leaves: it may come before the answer to it. */
function sendPrologue(state: AttemptState, passkey: Named<'fetching-ref'>, stanza: Node, { now }: Moment): Step {
  const ref = refTextOf(stanza)
  if (ref === undefined)
    return fail(state, new LinkError('server-error', 'WhatsApp named no reference for the passkey confirmation'))
  const { keys, handoff, assertion } = passkey
  const { platformType } = state.settings.device
  const payload = prologuePayload({
    ephemeral: keys.ephemeral.public,
    nonce: keys.nonce,
    deviceType: platformType,
    ref,
  })
  const proof = isYoung(handoff, now) ? handoffProof(handoff.key, payload) : undefined
  const { lastIq, iq, send } = ask(state, 'prologue', (id) => buildPrologue(id, { assertion, payload, proof }))
  const proven = proof !== undefined
  return stay(
    {
      ...state,
      lastIq,
      passkey: { name: 'prologue-sent', keys, ref, proven, asked: [...passkey.asked, iq] },
    },
    setTimer('passkey', CONTINUATION_MS),
    setTimer('passkey-answer', STEP_MS),
    send,
  )
}

function isYoung(handoff: Handoff | undefined, now: number): handoff is Handoff {
  return handoff !== undefined && now - handoff.at < HANDOFF_MS
}

/** The phone's half, once. Our nonce leaves only now: that is what the commitment is for. */
export function takeContinuation(state: AttemptState, half: PrimaryHalf | undefined): Step {
  const { passkey } = state
  if (passkey.name !== 'prologue-sent') return stay(state)
  const { keys, ref, proven } = passkey
  const { platformType } = state.settings.device
  const continued =
    half &&
    continueCeremony({
      ephemeral: keys.ephemeral,
      nonce: keys.nonce,
      deviceType: platformType,
      ref,
      primaryKey: half.publicKey,
      primaryNonce: half.nonce,
    })
  if (continued === undefined)
    return fail(state, new LinkError('verification-failed', 'the phone’s half of the passkey confirmation was wrong'))
  const { lastIq, iq, send } = ask(state, 'nonce', (id) => buildNonce(id, keys.nonce))
  return stay(
    {
      ...state,
      lastIq,
      passkey: { name: 'revealing', keys, proven, ...continued, asked: [...passkey.asked, iq] },
    },
    ...clearTimers('passkey'),
    setTimer('passkey-answer', STEP_MS),
    send,
  )
}

/** The phone cannot know who we are, so a person looks at both screens. */
function compare(state: AttemptState, { keys, key, code, asked }: Named<'revealing'>): Step {
  return stay(
    { ...state, link: 'verify', passkey: { name: 'comparing', keys, key, asked } },
    ...clearTimers('passkey-answer'),
    { type: 'ask-comparison', ceremony: state.ceremonies, code },
  )
}

export function takeComparison(state: AttemptState, ceremony: number, equal: boolean): Step {
  const { passkey } = state
  if (passkey.name !== 'comparing' || !isCompared(state, ceremony)) return stay(state)
  if (equal) return request(state, passkey)
  return fail(
    state,
    new LinkError('verification-failed', 'the codes on the two screens differ: somebody stands between', {
      advice: 'Nothing was linked. Try again from a network that you trust.',
    }),
  )
}

/** The new secret is in force before it leaves: `pair-success` may overtake the answer. */
function request(state: AttemptState, { keys, key, asked }: Named<'revealing' | 'comparing'>): Step {
  const { settings } = state
  const sealed = sealPairingRequest({
    key,
    iv: keys.iv,
    noisePublicKey: settings.noisePublicKey,
    identityPublicKey: settings.identityKey.public,
    newSecret: keys.newSecret,
  })
  const { lastIq, iq, send } = ask(state, 'pairing request', (id) => buildPairingRequest(id, sealed))
  return stay(
    {
      ...state,
      lastIq,
      link: 'confirming',
      advSecret: keys.newSecret,
      secretTold: true,
      passkey: { name: 'requested', asked: [...asked, iq] },
    },
    ...clearTimers('passkey', 'passkey-answer'),
    setTimer('passkey', CONFIRMATION_MS),
    send,
  )
}

/** The owner did not answer, the phone did not, or WhatsApp did not confirm: each with its limit. */
export function passkeyTimedOut(state: AttemptState): Step {
  switch (state.passkey.name) {
    case 'asked':
    case 'fetching-ref':
      return fail(state, notAnswered())
    case 'prologue-sent':
      return fail(state, expired(`the phone did not go on within ${CONTINUATION_MS} ms of the passkey`))
    case 'requested':
      return fail(state, expired(`WhatsApp did not confirm the link within ${CONFIRMATION_MS} ms of the passkey`))
    default:
      return stay(state)
  }
}

function expired(message: string): LinkError {
  return new LinkError('expired', message, { advice: 'Link again and keep the phone at hand.' })
}

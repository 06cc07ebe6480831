// No I/O. No clock. The phone answered a code: our half of the agreement (docs/protocol.md section 4).

import type { Node } from '../../wire/nodes.ts'
import { buildCompanionFinish } from '../companion-finish.ts'
import { readIqAnswer } from '../iq.ts'
import { agreeOnSecret } from '../key-agreement.ts'
import type { PrimaryHello } from '../notifications.ts'
import { refusalOfFinish } from '../refusals.ts'
import { codeDied } from './code.ts'
import { fail } from './ending.ts'
import { redraw } from './qr.ts'
import { type AttemptState, andThen, emit, type Moment, type Step, setTimer, stay, type Unwrapped } from './state.ts'

/** ms from each accepted answer to `pair-success`. Silence means that the phone could not open our bundle. */
export const CONFIRMATION_MS = 60_000
/** Answers that one code takes; more are ignored and the timer of the last decides. */
const MAX_ANSWERS = 3

/** The rules of acceptance, in their order. One that is rejected changes nothing: no timer, no counter, no secret. */
export function takePrimaryHello(state: AttemptState, hello: PrimaryHello, { now }: Moment): Step {
  const { code } = state
  if (code.name !== 'live' || state.pairing.name !== 'none' || state.passkey.name !== 'idle') return stay(state)
  if (Buffer.compare(hello.ref, code.ref) !== 0) return stay(state)
  if (now > code.expiresAt || code.accepted >= MAX_ANSWERS) return stay(state)
  const answers = state.answers + 1
  return stay(
    { ...state, link: 'confirming', answers, code: { ...code, accepted: code.accepted + 1, confirming: hello } },
    setTimer('confirmation', CONFIRMATION_MS),
    { type: 'unwrap', answer: answers, code: code.prepared.code, wrapped: hello.wrappedEphemeral },
    emit({ type: 'confirming' }),
  )
}

/**
 * Derive, hold, send: one critical section. The secret is held before the bundle leaves, so that a lost answer cannot
 * leave the two sides apart. An answer that a later one has overtaken is dropped.
 */
export function takeUnwrapped(state: AttemptState, answer: number, unwrapped: Unwrapped): Step {
  const { code, settings } = state
  if (code.name !== 'live' || code.confirming === undefined || answer !== state.answers) return stay(state)
  if (settings.digits === undefined || state.pairing.name !== 'none') return stay(state)
  // The server wants a passkey in the place of this answer, and the ceremony makes its own secret.
  if (state.passkey.name !== 'idle') return stay(state)
  const agreement = agreeOnSecret({
    ephemeral: code.prepared.ephemeral,
    identity: settings.identityKey,
    primaryIdentity: code.confirming.identity,
    ...unwrapped,
  })
  if (agreement === undefined) return stay(state)
  const lastIq = state.lastIq + 1
  const finishId = `${settings.idPrefix}${lastIq}`
  const finish = buildCompanionFinish({
    id: finishId,
    digits: settings.digits,
    wrappedBundle: agreement.wrappedBundle,
    identity: settings.identityKey.public,
    ref: code.ref,
  })
  const sent = stay(
    { ...state, lastIq, advSecret: agreement.advSecret, secretTold: true, code: { ...code, finishId } },
    { type: 'send', node: finish },
  )
  return andThen(sent, (now) => redraw(now))
}

/** A refusal ends the attempt with its reason; no answer changes nothing by itself. */
export function takeFinishAnswer(state: AttemptState, stanza: Node): Step {
  const answer = readIqAnswer(stanza)
  return answer.kind === 'error' ? fail(state, refusalOfFinish(answer.error)) : stay(state)
}

export function confirmationTimedOut(state: AttemptState, moment: Moment): Step {
  if (state.passkey.name !== 'idle') return stay(state)
  if (state.code.name !== 'live' || state.code.confirming === undefined) return stay(state)
  return codeDied(state, 'unanswered', moment)
}

/** The 180 s are over; but what a phone has answered in time is still decided by its own minute. */
export function codeTimedOut(state: AttemptState, moment: Moment): Step {
  if (state.code.name !== 'live' || state.code.confirming !== undefined) return stay(state)
  if (state.passkey.name !== 'idle') return stay(state)
  return codeDied(state, 'timeout', moment)
}

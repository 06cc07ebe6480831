// No I/O. No clock. A code from its keys to its end: preparing, asking, live, dead (docs/protocol.md section 3).
import { LinkError } from '../../errors.ts'
import type { Node } from '../../wire/nodes.ts'
import { buildCompanionHello, readHelloAnswer } from '../companion-hello.ts'
import type { LinkEvent } from '../events.ts'
import { displayCode } from '../pairing-code.ts'
import { refusalOfHello } from '../refusals.ts'
import { expired, fail, retryOrFail } from './ending.ts'
import { isSpent, keepQr, redraw } from './qr.ts'
import {
  type AttemptState,
  andThen,
  clearTimers,
  type Effect,
  emit,
  type Moment,
  type PreparedCode,
  type Step,
  setTimer,
  stay,
} from './state.ts'

/** ms. After this nobody knows whether WhatsApp took the request; the code was not shown, so it may be asked again. */
const ANSWER_MS = 30_000

/**
 * Asks for the next code of this attempt: new keys, a new slot, and a connection if there is none. After the last one the
 * attempt ends with `exhausted`.
 */
export function beginCode(state: AttemptState, exhausted: LinkError = expired(state.codes)): Step {
  if (state.codes >= state.settings.maxCodes) return fail(state, exhausted)
  const begun: AttemptState = {
    ...state,
    link: 'connecting',
    codes: state.codes + 1,
    tries: 1,
    counted: false,
    code: { name: 'preparing', prepared: undefined, reserved: false },
  }
  return andThen(stay(begun, { type: 'prepare-code' }, { type: 'reserve' }), connectForCode)
}

/** The next try for the same code number: its slot is kept, its keys are new. */
export function retryCode(state: AttemptState): Step {
  if (state.code.name !== 'waiting') return stay(state)
  const { reserved } = state.code
  const begun: AttemptState = {
    ...state,
    link: 'connecting',
    code: { name: 'preparing', prepared: undefined, reserved },
  }
  return andThen(stay(begun, { type: 'prepare-code' }), connectForCode)
}

/** Where QR codes stand beside codes, spent ones come back only with a new connection; now none lives on the old one. */
function connectForCode(state: AttemptState): Step {
  return andThen(isSpent(state) ? dropConnection(state) : stay(state), connectIfClosed)
}

export function connectIfClosed(state: AttemptState): Step {
  if (state.connection.name !== 'closed') return stay(state)
  const connect: Effect = { type: 'connect', routingInfo: state.routingInfo }
  return stay({ ...state, link: 'connecting', connection: { name: 'opening' } }, emit({ type: 'connecting' }), connect)
}

export function takePrepared(state: AttemptState, prepared: PreparedCode, moment: Moment): Step {
  if (state.code.name !== 'preparing') return stay(state)
  return askIfReady({ ...state, code: { ...state.code, prepared } }, moment)
}

export function takeReservation(state: AttemptState, moment: Moment): Step {
  if (state.code.name !== 'preparing' && state.code.name !== 'waiting') return stay(state)
  return askIfReady({ ...state, code: { ...state.code, reserved: true } }, moment)
}

/** Keys, slot and connection come in any order; the last of them sends the request. */
export function askIfReady(state: AttemptState, { now }: Moment): Step {
  const { code, settings } = state
  if (code.name !== 'preparing' || code.prepared === undefined || !code.reserved) return stay(state)
  if (state.connection.name !== 'ready' || settings.digits === undefined) return stay(state)
  if (state.passkey.name !== 'idle') return stay(state)
  const lastIq = state.lastIq + 1
  const iqId = `${settings.idPrefix}${lastIq}`
  const hello = buildCompanionHello({
    id: iqId,
    digits: settings.digits,
    notify: settings.notify,
    wrappedEphemeral: code.prepared.wrappedEphemeral,
    noisePublicKey: settings.noisePublicKey,
    companionPlatformId: settings.device.companionPlatformId,
    display: settings.device.display,
  })
  return stay(
    {
      ...state,
      lastIq,
      code: {
        name: 'asking',
        iqId,
        prepared: code.prepared,
        expiresAt: now + settings.codeTtlMs,
        takenBack: undefined,
      },
    },
    { type: 'send', node: hello },
    setTimer('answer', ANSWER_MS),
  )
}

/** WhatsApp's answer to the request. Only from here on may anyone see the code. */
export function takeHelloAnswer(state: AttemptState, stanza: Node, moment: Moment): Step {
  const { code } = state
  const { now } = moment
  if (code.name !== 'asking') return stay(state)
  const answer = readHelloAnswer(stanza)
  if (answer.kind === 'refused') return retryOrFail(state, refusalOfHello(answer.error))
  if (answer.kind === 'no-ref')
    return retryOrFail(state, new LinkError('server-error', 'WhatsApp accepted the code but named no reference for it'))
  const { prepared, expiresAt, takenBack } = code
  if (expiresAt <= now)
    return andThen(stay({ ...state, code: { name: 'paused' } }, ...clearTimers('answer')), (late) => beginCode(late))
  const shown = stay(
    {
      ...state,
      link: 'code',
      code: {
        name: 'live',
        prepared,
        ref: answer.ref,
        expiresAt,
        accepted: 0,
        confirming: undefined,
        finishId: undefined,
      },
    },
    ...clearTimers('answer'),
    setTimer('code', Math.max(0, expiresAt - now)),
    emit({ type: 'code', code: displayCode(prepared.code), expiresAt: new Date(expiresAt), number: state.codes }),
  )
  // Said dead as any other that is taken back, so that a person who has to ask for the next one is told.
  if (takenBack === undefined || Buffer.compare(takenBack.ref, answer.ref) !== 0) return shown
  return andThen(shown, (live) => codeDied(live, 'refresh', moment, { manual: takenBack.manual }))
}

/** Silence: the connection itself is in doubt, so the next try gets a new one. */
export function answerTimedOut(state: AttemptState): Step {
  if (state.code.name !== 'asking') return stay(state)
  const error = new LinkError('network', `WhatsApp did not answer the code request within ${ANSWER_MS} ms`)
  return andThen(dropConnection(state), (dropped) => retryOrFail(dropped, error))
}

/** Timers of what lives and dies with a connection, but for the code, whose end is told. */
export const CONNECTION_TIMERS = ['pair-device', 'answer', 'qr', 'passkey', 'passkey-answer'] as const

export function dropConnection(state: AttemptState): Step {
  return stay(
    { ...state, connection: { name: 'closed' }, qr: undefined, passkey: { name: 'idle' } },
    ...clearTimers(...CONNECTION_TIMERS),
    { type: 'close' },
  )
}

export type CodeEnd = Extract<LinkEvent, { type: 'code-expired' }>['reason']

/**
 * The live code is dead. Forgets it, replaces the adv secret if a phone may have learnt of it, redraws the QR code, and
 * only then tells; after that the next code, or the wait for a person.
 */
export function codeDied(
  state: AttemptState,
  reason: CodeEnd,
  moment: Moment,
  options: { readonly manual?: boolean; readonly exhausted?: LinkError } = {},
): Step {
  const manual = options.manual === true || state.settings.refresh === 'manual'
  const told = tellDead(state, reason, moment, manual)
  if (!manual) return andThen(told, (now) => beginCode(now, options.exhausted))
  return andThen(
    andThen(told, (now) => stay({ ...now, link: 'connecting' }, { type: 'release' })),
    renewSpentQr,
  )
}

/** Beside a code that waits for a person, spent QR codes are renewed by a new connection. */
export function renewSpentQr(state: AttemptState): Step {
  return isSpent(state) ? andThen(dropConnection(state), keepQr) : stay(state)
}

/** Forgotten first, then told. */
export function tellDead(state: AttemptState, reason: CodeEnd, moment: Moment, manual: boolean): Step {
  return andThen(forgetCode(state, moment), (now) => stay(now, emit({ type: 'code-expired', reason, manual })))
}

function forgetCode(state: AttemptState, moment: Moment): Step {
  const touched = state.code.name === 'live' && state.code.accepted > 0
  const forgotten: AttemptState = { ...state, code: { name: 'paused' } }
  const cleared = stay(forgotten, ...clearTimers('code', 'confirmation'))
  if (!touched) return cleared
  return andThen(cleared, (now) => redraw({ ...now, advSecret: moment.random, secretTold: false }))
}

/** The caller gives up the code on show, or asks for the first one after a pause. */
export function refresh(state: AttemptState, moment: Moment): Step {
  if (state.code.name === 'paused') return beginCode(state)
  if (state.code.name !== 'live') return stay(state)
  return andThen(tellDead(state, 'refresh', moment, false), (now) => beginCode(now))
}

// No I/O. No clock. No randomness. One linking attempt as a function: all that WhatsApp sends, all timers and all commands
// are inputs; all that is sent, shown, kept or waited for are effects.
import { LinkError } from '../../errors.ts'
import { type ConnectionEnd, isRestart } from '../../wire/ends.ts'
import { bytesOf, childOf, type Node } from '../../wire/nodes.ts'
import { answersIq } from '../iq.ts'
import { buildAck, readNotification } from '../notifications.ts'
import { buildPairDeviceAnswer, readPairDevice } from '../pair-device.ts'
import { readPairSuccess } from '../pair-success.ts'
import { errorOfEnd } from '../refusals.ts'
import {
  answerTimedOut,
  askIfReady,
  beginCode,
  CONNECTION_TIMERS,
  codeDied,
  connectIfClosed,
  dropConnection,
  refresh,
  renewSpentQr,
  retryCode,
  takeHelloAnswer,
  takePrepared,
  takeReservation,
  tellDead,
} from './code.ts'
import {
  codeTimedOut,
  confirmationTimedOut,
  takeFinishAnswer,
  takePrimaryHello,
  takeUnwrapped,
} from './confirmation.ts'
import { expired, fail, retryOrFail } from './ending.ts'
import {
  endedWhilePairing,
  notStored,
  replyLost,
  replySent,
  restartTimedOut,
  stored,
  storeTimedOut,
  takePairSuccess,
  takeSignature,
} from './pairing.ts'
import { passkeyTimedOut, takeAnswer, takeCeremonyIq, takeComparison, takeContinuation } from './passkey-ceremony.ts'
import { notAnswered, STEP_MS, takePasskeyRequest } from './passkey-request.ts'
import { keepQr, nextRef, redraw, takeRefs } from './qr.ts'
import {
  type AttemptState,
  andThen,
  clearTimers,
  type Input,
  type Moment,
  type Step,
  setTimer,
  stay,
  type TakenBack,
  type TimerName,
} from './state.ts'

export function step(state: AttemptState, input: Input, moment: Moment): Step {
  if (state.over) return stay(state)
  switch (input.type) {
    case 'start':
      return start(state, moment)
    case 'connected':
      return connected(state)
    case 'node':
      return takeNode(state, input.node, moment)
    case 'ended':
      return takeEnd(state, input.end, moment)
    case 'timer':
      return takeTimer(state, input.name, moment)
    case 'code-prepared':
      return takePrepared(state, input.prepared, moment)
    case 'reserved':
      return takeReservation(state, moment)
    case 'not-reserved':
      return notReserved(state, input.error)
    case 'unwrapped':
      return takeUnwrapped(state, input.answer, input.unwrapped)
    case 'passkey-answered':
      return takeAnswer(state, input)
    case 'codes-compared':
      return takeComparison(state, input.ceremony, input.equal)
    case 'signed':
      return takeSignature(state, input.signature)
    case 'stored':
      return stored(state)
    case 'not-stored':
      return notStored(state, input.error)
    case 'reply-sent':
      return replySent(state)
    case 'reply-lost':
      return replyLost(state)
    case 'refresh':
      return state.pairing.name === 'none' ? takeRefresh(state, moment) : stay(state)
    case 'cancel':
      return isPastReturn(state) ? stay(state) : fail(state, input.error)
  }
}

/** Once the write has begun, the account is confirmed and the link is finished, not cancelled. */
function isPastReturn({ pairing }: AttemptState): boolean {
  return pairing.name !== 'none'
}

function connected(state: AttemptState): Step {
  if (state.connection.name !== 'opening') return stay(state)
  return stay({ ...state, connection: { name: 'open' } }, setTimer('pair-device', state.settings.connectTimeoutMs))
}

/** Nothing was asked of WhatsApp, and no slot was taken. */
function notReserved(state: AttemptState, error: LinkError): Step {
  if (state.code.name !== 'preparing' && state.code.name !== 'waiting') return stay(state)
  return fail({ ...state, code: { name: 'paused' } }, error)
}

function start(state: AttemptState, { now }: Moment): Step {
  const { timeoutMs } = state.settings
  const begun = stay({ ...state, endsAt: now + timeoutMs }, setTimer('attempt', timeoutMs))
  return andThen(begun, state.settings.digits === undefined ? beginQrRound : (now) => beginCode(now))
}

/** Without a number, a round is one connection and its refs. */
function beginQrRound(state: AttemptState): Step {
  if (state.codes >= state.settings.maxCodes) return fail(state, expired(state.codes))
  return connectIfClosed({ ...state, link: 'connecting', codes: state.codes + 1 })
}

function takeRefresh(state: AttemptState, moment: Moment): Step {
  if (state.passkey.name !== 'idle') return leaveCeremony(state, moment)
  if (state.settings.digits !== undefined) return refresh(state, moment)
  if (state.connection.name === 'opening' || state.connection.name === 'open') return stay(state)
  return andThen(dropConnection(state), beginQrRound)
}

/**
 * The caller starts over instead of confirming. The ceremony dies with its connection; once the new secret is out, the phone
 * may be linking already, and a minute tells.
 */
function leaveCeremony(state: AttemptState, moment: Moment): Step {
  const { passkey, code } = state
  if (passkey.name === 'requested' || code.name === 'preparing' || code.name === 'waiting') return stay(state)
  return andThen(dropConnection(state), (dropped) =>
    state.settings.digits === undefined ? beginQrRound(dropped) : refresh(dropped, moment),
  )
}

function takeNode(state: AttemptState, stanza: Node, moment: Moment): Step {
  if (stanza.tag === 'notification') return takeNotification(state, stanza, moment)
  if (stanza.tag === 'ib') return takeInfo(state, stanza)
  if (stanza.tag !== 'iq') return stay(state)
  const refs = readPairDevice(stanza)
  if (refs !== undefined) return takePairDevice(state, stanza, refs, moment)
  if (state.code.name === 'asking' && answersIq(stanza, state.code.iqId)) return takeHelloAnswer(state, stanza, moment)
  if (state.code.name === 'live' && answersIq(stanza, state.code.finishId)) return takeFinishAnswer(state, stanza)
  if (state.pairing.name !== 'none') return stay(state)
  const inCeremony = takeCeremonyIq(state, stanza, moment)
  if (inCeremony !== undefined) return inCeremony
  const { advSecret, settings } = state
  const success = readPairSuccess(stanza, { advSecret, identityPublicKey: settings.identityKey.public })
  return success === undefined ? stay(state) : takePairSuccess(state, success)
}

/** From here on, and not before, WhatsApp takes code requests on this connection. */
function takePairDevice(state: AttemptState, stanza: Node, refs: readonly string[], moment: Moment): Step {
  const answered = stay(
    { ...state, connection: { name: 'ready' }, link: state.settings.digits === undefined ? 'code' : state.link },
    { type: 'send', node: buildPairDeviceAnswer(stanza) },
    ...clearTimers('pair-device'),
  )
  if (state.pairing.name !== 'none') return answered
  return andThen(
    andThen(answered, (ready) => takeRefs(ready, refs, moment)),
    (shown) => askIfReady(shown, moment),
  )
}

/** Bytes: the connection sends it before its header, with a length of three bytes; what is known has less than 20. */
const MAX_ROUTING_INFO = 4096

/**
 * The address of the edge that knows us: the next connection starts with it. And the word that the phone which scanned is too
 * old: the picture stays good, so it is drawn again with that notice.
 */
function takeInfo(state: AttemptState, stanza: Node): Step {
  const given = bytesOf(childOf(childOf(stanza, 'edge_routing'), 'routing_info'))
  const isRoute = given !== undefined && given.length > 0 && given.length <= MAX_ROUTING_INFO
  const routed = isRoute ? { ...state, routingInfo: given } : state
  return childOf(stanza, 'downgrade_webclient') === undefined ? stay(routed) : redraw(routed, 'no-multi-device')
}

/** Ack, then decide. */
function takeNotification(state: AttemptState, stanza: Node, moment: Moment): Step {
  const acked = stay(state, { type: 'send', node: buildAck(stanza) })
  if (state.pairing.name !== 'none') return acked
  const notification = readNotification(stanza)
  return andThen(acked, (now) => {
    switch (notification.kind) {
      case 'primary-hello':
        return takePrimaryHello(now, notification.hello, moment)
      case 'refresh-code':
        return takeRefreshCode(now, notification, moment)
      case 'refresh-registration':
        return takeRefreshRegistration(now, moment)
      case 'passkey-request':
        return takePasskeyRequest(now, notification.options, moment)
      case 'passkey-continuation':
        return takeContinuation(now, notification.half)
      case 'other':
        return stay(now)
    }
  })
}

/**
 * The code is dead at once, also while the phone's answer is being checked; not once a passkey took the code's place. One that
 * overtakes the answer to the request is kept until that names the ref.
 */
function takeRefreshCode(state: AttemptState, { ref, manual }: TakenBack, moment: Moment): Step {
  if (state.code.name === 'asking') return stay({ ...state, code: { ...state.code, takenBack: { ref, manual } } })
  if (state.code.name !== 'live' || Buffer.compare(ref, state.code.ref) !== 0) return stay(state)
  if (state.passkey.name !== 'idle') return stay(state)
  return codeDied(state, 'refresh', moment, { manual })
}

/**
 * A new adv secret and a new picture. But a `companion_finish` that is out has made its own secret, which must stay, and so has
 * a passkey ceremony that committed itself.
 */
function takeRefreshRegistration(state: AttemptState, moment: Moment): Step {
  if (state.code.name === 'live' && state.code.finishId !== undefined) return stay(state)
  if (isCommitted(state)) return stay(state)
  return redraw({ ...state, advSecret: moment.random, secretTold: false }, 'scan-again')
}

function isCommitted({ passkey }: AttemptState): boolean {
  return ['prologue-sent', 'revealing', 'comparing', 'requested'].includes(passkey.name)
}

/** The connection is gone, and with it whatever code was live on it and whatever ceremony was on. */
function takeEnd(state: AttemptState, end: ConnectionEnd, moment: Moment): Step {
  if (state.pairing.name !== 'none') return endedWhilePairing(state, end)
  const closed = stay(
    { ...state, connection: { name: 'closed' }, qr: undefined, passkey: { name: 'idle' } },
    ...clearTimers(...CONNECTION_TIMERS),
  )
  return andThen(closed, (now) => goOn(now, { before: state, error: errorOfEnd(end), atOnce: isRestart(end) }, moment))
}

interface Loss {
  /** With the connection still there. */
  readonly before: AttemptState
  readonly error: LinkError
  /** WhatsApp itself wished for a new connection. */
  readonly atOnce: boolean
}

function goOn(state: AttemptState, { before, error, atOnce }: Loss, moment: Moment): Step {
  const { code } = state
  if (!error.retryable) return fail(state, error)
  if (code.name === 'live' && error.code === 'rate-limited')
    return andThen(tellDead(state, 'disconnected', moment, false), (dead) => fail(dead, error))
  if (code.name === 'live') return andThen(codeDied(state, 'disconnected', moment, { exhausted: error }), keepQr)
  // Its timer is running, unless a ceremony stood in its place.
  if (code.name === 'waiting' && before.passkey.name === 'idle') return stay(state)
  if (code.name === 'paused') return keepQr(state)
  const qrWasShown = before.qr !== undefined || before.connection.name === 'ready'
  if (state.settings.digits === undefined && qrWasShown) return beginQrRound({ ...state, tries: 1 })
  return retryOrFail(state, error, atOnce)
}

function takeTimer(state: AttemptState, name: TimerName, moment: Moment): Step {
  switch (name) {
    case 'attempt':
      return isPastReturn(state) ? stay(state) : fail(state, attemptTimedOut(state))
    case 'pair-device':
      return pairDeviceTimedOut(state)
    case 'answer':
      return answerTimedOut(state)
    case 'code':
      return codeTimedOut(state, moment)
    case 'confirmation':
      return confirmationTimedOut(state, moment)
    case 'qr':
      return qrTimedOut(state, moment)
    case 'passkey':
      return passkeyTimedOut(state)
    case 'passkey-answer':
      return passkeyStepTimedOut(state, moment)
    case 'retry':
      return state.code.name === 'waiting' ? retryCode(state) : connectIfClosed(state)
    case 'store':
      return storeTimedOut(state)
    case 'restart':
      return restartTimedOut(state)
  }
}

function attemptTimedOut({ settings, passkey }: AttemptState): LinkError {
  if (passkey.name === 'asked') return notAnswered()
  return new LinkError('expired', `nothing was linked within ${settings.timeoutMs} ms`)
}

function pairDeviceTimedOut(state: AttemptState): Step {
  if (state.connection.name !== 'open') return stay(state)
  const error = new LinkError('network', `WhatsApp did not get ready within ${state.settings.connectTimeoutMs} ms`)
  return andThen(dropConnection(state), (dropped) => retryOrFail(dropped, error))
}

/** Silence in the middle of a ceremony: the connection itself is in doubt, and the ceremony dies with it. */
function passkeyStepTimedOut(state: AttemptState, moment: Moment): Step {
  if (state.passkey.name === 'idle') return stay(state)
  const error = new LinkError('network', `WhatsApp did not answer the passkey confirmation within ${STEP_MS} ms`)
  return andThen(dropConnection(state), (dropped) => goOn(dropped, { before: state, error, atOnce: false }, moment))
}

/** Refs that ran out never close a connection that a code lives on; without a number, the next round begins. */
function qrTimedOut(state: AttemptState, moment: Moment): Step {
  if (state.passkey.name !== 'idle') return stay(state)
  return andThen(nextRef(state, moment), (next) => {
    if (next.qr !== undefined) return stay(next)
    if (next.settings.digits !== undefined) return next.code.name === 'paused' ? renewSpentQr(next) : stay(next)
    if (next.settings.refresh === 'manual') return dropConnection({ ...next, link: 'connecting' })
    return andThen(dropConnection(next), beginQrRound)
  })
}

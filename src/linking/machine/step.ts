// No I/O. No clock. No randomness. One linking attempt as a function: all that WhatsApp sends, all timers and all commands
// are inputs; all that is sent, shown, kept or waited for are effects.
import { LinkError } from '../../errors.ts'
import type { ConnectionEnd } from '../../wire/ends.ts'
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
  codeDied,
  connectIfClosed,
  dropConnection,
  refresh,
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
import { nextRef, redraw, takeRefs } from './qr.ts'
import {
  type AttemptState,
  andThen,
  clearTimers,
  type Input,
  type Moment,
  type Step,
  setTimer,
  stay,
  type TimerName,
} from './state.ts'

export function step(state: AttemptState, input: Input, moment: Moment): Step {
  if (state.over) return stay(state)
  switch (input.type) {
    case 'start':
      return start(state)
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

function start(state: AttemptState): Step {
  const begun = stay(state, setTimer('attempt', state.settings.timeoutMs))
  return andThen(begun, state.settings.digits === undefined ? beginQrRound : (now) => beginCode(now))
}

/** Without a number, a round is one connection and its refs. */
function beginQrRound(state: AttemptState): Step {
  if (state.codes >= state.settings.maxCodes) return fail(state, expired(state.codes))
  return connectIfClosed({ ...state, link: 'connecting', codes: state.codes + 1 })
}

function takeRefresh(state: AttemptState, moment: Moment): Step {
  if (state.settings.digits !== undefined) return refresh(state, moment)
  if (state.connection.name === 'opening' || state.connection.name === 'open') return stay(state)
  return andThen(dropConnection(state), beginQrRound)
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

/** The address of the edge that knows us: the next connection starts with it. */
function takeInfo(state: AttemptState, stanza: Node): Step {
  const routingInfo = bytesOf(childOf(childOf(stanza, 'edge_routing'), 'routing_info'))
  return stay(routingInfo === undefined ? state : { ...state, routingInfo })
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
        return fail(now, new LinkError('passkey-required', 'this account asks for a passkey'))
      case 'other':
        return stay(now)
    }
  })
}

/** The code is dead at once, also while the phone's answer is being checked. */
function takeRefreshCode(
  state: AttemptState,
  { ref, manual }: { readonly ref: Uint8Array; readonly manual: boolean },
  moment: Moment,
): Step {
  if (state.code.name !== 'live' || Buffer.compare(ref, state.code.ref) !== 0) return stay(state)
  return codeDied(state, 'refresh', moment, { manual })
}

/** A new adv secret and a new picture; but a `companion_finish` that is out has made its own secret, which must stay. */
function takeRefreshRegistration(state: AttemptState, moment: Moment): Step {
  if (state.code.name === 'live' && state.code.finishId !== undefined) return stay(state)
  return redraw({ ...state, advSecret: moment.random })
}

/** The connection is gone, and with it whatever code was live on it. */
function takeEnd(state: AttemptState, end: ConnectionEnd, moment: Moment): Step {
  if (state.pairing.name !== 'none') return endedWhilePairing(state, end)
  const qrWasShown = state.qr !== undefined || state.connection.name === 'ready'
  const closed = stay(
    { ...state, connection: { name: 'closed' }, qr: undefined },
    ...clearTimers('pair-device', 'answer', 'qr'),
  )
  const error = errorOfEnd(end)
  return andThen(closed, (now) => {
    if (!error.retryable) return fail(now, error)
    if (now.code.name === 'live' && error.code === 'rate-limited')
      return andThen(tellDead(now, 'disconnected', moment, false), (dead) => fail(dead, error))
    if (now.code.name === 'live') return andThen(codeDied(now, 'disconnected', moment, { exhausted: error }), keepQr)
    if (now.code.name === 'waiting') return stay(now)
    if (now.code.name === 'paused') return keepQr(now)
    if (now.settings.digits === undefined && qrWasShown) return beginQrRound({ ...now, tries: 1 })
    return retryOrFail(now, error)
  })
}

/** ms at least between connections that serve the QR code alone. */
const QR_PAUSE_MS = 1_000

/** While the code waits for a person, the QR code goes on beside it; its new connection takes its time. */
function keepQr(state: AttemptState): Step {
  const wanted = state.settings.qr && state.code.name === 'paused' && state.connection.name === 'closed'
  return wanted ? stay(state, setTimer('retry', Math.max(QR_PAUSE_MS, state.settings.retry.delayMs))) : stay(state)
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
    case 'retry':
      return state.code.name === 'waiting' ? retryCode(state) : connectIfClosed(state)
    case 'store':
      return storeTimedOut(state)
    case 'restart':
      return restartTimedOut(state)
  }
}

function attemptTimedOut({ settings }: AttemptState): LinkError {
  return new LinkError('expired', `nothing was linked within ${settings.timeoutMs} ms`)
}

function pairDeviceTimedOut(state: AttemptState): Step {
  if (state.connection.name !== 'open') return stay(state)
  const error = new LinkError('network', `WhatsApp did not get ready within ${state.settings.connectTimeoutMs} ms`)
  return andThen(dropConnection(state), (dropped) => retryOrFail(dropped, error))
}

/** Refs that ran out never close a connection that a code lives on; without a number, the next round begins. */
function qrTimedOut(state: AttemptState, moment: Moment): Step {
  return andThen(nextRef(state, moment), (next) => {
    if (next.qr !== undefined || next.settings.digits !== undefined) return stay(next)
    if (next.settings.refresh === 'manual') return dropConnection({ ...next, link: 'connecting' })
    return andThen(dropConnection(next), beginQrRound)
  })
}

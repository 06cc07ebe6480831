// No I/O. No clock. The QR codes of a registration connection (docs/protocol.md section 2).
import type { QrNotice } from '../events.ts'
import { qrText, refLifetimeMs } from '../pair-device.ts'
import { type AttemptState, andThen, clearTimers, emit, type Moment, type Step, setTimer, stay } from './state.ts'

/** A new list of refs: replaces the one before. Not during a passkey ceremony, whose secret no picture may carry. */
export function takeRefs(state: AttemptState, refs: readonly string[], moment: Moment): Step {
  if (!state.settings.qr || refs.length === 0 || state.passkey.name !== 'idle') return stay(state)
  return showRef(state, refs, 0, moment)
}

/** The ref on show is spent. `undefined` as the next QR state means that all are. */
export function nextRef(state: AttemptState, moment: Moment): Step {
  if (state.qr === undefined) return stay(state)
  const { refs, index } = state.qr
  if (index + 1 >= refs.length) return stay({ ...state, qr: undefined })
  return showRef(state, refs, index + 1, moment)
}

function showRef(state: AttemptState, refs: readonly string[], index: number, { now }: Moment): Step {
  const ms = refLifetimeMs(index, refs.length)
  const shown = { ...state, qr: { refs, index, expiresAt: now + ms } }
  return andThen(stay(shown, ...clearTimers('qr'), setTimer('qr', ms)), (next) => redraw(next))
}

/**
 * The current ref is drawn again, its lifetime runs on: with a new adv secret the picture on show is wrong. Also while a
 * `companion_finish` is out: then it carries the secret of that, so that a scan links as well as the code.
 */
export function redraw(state: AttemptState, notice?: QrNotice): Step {
  const { qr, settings } = state
  const ref = qr?.refs[qr.index]
  if (qr === undefined || ref === undefined) return stay(state)
  const data = qrText({
    ref,
    noisePublicKey: settings.noisePublicKey,
    identityPublicKey: settings.identityKey.public,
    advSecret: state.advSecret,
    companionPlatformId: settings.device.companionPlatformId,
  })
  const expiresAt = new Date(qr.expiresAt)
  return stay(
    { ...state, secretTold: true },
    emit({ type: 'qr', data, expiresAt, ...(notice === undefined ? {} : { notice }) }),
  )
}

/** The refs of this connection are spent, and no code lives on it: a new connection brings new ones. */
export function isSpent({ settings, connection, qr, code }: AttemptState): boolean {
  return (
    settings.qr && connection.name === 'ready' && qr === undefined && code.name !== 'live' && code.name !== 'asking'
  )
}

/** ms at least between connections that serve the QR code alone. */
const QR_PAUSE_MS = 1_000

/** While the code waits for a person, the QR code goes on beside it; its new connection takes its time. */
export function keepQr(state: AttemptState): Step {
  const wanted = state.settings.qr && state.code.name === 'paused' && state.connection.name === 'closed'
  return wanted ? stay(state, setTimer('retry', Math.max(QR_PAUSE_MS, state.settings.retry.delayMs))) : stay(state)
}

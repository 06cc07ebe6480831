// No I/O. No clock. The QR codes of a registration connection (docs/protocol.md section 2).
import { qrText, refLifetimeMs } from '../pair-device.ts'
import { type AttemptState, clearTimers, emit, type Moment, type Step, setTimer, stay } from './state.ts'

/** A new list of refs: replaces the one before. */
export function takeRefs(state: AttemptState, refs: readonly string[], moment: Moment): Step {
  if (!state.settings.qr || refs.length === 0) return stay(state)
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
  return stay(shown, ...clearTimers('qr'), setTimer('qr', ms), ...draw(shown))
}

/** With a new adv secret the picture on show is wrong: the current ref is drawn again, its lifetime runs on. */
export function redraw(state: AttemptState): Step {
  return stay(state, ...draw(state))
}

/** While a `companion_finish` is out there is no picture: its secret is in use, and changes when nothing comes of it. */
function draw(state: AttemptState) {
  const { qr, settings } = state
  const ref = qr?.refs[qr.index]
  const confirming = state.code.name === 'live' && state.code.finishId !== undefined
  if (qr === undefined || ref === undefined || confirming) return []
  const data = qrText({
    ref,
    noisePublicKey: settings.noisePublicKey,
    identityPublicKey: settings.identityKey.public,
    advSecret: state.advSecret,
    companionPlatformId: settings.device.companionPlatformId,
  })
  return [emit({ type: 'qr', data, expiresAt: new Date(qr.expiresAt) })]
}

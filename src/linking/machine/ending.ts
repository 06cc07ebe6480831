// No I/O. No clock. How an attempt fails, and what it tries again first.
import { LinkError } from '../../errors.ts'
import { type AttemptState, clearTimers, emit, type SlotFate, type Step, setTimer, stay } from './state.ts'

/** Ends the attempt. Everything of it is forgotten; the slot of a code that nobody saw is given back where that is fair. */
export function fail(state: AttemptState, error: LinkError): Step {
  return stay(
    { ...state, link: 'failed', connection: { name: 'closed' }, code: { name: 'none' }, qr: undefined, over: true },
    ...clearTimers('attempt', 'pair-device', 'answer', 'code', 'confirmation', 'qr', 'retry', 'store', 'restart'),
    { type: 'close' },
    { type: 'fail', error, slot: slotFate(state, error) },
  )
}

/**
 * Before a code was accepted: what WhatsApp itself would not count costs nothing; what it counts (400, 429) costs the slot
 * and makes the account wait.
 */
function slotFate(state: AttemptState, error: LinkError): SlotFate {
  const { name } = state.code
  if (name === 'live' || name === 'none' || name === 'paused') return 'keep'
  if (name === 'asking' && (error.code === 'cancelled' || error.code === 'expired')) return 'keep'
  const counted = error.status === 400 || error.status === 429
  return counted ? 'cool-down' : 'give-back'
}

const TRIED_AGAIN: ReadonlySet<string> = new Set(['network', 'server-error', 'rejected'])

/** The next try for the present code (or, without a number, for a connection), after a growing delay; or the end. */
export function retryOrFail(state: AttemptState, error: LinkError): Step {
  const { retry } = state.settings
  if (!TRIED_AGAIN.has(error.code) || !error.retryable || state.tries >= retry.attempts) return fail(state, error)
  const inMs = Math.max(backoffMs(state.tries, retry.delayMs, retry.maxDelayMs), error.retryAfterMs ?? 0)
  const attempt = state.tries + 1
  return stay(
    {
      ...state,
      link: 'retrying',
      tries: attempt,
      code: state.settings.digits === undefined ? state.code : { name: 'waiting' },
    },
    ...clearTimers('answer', 'pair-device'),
    setTimer('retry', inMs),
    emit({ type: 'retrying', attempt, attempts: retry.attempts, inMs, error }),
  )
}

/** Doubles from `delayMs` to `maxDelayMs`. `tries`: how many were made. */
export function backoffMs(tries: number, delayMs: number, maxDelayMs: number): number {
  return Math.min(delayMs * 2 ** (tries - 1), maxDelayMs)
}

export function expired(codes: number): LinkError {
  return new LinkError('expired', codes > 1 ? `none of ${codes} codes was typed in time` : 'the code was not typed in time')
}

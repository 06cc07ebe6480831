// No I/O. No clock. How an attempt fails, and what it tries again first.
import { LinkError } from '../../errors.ts'
import { ALL_TIMERS, type AttemptState, clearTimers, emit, type SlotFate, type Step, setTimer, stay } from './state.ts'

/** Ends the attempt. Everything of it is forgotten; the slot of a code that nobody saw is given back where that is fair. */
export function fail(state: AttemptState, error: LinkError): Step {
  return stay(
    {
      ...state,
      link: 'failed',
      connection: { name: 'closed' },
      code: { name: 'none' },
      qr: undefined,
      passkey: { name: 'idle' },
      over: true,
    },
    ...clearTimers(...ALL_TIMERS),
    { type: 'close' },
    { type: 'fail', error, slot: slotFate(state, error) },
  )
}

/**
 * An attempt that WhatsApp ended with 400 or 429 makes the account wait, whatever was refused. Else, before a code was accepted, what WhatsApp
 * does not count costs nothing; but a request that is out, or was counted once, is spent, also for who cancels.
 */
function slotFate(state: AttemptState, error: LinkError): SlotFate {
  const { name } = state.code
  if (isCounted(error)) return 'cool-down'
  if (name === 'live' || name === 'none' || name === 'paused' || state.counted) return 'keep'
  const wasGivenUp = error.code === 'cancelled' || error.code === 'expired'
  return name === 'asking' && wasGivenUp ? 'keep' : 'give-back'
}

/** A number whose text contradicts it is an unknown refusal, and not retryable. */
function isCounted({ code, status, retryable }: LinkError): boolean {
  return (status === 400 && retryable) || (status === 429 && code === 'rate-limited')
}

const TRIED_AGAIN: ReadonlySet<string> = new Set(['network', 'server-error', 'rejected'])

/**
 * The next try for the present code (or, without a number, for a connection), after a growing delay, or at once when
 * WhatsApp itself wished for a new connection; or the end, also when WhatsApp wants a longer wait than the attempt can last:
 * its limit would end it first, and a timer that is longer than Node can count fires at once.
 */
export function retryOrFail(state: AttemptState, error: LinkError, atOnce = false): Step {
  const { retry } = state.settings
  if (!TRIED_AGAIN.has(error.code) || !error.retryable || state.tries >= retry.attempts) return fail(state, error)
  if (error.retryAfterMs !== undefined && error.retryAfterMs >= state.settings.timeoutMs) return fail(state, error)
  const leastMs = atOnce ? 0 : backoffMs(state.tries, retry.delayMs, retry.maxDelayMs)
  const inMs = Math.max(leastMs, error.retryAfterMs ?? 0)
  const attempt = state.tries + 1
  return stay(
    {
      ...state,
      link: 'retrying',
      tries: attempt,
      counted: state.counted || isCounted(error),
      // A code that waits for a person goes on waiting; only the QR code beside it is tried again.
      code: waitingOf(state),
    },
    ...clearTimers('answer', 'pair-device'),
    setTimer('retry', inMs),
    emit({ type: 'retrying', attempt, attempts: retry.attempts, inMs, error }),
  )
}

/** A slot that was not granted yet may still come, or be refused, while the next try waits. */
function waitingOf({ code }: AttemptState): AttemptState['code'] {
  if (code.name === 'none' || code.name === 'paused') return code
  return { name: 'waiting', reserved: code.name === 'preparing' || code.name === 'waiting' ? code.reserved : true }
}

/** Doubles from `delayMs` to `maxDelayMs`. `tries`: how many were made. */
function backoffMs(tries: number, delayMs: number, maxDelayMs: number): number {
  return Math.min(delayMs * 2 ** (tries - 1), maxDelayMs)
}

export function expired(codes: number): LinkError {
  return new LinkError(
    'expired',
    codes > 1 ? `none of ${codes} codes was typed in time` : 'the code was not typed in time',
  )
}

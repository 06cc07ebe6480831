// Pure. When the next socket comes, after those before it.
import { reconnectDelayMs, type Verdict } from './policy.ts'

/** ms online after which what went wrong before counts no more. */
export const STABLE_MS = 60_000
/** Restarts in a row that are followed at once: a server that asks for ever must not be hammered. */
const RESTARTS_AT_ONCE = 5

/** What went wrong in a row, since the last stable minute. */
export interface Pace {
  readonly failures: number
  readonly restarts: number
}

export const FIRST_PACE: Pace = { failures: 0, restarts: 0 }

/** `wait` undefined: at once. */
export interface NextTry {
  readonly pace: Pace
  readonly wait?: { readonly inMs: number; readonly reason: string }
}

/** `onlineMs`: how long the socket before was online. `random`: 0 to 1. */
export function nextTry(
  before: Pace,
  verdict: Exclude<Verdict, { kind: 'stop' }>,
  onlineMs: number,
  random: number,
): NextTry {
  const pace = onlineMs >= STABLE_MS ? FIRST_PACE : before
  if (verdict.kind === 'wait') return waiting(pace, verdict.reason, verdict.slow, random)
  const restarted = { ...pace, restarts: pace.restarts + 1 }
  if (restarted.restarts <= RESTARTS_AT_ONCE) return { pace: restarted }
  return waiting(restarted, 'WhatsApp asked for a restart again and again (515)', false, random)
}

function waiting(before: Pace, reason: string, slow: boolean, random: number): NextTry {
  const pace = { ...before, failures: before.failures + 1 }
  return { pace, wait: { inMs: reconnectDelayMs(pace.failures, slow, random), reason } }
}

// Pure. What follows from the end of a linked session's connection (docs/protocol.md section 10).
import type { ConnectionEnd } from '../wire/ends.ts'

/** Why a connection stopped for good. */
export type StopReason =
  | 'closed'
  | 'logged-out'
  | 'never-confirmed'
  | 'forbidden'
  | 'temporary-ban'
  | 'replaced'
  | 'refused'
  | 'session-busy'
  | 'bad-session'
  | 'lease-lost'
  | 'outdated-version'
  | 'store-error'
  | 'not-linked'

export type Verdict =
  /** Reconnect at once, with the same credentials. */
  | { readonly kind: 'restart' }
  /** Reconnect after a delay. `slow`: WhatsApp said that we were too fast. */
  | { readonly kind: 'wait'; readonly reason: string; readonly slow: boolean }
  /** `forget`: the credentials are worth nothing any more and go to the archive. `forMs`: how long a ban lasts. */
  | { readonly kind: 'stop'; readonly reason: StopReason; readonly forget: boolean; readonly forMs?: number }

export function verdictOn(end: ConnectionEnd, confirmed: boolean): Verdict {
  switch (end.kind) {
    case 'failure':
      return verdictOnFailure(end, confirmed)
    case 'replaced':
      return stop('replaced', false)
    case 'removed':
      return unlinked(confirmed)
    case 'stream-error':
      return verdictOnStreamError(end, confirmed)
    case 'silent':
      return wait('WhatsApp stopped answering')
    case 'closed':
      return wait('the connection was lost')
    case 'unopened':
      return wait('WhatsApp could not be reached')
  }
}

function verdictOnFailure(end: Extract<ConnectionEnd, { kind: 'failure' }>, confirmed: boolean): Verdict {
  switch (end.reason) {
    case 401:
      return unlinked(confirmed)
    case 402:
      return { ...stop('temporary-ban', false), ...(end.expireS === undefined ? {} : { forMs: end.expireS * 1000 }) }
    case 403:
    case 406:
      return stop('forbidden', true)
    case 405:
      return stop('outdated-version', false)
    case 500:
    case 503:
      return wait(`WhatsApp had a fault of its own (${end.reason})`)
    default:
      return stop('refused', false)
  }
}

function verdictOnStreamError(
  { code, child }: Extract<ConnectionEnd, { kind: 'stream-error' }>,
  confirmed: boolean,
): Verdict {
  if (code === 515) return { kind: 'restart' }
  if (code === 516 || code === 401) return unlinked(confirmed)
  // Baileys' number for `conflict`; WhatsApp has 409. To stop in vain is mended by hand, a fight would go on for ever.
  if (code === 440) return stop('replaced', false)
  if (code === 429) return { kind: 'wait', reason: 'WhatsApp asked for a slower pace (429)', slow: true }
  return wait(`WhatsApp closed the connection (${code ?? child ?? 'no reason given'})`)
}

/** Without any login seen before, the phone never had this device: an interrupted link, not a log-out. */
function unlinked(confirmed: boolean): Verdict {
  return stop(confirmed ? 'logged-out' : 'never-confirmed', true)
}

function wait(reason: string): Verdict {
  return { kind: 'wait', reason, slow: false }
}

function stop(reason: StopReason, forget: boolean): Extract<Verdict, { kind: 'stop' }> {
  return { kind: 'stop', reason, forget }
}

const BASE_MS = 1_000
const CAP_MS = 60_000
const SLOW_BASE_MS = 30_000
const SLOW_CAP_MS = 600_000

/** Exponential with full jitter. `failures`: how many in a row, from 1; `random`: 0 to 1. */
export function reconnectDelayMs(failures: number, slow: boolean, random: number): number {
  const [base, cap] = slow ? [SLOW_BASE_MS, SLOW_CAP_MS] : [BASE_MS, CAP_MS]
  const ceiling = Math.min(cap, base * 2 ** Math.min(failures - 1, 20))
  return Math.round(slow ? ceiling / 2 + (random * ceiling) / 2 : random * ceiling)
}

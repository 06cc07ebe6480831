// Pure. How often codes may be asked for one account: 3 in a sliding window of 10 minutes, and none while it cools down
// after WhatsApp refused (400 or 429).
import type { Slot } from './contract.ts'

export interface CodeLimit {
  readonly codes: number
  readonly windowMs: number
}

export const DEFAULT_LIMIT: CodeLimit = { codes: 3, windowMs: 600_000 }

const FIRST_COOL_DOWN_MS = 60_000
const LONGEST_COOL_DOWN_MS = 3_600_000
/** After this long without a refusal the next one counts as the first again. */
const QUIET_MS = 24 * 3_600_000

/** All times are ms since the epoch. */
export interface AccountLimits {
  readonly slots: readonly { readonly id: string; readonly at: number }[]
  /** The longest window that any limiter used: slots are kept for that long. */
  readonly windowMs: number
  /** Refusals in a row, each less than a quiet day after the one before. */
  readonly refusals: number
  readonly coolUntil: number
}

export const NO_LIMITS: AccountLimits = { slots: [], windowMs: 0, refusals: 0, coolUntil: 0 }

export function peek(state: AccountLimits, now: number, limit: CodeLimit): Slot {
  const taken = state.slots.filter(({ at }) => at > now - limit.windowMs).sort((a, b) => a.at - b.at)
  const coolMs = Math.max(0, state.coolUntil - now)
  const blocking = taken[taken.length - limit.codes]
  const windowMs = blocking === undefined ? 0 : Math.min(limit.windowMs, blocking.at + limit.windowMs - now)
  const retryAfterMs = Math.max(coolMs, windowMs)
  if (retryAfterMs > 0) return { allowed: false, remaining: 0, retryAfterMs }
  return { allowed: true, remaining: limit.codes - taken.length, id: '' }
}

export function take(
  state: AccountLimits,
  now: number,
  limit: CodeLimit,
  id: string,
): { readonly state: AccountLimits; readonly slot: Slot } {
  const seen = peek(state, now, limit)
  if (!seen.allowed) return { state, slot: seen }
  const windowMs = Math.max(state.windowMs, limit.windowMs)
  const slots = [...state.slots.filter(({ at }) => at > now - windowMs), { id, at: now }]
  return { state: { ...state, slots, windowMs }, slot: { allowed: true, remaining: seen.remaining - 1, id } }
}

export function giveBack(state: AccountLimits, id: string): AccountLimits {
  return { ...state, slots: state.slots.filter((slot) => slot.id !== id) }
}

/**
 * The account waits as long as WhatsApp said (`backoffMs`), else 60 s, doubled with each refusal up to 1 h; never less
 * than WhatsApp said.
 */
export function coolDown(
  state: AccountLimits,
  now: number,
  backoffMs?: number,
): { readonly state: AccountLimits; readonly waitMs: number } {
  const refusals = now - state.coolUntil >= QUIET_MS ? 1 : state.refusals + 1
  const doubled = (backoffMs ?? FIRST_COOL_DOWN_MS) * 2 ** Math.min(refusals - 1, 30)
  const waitMs = Math.max(backoffMs ?? 0, Math.min(doubled, LONGEST_COOL_DOWN_MS))
  return { state: { ...state, refusals, coolUntil: Math.max(state.coolUntil, now + waitMs) }, waitMs }
}

/** For how long, in ms, something in it may still matter. */
export function lifetime(state: AccountLimits, now: number): number {
  const cooling = state.refusals === 0 ? 0 : Math.max(0, state.coolUntil - now) + QUIET_MS
  return Math.max(state.windowMs, cooling)
}

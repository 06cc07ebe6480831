import { LinkError } from '../errors.ts'
import type { Slot, Store } from './contract.ts'
import { internalsOf } from './internals.ts'
import { type CodeLimit, DEFAULT_LIMIT } from './limits.ts'

export interface LimitAnswer {
  readonly allowed: boolean
  /** Codes that may still be asked for in this window; after `take`, without the one taken. */
  readonly remaining: number
  /** ms; 0 when allowed. */
  readonly retryAfterMs: number
}

export interface Limiter {
  /** Takes a place in the account's window, when there is one. */
  take(phone: string): Promise<LimitAnswer>
  /** The same answer, and nothing is taken: `allowed` says whether `take` would be. */
  peek(phone: string): Promise<LimitAnswer>
}

/**
 * How often codes may be asked for one account, on every process that uses the store: `codes` (3) in `windowMs`
 * (600,000), and none while WhatsApp's refusal cools down. `link()` uses one by itself: this one is for asking before,
 * and for what asks WhatsApp without `link()`. Spellings of one account count as one.
 *
 * Both methods throw LinkError `invalid-phone`, and StoreError.
 * @throws LinkError invalid-options
 */
export function createLimiter(options: {
  readonly store: Store
  readonly codes?: number
  readonly windowMs?: number
}): Limiter {
  const { limits, clock } = internalsOf(options?.store)
  const limit: CodeLimit = {
    codes: checkedCount(options.codes ?? DEFAULT_LIMIT.codes, 'codes'),
    windowMs: checkedCount(options.windowMs ?? DEFAULT_LIMIT.windowMs, 'windowMs'),
  }
  return {
    take: async (phone) => answer(await limits.take(await accountKeyOf(phone), clock.now(), limit)),
    peek: async (phone) => answer(await limits.peek(await accountKeyOf(phone), clock.now(), limit)),
  }
}

function answer(slot: Slot): LimitAnswer {
  return { allowed: slot.allowed, remaining: slot.remaining, retryAfterMs: slot.allowed ? 0 : slot.retryAfterMs }
}

/** The metadata of telephone numbers takes 45 ms to load: only when a number is asked about. */
async function accountKeyOf(phone: string): Promise<string> {
  const { parsePhone } = await import('../phone/parse.ts')
  const parsed = parsePhone(phone)
  if (parsed.ok) return parsed.accountKey
  throw new LinkError('invalid-phone', `not a telephone number: ${parsed.reason}`, { advice: parsed.advice })
}

function checkedCount(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new LinkError('invalid-options', `${name} must be a whole number of at least 1`)
}

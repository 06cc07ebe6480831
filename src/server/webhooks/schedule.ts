// Pure. When an event is tried again that did not arrive: soon at first, then rarely, for 3 days.
export const GIVE_UP_MS = 3 * 86_400_000

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]

const DELAYS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR]
const LAST_DELAY = 8 * HOUR
/** A receiver that asks for more is asked again after this. */
const LONGEST_WISH = HOUR
/** Part of the delay by which it varies, so that what failed together does not come back together. */
const JITTER = 0.1

/**
 * ms to wait after the `failures`th failure. `random`: from 0 to 1. `wishMs`: what the receiver asked for (Retry-After).
 * The last delay is cut so that an attempt falls on the end of the 3 days.
 */
export function delayAfter(
  failures: number,
  { random, wishMs = 0, passedMs }: { readonly random: number; readonly wishMs?: number; readonly passedMs: number },
): number {
  const delay = (DELAYS[failures - 1] ?? LAST_DELAY) * (1 - JITTER + 2 * JITTER * random)
  const wished = Math.max(delay, Math.min(wishMs, LONGEST_WISH))
  return Math.round(Math.max(SECOND, Math.min(wished, GIVE_UP_MS - passedMs)))
}

// WhatsApp's limit per number: too many hellos in a while are refused with 400, the number of a malformed request
// (docs/protocol.md section 3). How many, and for how long, nobody knows: both can be set.

export interface ThrottleOptions {
  /** Hellos that one number may have within the window; default 20. */
  readonly hellos?: number
  /** ms; default 600,000. */
  readonly windowMs?: number
}

export interface Throttle {
  /** Counts a hello for this number; false when it has had too many. A refused one does not count. */
  allows(digits: string): boolean
}

/** @throws RangeError for numbers that are none */
export function createThrottle({ hellos = 20, windowMs = 600_000 }: ThrottleOptions, now: () => number): Throttle {
  if (!(hellos >= 0) || !(windowMs > 0))
    throw new RangeError('throttle takes hellos (0 or more) and windowMs (above 0)')
  const taken = new Map<string, readonly number[]>()
  return {
    allows(digits) {
      const recent = (taken.get(digits) ?? []).filter((at) => now() - at < windowMs)
      const allowed = recent.length < hellos
      taken.set(digits, allowed ? [...recent, now()] : recent)
      return allowed
    },
  }
}

/** `points` calls in a window of `windowMs`; counted from the first call of the window. */
export interface LimitRule {
  readonly points: number
  readonly windowMs: number
}

/**
 * What may be done how often. The limit of codes for one account is not among them: it belongs to the store, and holds
 * for every program that uses it.
 */
export interface ServerLimits {
  /** Calls of one token. None for those with `admin`, who could make themselves another. */
  readonly token: LimitRule
  /** Links begun by one token. None for those with `admin`. */
  readonly links: LimitRule
  /** Wrong tokens, cookies and invitations from one address. Nothing can be guessed: it keeps the trail and the store quiet. */
  readonly refusals: LimitRule
  /** Calls of pages and documents from one address. */
  readonly address: LimitRule
  /** Codes asked for with one invitation. */
  readonly invitation: LimitRule
}

export const DEFAULT_LIMITS: ServerLimits = {
  token: { points: 1_200, windowMs: 60_000 },
  links: { points: 120, windowMs: 60_000 },
  refusals: { points: 300, windowMs: 60_000 },
  address: { points: 1_200, windowMs: 60_000 },
  invitation: { points: 5, windowMs: 3_600_000 },
}

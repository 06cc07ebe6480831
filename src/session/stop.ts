// Why a run of connect() is over, as what is thrown inside it; never leaves this room.
import { LinkError, StoreError } from '../errors.ts'
import { LeaseHeld } from '../store/leases.ts'
import type { StopReason } from './policy.ts'
import { UnusableCredentials } from './usable-credentials.ts'

/** What becomes of the stored credentials, while the session is still owned. */
export type Fate = 'keep' | 'archive-logged-out' | 'archive-bad' | 'remove'

export class Stop extends Error {
  readonly reason: StopReason
  readonly fate: Fate
  /** When a ban ends. */
  readonly until: Date | undefined

  constructor(reason: StopReason, fate: Fate = 'keep', details: { until?: Date | undefined; cause?: unknown } = {}) {
    super(reason, { cause: details.cause })
    this.name = 'Stop'
    this.reason = reason
    this.fate = fate
    this.until = details.until
  }
}

/** What WhatsApp did not decide is a fault of the options or of the store. */
export function stopFor(cause: unknown): Stop {
  if (cause instanceof Stop) return cause
  if (cause instanceof LeaseHeld) return new Stop('session-busy', 'keep', { cause })
  if (cause instanceof UnusableCredentials) return new Stop('bad-session', 'archive-bad', { cause })
  if (cause instanceof LinkError && cause.code === 'invalid-options') return new Stop('refused', 'keep', { cause })
  if (cause instanceof StoreError && (cause.code === 'not-linked' || cause.code === 'lease-lost'))
    return new Stop(cause.code, 'keep', { cause })
  return new Stop('store-error', 'keep', { cause })
}

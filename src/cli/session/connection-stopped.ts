import type { StopReason } from '../../session/policy.ts'

interface StopDetails {
  readonly until?: Date | undefined
  readonly advice?: string | undefined
}

/** A connection that ended although nobody closed it. */
export class ConnectionStopped extends Error {
  readonly reason: Exclude<StopReason, 'closed'>
  /** When a ban ends. */
  readonly until: Date | undefined
  /** In place of what is generally said of this end, where more is known. */
  readonly advice: string | undefined

  constructor(reason: Exclude<StopReason, 'closed'>, details: StopDetails = {}) {
    super(`the connection stopped: ${reason}`)
    this.name = 'ConnectionStopped'
    this.reason = reason
    this.until = details.until
    this.advice = details.advice
  }
}

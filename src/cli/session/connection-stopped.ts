import type { StopReason } from '../../session/policy.ts'

/** A connection that ended although nobody closed it. */
export class ConnectionStopped extends Error {
  readonly reason: Exclude<StopReason, 'closed'>
  /** When a ban ends. */
  readonly until: Date | undefined

  constructor(reason: Exclude<StopReason, 'closed'>, until?: Date) {
    super(`the connection stopped: ${reason}`)
    this.name = 'ConnectionStopped'
    this.reason = reason
    this.until = until
  }
}

// Who did what, and when: append-only, without secrets, kept for as long as the operator says.
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Collection, Collections } from '../store/collections.ts'

export type AuditAction =
  | 'link.start'
  | 'link.refused'
  | 'link.cancel'
  | 'link.refresh'
  | 'link.end'
  | 'session.remove'
  | 'token.create'
  | 'token.revoke'
  | 'invitation.create'
  | 'invitation.revoke'
  | 'invitation.continue'
  | 'invitation.note'
  | 'do-not-prompt.add'
  | 'do-not-prompt.remove'
  | 'ui.login'
  | 'ui.logout'
  | 'access.refused'

/** One line of the trail. `who`: `operator`, a token's id, `invitation:` and its id, or `server`. */
export interface AuditEntry {
  readonly at: string
  readonly who: string
  readonly action: AuditAction
  /** What it was done to: a link's id, a session's name. */
  readonly subject?: string
  /** How it ended, or why it was refused: an error's code. */
  readonly outcome?: string
  /** Masked, as in `+1••••••••23`. */
  readonly phone?: string
  readonly requestId?: string
}

export interface AuditPage {
  readonly entries: readonly (AuditEntry & { readonly number: number })[]
  /** Give it as `before` for the page of older ones; undefined: there are none. */
  readonly before: number | undefined
}

export interface Audit {
  /** Never throws: a trail that cannot be written is told to the log. Resolves when it is durable. */
  note(entry: Omit<AuditEntry, 'at'>): Promise<void>
  /** Newest first. @throws StoreError */
  page(before: number | undefined, limit: number): Promise<AuditPage>
}

const LIST = 'trail'
const DAY_MS = 86_400_000

export function createAudit(collections: Collections, clock: Clock, retentionDays: number, logger: Logger): Audit {
  const trail: Collection<AuditEntry> = collections.open('audit', (stored) => stored as AuditEntry)
  return {
    async note(entry) {
      const at = clock.now()
      try {
        await trail.append(LIST, { at: new Date(at).toISOString(), ...entry }, at + retentionDays * DAY_MS)
      } catch (thrown) {
        logger.error({ action: entry.action, reason: thrown instanceof Error ? thrown.message : 'unknown' }, 'no trail')
      }
    },
    async page(before, limit) {
      const part = { limit, newestFirst: true, ...(before === undefined ? {} : { before }) }
      const found = await trail.list(LIST, part)
      const entries = found.map(({ number, value }) => ({ number, ...value }))
      return { entries, before: found.length < limit ? undefined : found.at(-1)?.number }
    },
  }
}

// What follows elsewhere from the events of a link: figures, webhooks, the trail, the session.
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Audit } from './audit.ts'
import type { Idempotency } from './idempotency.ts'
import type { Invitations } from './invitations/invitations.ts'
import type { Notes } from './link-page/notes.ts'
import type { LiveLink } from './links/live-link.ts'
import type { LinkRecord } from './links/record.ts'
import type { ToldEvent } from './links/told-event.ts'
import type { FunnelStage, Metrics } from './metrics.ts'
import type { Outbox } from './outbox.ts'
import type { Accounts } from './sessions/accounts.ts'
import type { Sessions } from './sessions/sessions.ts'

export interface EffectParts {
  readonly metrics: Metrics
  readonly outbox: Outbox
  readonly audit: Audit
  readonly accounts: Accounts
  readonly sessions: () => Sessions
  readonly invitations: Invitations
  readonly idempotency: Idempotency
  readonly clock: Clock
  readonly logger: Logger
  readonly notes: Notes
}

export interface LinkEffects {
  onEvent(event: ToldEvent, link: LiveLink): void
  onOver(record: LinkRecord): Promise<void>
}

const STAGES: Readonly<Partial<Record<ToldEvent['type'], FunnelStage>>> = {
  code: 'accepted',
  confirming: 'typed',
  paired: 'paired',
  online: 'online',
  failed: 'refused',
}

export function createLinkEffects(parts: EffectParts): LinkEffects {
  const { metrics, outbox, clock, logger } = parts

  /** What can only be told to the log. */
  const loosely = (what: string, work: Promise<unknown>): void => {
    work.catch((thrown: unknown) =>
      logger.error({ reason: thrown instanceof Error ? thrown.message : 'unknown' }, `${what} failed`),
    )
  }

  const count = (event: ToldEvent, { record, events }: LiveLink): void => {
    const seconds = (clock.now() - record.createdAt) / 1_000
    if (events.length === 1) metrics.reached('requested', 0)
    const stage = STAGES[event.type]
    // Each stage once: a second code is the same link.
    if (stage === undefined || events.filter(({ event: { type } }) => type === event.type).length > 1) return
    metrics.reached(stage, seconds, event.type === 'failed' ? codeOf(event.problem.type) : '')
  }

  const tell = (event: ToldEvent, { record, events }: LiveLink): void => {
    const { session, id, phone } = record
    const about = { session, link: id, ...(phone === null ? {} : { phone }) }
    if (events.length === 1) void outbox.put({ type: 'link.started', ...about })
    if (event.type === 'code') void outbox.put({ type: 'link.code-shown', ...about })
    if (event.type === 'paired') void outbox.put({ type: 'link.paired', ...about })
    if (event.type === 'online') void outbox.put({ type: 'session.online', ...about })
    if (event.type === 'failed') void outbox.put({ type: 'link.failed', code: codeOf(event.problem.type), ...about })
  }

  const closed = async (id: string, record: LinkRecord, jid: string): Promise<void> => {
    const send = parts.notes.through(record.session, jid)
    const completed = await parts.invitations.complete(id, record.id)
    if (completed !== undefined) await send(completed)
  }

  return {
    onEvent(event, link) {
      const { record } = link
      count(event, link)
      tell(event, link)
      if (event.type === 'paired') loosely('the note of an account', parts.accounts.note(record.session, event.jid))
      if (event.type !== 'online') return
      const invitation = /^invitation:(.+)$/.exec(record.owner)?.[1]
      // Before the bot takes the socket.
      if (invitation !== undefined) loosely('closing an invitation', closed(invitation, record, event.jid))
      loosely('keeping a session online', parts.sessions().linked(record.session))
    },
    async onOver(record) {
      if (record.idempotency !== undefined) await parts.idempotency.erase(record.idempotency).catch(() => {})
      await parts.audit.note({ who: 'server', action: 'link.end', subject: record.id })
    },
  }
}

function codeOf(type: string): string {
  return type.replace(/^urn:paircode:error:/, '')
}

// Pure. What a link looks like from outside, read off its events.
import type { LinkState } from '../../linking/events.ts'
import type { LinkRecord } from './record.ts'
import { type LinkProblem, type NumberedEvent, type Sight, seen, type ToldEvent } from './told-event.ts'

/** The answer about one link. Dates are RFC 3339. */
export interface LinkView {
  readonly id: string
  readonly session: string
  readonly state: LinkState
  /** `ABCD-EFGH`, while one is live; null as well without the scope `codes`. */
  readonly code: string | null
  /** Until when code or QR code can be used. */
  readonly expiresAt: string | null
  readonly qr: { readonly data: string; readonly expiresAt: string } | null
  /** In the state `passkey`: what the account's owner has to sign; `options` is null without the scope `passkeys`. */
  readonly passkey?: { readonly options: unknown; readonly expiresAt: string }
  /** In the state `verify`: the code to compare with the phone's; null without the scope `passkeys`. */
  readonly verify?: { readonly code: string | null }
  /** Masked; null: by QR code alone. */
  readonly phone: string | null
  readonly jid: string | null
  readonly problem: LinkProblem | null
  readonly createdAt: string
}

type Changing = Pick<LinkView, 'state' | 'code' | 'expiresAt' | 'qr' | 'passkey' | 'verify' | 'jid' | 'problem'>

const BEGINNING: Changing = { state: 'connecting', code: null, expiresAt: null, qr: null, jid: null, problem: null }

export function viewOf(record: LinkRecord, events: readonly NumberedEvent[], now: number, sight: Sight): LinkView {
  const { id, session, phone, createdAt } = record
  const changing = events.reduce((view, { event }) => after(view, seen(event, sight)), BEGINNING)
  const shown = withoutDead(changing, now)
  return { id, session, phone, createdAt: new Date(createdAt).toISOString(), ...shown }
}

function after(view: Changing, event: ToldEvent): Changing {
  const { passkey: _, verify: __, ...rest } = view
  const quiet = { ...rest, code: null, expiresAt: null, qr: null }
  switch (event.type) {
    case 'code':
      return { ...view, state: 'code', code: event.code, expiresAt: event.expiresAt, problem: null }
    case 'qr':
      return {
        ...view,
        state: view.state === 'connecting' ? 'code' : view.state,
        qr: event.data === null ? null : { data: event.data, expiresAt: event.expiresAt },
        expiresAt: view.code === null ? event.expiresAt : view.expiresAt,
      }
    case 'confirming':
      return { ...view, state: 'confirming' }
    case 'code-expired':
      return { ...quiet, qr: view.qr, state: 'connecting' }
    case 'verify':
      return { ...quiet, state: 'verify', verify: { code: event.code } }
    case 'passkey':
      return { ...quiet, state: 'passkey', passkey: { options: event.options, expiresAt: event.expiresAt } }
    case 'retrying':
      return { ...quiet, state: 'retrying', problem: event.problem }
    case 'paired':
    case 'online':
      return { ...quiet, state: event.type, jid: event.jid, problem: null }
    case 'failed':
      return { ...quiet, state: 'failed', problem: event.problem }
    case 'connecting':
      return { ...quiet, state: 'connecting' }
  }
}

/** A code or QR code whose time is over is not shown, even if nothing was said about it yet. */
function withoutDead(view: Changing, now: number): Changing {
  const isDead = (until: string | null | undefined): boolean => until != null && Date.parse(until) <= now
  const qr = isDead(view.qr?.expiresAt) ? null : view.qr
  if (!isDead(view.expiresAt)) return { ...view, qr }
  return { ...view, code: null, expiresAt: null, qr }
}

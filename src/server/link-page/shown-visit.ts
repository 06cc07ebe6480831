// What the visit's page is told: the state of the link, read anew for every request.
import type { Context } from 'hono'
import type { InstructionLanguage } from '../../instructions/instructions.ts'
import { maskPhone } from '../../phone/mask.ts'
import type { Invitation } from '../invitations/invitation.ts'
import { lastExpiry } from '../links/last-expiry.ts'
import type { KnownLink } from '../links/links.ts'
import { type LinkView, viewOf } from '../links/view.ts'
import { pageFrame } from '../page-answer.ts'
import { linkPageProblem } from '../page-problem.ts'
import type { VisitPage } from '../pages.ts'
import type { AppEnv, Parts } from '../parts.ts'

/** What only this request knows. */
export interface ShownMore extends Partial<Pick<VisitPage, 'typed' | 'complaint' | 'problem'>> {
  readonly language?: InstructionLanguage | undefined
}

export interface Visit {
  readonly invitation: Invitation
  readonly link: KnownLink | undefined
  readonly deviceName: string
}

export function shownVisit(
  c: Context<AppEnv>,
  { clock, operator }: Pick<Parts, 'clock' | 'operator'>,
  { invitation, link, deviceName }: Visit,
  { language, ...more }: ShownMore,
): VisitPage {
  const { state } = invitation
  const now = clock.now()
  const view = viewAt({ invitation, link }, now)
  const isFailed = view?.state === 'failed' && view.problem !== null
  return {
    ...pageFrame(c, language),
    operator,
    deviceName,
    phone: invitation.phone === null ? null : maskPhone(invitation.phone),
    link: view,
    lastExpiry: link === undefined ? null : lastExpiry(link.events),
    seen: link?.events.at(-1)?.number ?? 0,
    now,
    doneAt: view?.state === 'online' ? new Date(state.name === 'done' ? state.at : now).toISOString() : null,
    way: c.req.query('way') === 'qr' ? 'qr' : 'code',
    returnUrl: invitation.returnUrl,
    typed: state.name === 'bound' ? (state.phone ?? '') : '',
    complaint: null,
    problem: isFailed && view.problem !== null ? linkPageProblem(view.problem) : null,
    ...more,
  }
}

function viewAt({ invitation, link }: Pick<Visit, 'invitation' | 'link'>, now: number): LinkView | null {
  if (invitation.state.name === 'done') return doneView(invitation)
  return link === undefined ? null : viewOf(link.record, link.events, now, true)
}

/** The link itself may be gone a day later; that it was done is still known. */
function doneView({ session, phone, createdAt }: Invitation): LinkView {
  return {
    id: '',
    session,
    state: 'online',
    code: null,
    expiresAt: null,
    qr: null,
    phone: phone === null ? null : maskPhone(phone),
    jid: null,
    problem: null,
    createdAt: new Date(createdAt).toISOString(),
  }
}

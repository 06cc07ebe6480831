// The flow of a visit, without any script: number, code, end. The cookie is all that is known of the person; what is shown
// is the pages' business.
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { LinkError } from '../../errors.ts'
import { formatPhone } from '../../phone/format.ts'
import { maskPhone } from '../../phone/mask.ts'
import { parsePhone } from '../../phone/parse.ts'
import type { PhoneRefused } from '../../phone/result.ts'
import type { Invitation } from '../invitations/invitation.ts'
import type { Entry } from '../link-page/entry.ts'
import { type ShownMore, shownVisit } from '../link-page/shown-visit.ts'
import { newLinkId } from '../links/begin-link.ts'
import type { KnownLink } from '../links/links.ts'
import { PERSON } from '../links/told-event.ts'
import { pageAnswer, pageFrame } from '../page-answer.ts'
import { keepLanguage, knownLanguage } from '../page-language.ts'
import { pageProblem } from '../page-problem.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem, problemOf } from '../problem.ts'
import { streamed } from './link-events.ts'

/** What only a POST may change; who comes to the address by itself is shown the page. */
const ORDERS = ['/link/code', '/link/qr', '/link/refresh', '/link/cancel', '/link/language']

export function linkPageRoutes(app: OpenAPIHono<AppEnv>, parts: Parts, entry: Entry): void {
  const { invitations, links, linkBeginner, limits, audit, pages } = parts
  const home = (c: Context<AppEnv>): Response => c.redirect(`${c.env.base}/link`, 303)

  const linkOf = async ({ state }: Invitation): Promise<KnownLink | undefined> => {
    const id = state.name === 'bound' ? state.link : null
    return id === null ? undefined : links.get(id)
  }

  const shown = async (c: Context<AppEnv>, more: ShownMore = {}, status = 200): Promise<Response> => {
    const invitation = await entry.visit(c)
    if (invitation === undefined) return entry.welcome(c)
    const link = await linkOf(invitation)
    const deviceName = entry.device(invitation).name
    const data = shownVisit(c, parts, { invitation, link, deviceName }, more)
    const answer = pageAnswer(pages.visit(data), data.nonce, status)
    const wait = more.problem?.retryAfterMs
    if (wait !== undefined) answer.headers.set('Retry-After', String(Math.max(1, Math.ceil(wait / 1_000))))
    return answer
  }

  const begin = async (
    c: Context<AppEnv>,
    invitation: Invitation,
    phone: string,
    way: 'code' | 'qr' = 'code',
  ): Promise<void> => {
    await limits.take('invitation', invitation.id)
    const id = newLinkId()
    const who = `invitation:${invitation.id}`
    const typed = invitation.phone === null ? phone : null
    // Written first: a link that was begun is always the visit's own.
    await invitations.begin(invitation.id, id, { phone: typed, language: pageFrame(c).language })
    const live = await linkBeginner.begin(
      {
        session: invitation.session,
        ...(way === 'code' ? { phone, qr: true } : { account: phone }),
        device: entry.device(invitation),
      },
      { owner: who, id },
    )
    const requestId = c.get('requestId')
    await audit.note({ who, action: 'link.start', subject: live.record.id, requestId, phone: maskPhone(phone) })
  }

  /** What was refused before WhatsApp was asked is told on the page itself, with what was typed. */
  const refused = async (c: Context<AppEnv>, thrown: unknown, more: ShownMore): Promise<Response> => {
    if (!(thrown instanceof HttpProblem || thrown instanceof LinkError)) throw thrown
    const problem = problemOf(thrown, c.get('requestId'))
    if (problem.status >= 500) throw thrown
    return shown(c, { ...more, problem: pageProblem(thrown, problem) }, problem.status)
  }

  app.get('/link', (c) => shown(c))
  for (const order of ORDERS) app.get(order, home)

  app.get('/link/events', async (c) => {
    const invitation = await entry.visit(c)
    const link = invitation === undefined ? undefined : await linkOf(invitation)
    if (link === undefined) throw new HttpProblem('not-found', 'nothing was asked of WhatsApp yet')
    // Whose visit it was when the link began may see how it ends.
    return streamed(c, parts, link, { sight: PERSON, mayReadOn: async () => true })
  })

  /** Only now is WhatsApp asked. */
  app.post('/link/code', async (c) => {
    const invitation = await entry.visit(c)
    if (invitation === undefined || invitation.state.name === 'done') return home(c)
    const link = await linkOf(invitation)
    if (link !== undefined && link.record.trail === undefined) return home(c)
    const typed = await field(c, 'phone')
    const parsed = invitation.phone === null ? parsePhone(typed) : undefined
    if (parsed?.ok === false) return shown(c, { typed, complaint: complaintOf(parsed), problem: null }, 422)
    try {
      await begin(c, invitation, parsed?.e164 ?? invitation.phone ?? '')
      return home(c)
    } catch (thrown) {
      return refused(c, thrown, invitation.phone === null ? { typed } : {})
    }
  })

  /** For an account to which WhatsApp gives no code: no phone is asked, and only that account can scan. */
  app.post('/link/qr', async (c) => {
    const invitation = await entry.visit(c)
    if (invitation?.state.name !== 'bound') return home(c)
    const link = await linkOf(invitation)
    const phone = invitation.phone ?? invitation.state.phone
    if (phone === null || (link !== undefined && link.record.trail === undefined)) return home(c)
    try {
      await begin(c, invitation, phone, 'qr')
      return home(c)
    } catch (thrown) {
      return refused(c, thrown, {})
    }
  })

  app.post('/link/refresh', async (c) => {
    const invitation = await entry.visit(c)
    const link = invitation === undefined ? undefined : await linkOf(invitation)
    // Why there is no new code is the end of the link, which the page tells.
    await (link === undefined ? undefined : links.refresh(link).catch(unlessOfLink))
    return home(c)
  })

  app.post('/link/cancel', async (c) => {
    const invitation = await entry.visit(c)
    const link = invitation === undefined ? undefined : await linkOf(invitation)
    if (link !== undefined) await links.cancel(link)
    return home(c)
  })

  /** The choice of language where something is typed: it goes along, and not through an address. */
  app.post('/link/language', async (c) => {
    const language = knownLanguage(await field(c, 'lang'))
    const answer = await shown(c, { typed: await field(c, 'phone'), language })
    keepLanguage(answer, language)
    return answer
  })

  entry.routes(app)
}

async function field(c: Context<AppEnv>, name: string): Promise<string> {
  const value = (await c.req.parseBody())[name]
  return typeof value === 'string' ? value.slice(0, 200) : ''
}

function complaintOf(refused: PhoneRefused): NonNullable<ShownMore['complaint']> {
  const suggestions = refused.suggestions.map((e164) => ({ e164, shown: formatPhone(e164) }))
  return { reason: refused.reason, suggestions }
}

function unlessOfLink(thrown: unknown): void {
  if (!(thrown instanceof LinkError)) throw thrown
}

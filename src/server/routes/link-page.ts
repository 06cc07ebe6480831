// The flow of an invitation, without any script: look, Continue, number, code, end. The cookie is all that is known of
// the person; what is shown is the pages' business.
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { LinkError } from '../../errors.ts'
import { maskPhone } from '../../phone/mask.ts'
import { readCookie, writeCookie } from '../access/cookies.ts'
import { type Invitation, type InvitationRefusal, VISIT_MS } from '../invitations/invitation.ts'
import { newLinkId } from '../links/begin-link.ts'
import type { KnownLink } from '../links/links.ts'
import { PERSON } from '../links/told-event.ts'
import { viewOf } from '../links/view.ts'
import { pageAnswer, pageFrame } from '../page-answer.ts'
import type { Operator } from '../pages.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'
import { streamed } from './link-events.ts'

const SENTENCES: Readonly<Record<InvitationRefusal, string>> = {
  expired: 'the time of this invitation is over',
  used: 'this invitation was used already',
  revoked: 'this invitation was taken back',
  unknown: 'this is no invitation',
}

const DEFAULT_DEVICE = 'Paircode'

export function linkPageRoutes(app: OpenAPIHono<AppEnv>, parts: Parts): void {
  const { invitations, links, linkBeginner, limits, audit, clock, pages } = parts
  const operator: Operator = parts.options.operator ?? { name: 'The operator of this server', contact: 'this machine' }

  const refuse = async (c: Context<AppEnv>, reason: InvitationRefusal): Promise<never> => {
    if (reason === 'unknown') await limits.take('refusals', c.get('address'))
    throw new HttpProblem(reason === 'unknown' ? 'not-found' : 'invitation-over', SENTENCES[reason], {
      advice: 'Ask whoever invited you for a new invitation.',
    })
  }

  /** The invitation of this browser, and its latest link. */
  const visitOf = async (
    c: Context<AppEnv>,
  ): Promise<{ readonly invitation: Invitation; readonly link: KnownLink | undefined }> => {
    await limits.check('refusals', c.get('address'))
    const step = await invitations.visit(readCookie(c, parts, 'paircode-link') ?? '')
    if (!step.ok) return refuse(c, step.reason)
    const { state } = step.invitation
    const id = state.name === 'bound' ? state.link : null
    return { invitation: step.invitation, link: id === null ? undefined : await links.get(id) }
  }

  const shown = async (c: Context<AppEnv>, complaint: string | null = null, status = 200): Promise<Response> => {
    const { invitation, link } = await visitOf(c)
    const frame = pageFrame(c)
    const isDone = invitation.state.name === 'done'
    const view = link === undefined ? null : viewOf(link.record, link.events, clock.now(), PERSON)
    const page = pages.visit({
      ...frame,
      operator,
      deviceName: invitation.deviceName ?? DEFAULT_DEVICE,
      phone: invitation.phone === null ? null : maskPhone(invitation.phone),
      link: isDone ? doneView(invitation) : view,
      returnUrl: invitation.returnUrl,
      complaint,
    })
    return pageAnswer(page, frame.nonce, status)
  }

  app.get('/link', (c) => shown(c))

  app.get('/link/events', async (c) => {
    const { link } = await visitOf(c)
    if (link === undefined) throw new HttpProblem('not-found', 'nothing was asked of WhatsApp yet')
    return streamed(parts, link, c.req.header('last-event-id'), PERSON)
  })

  /** Only now is WhatsApp asked. */
  app.post('/link/code', async (c) => {
    const { invitation, link } = await visitOf(c)
    if (invitation.state.name === 'done') return refuse(c, 'used')
    const isLive = link !== undefined && link.record.trail === undefined
    if (isLive) return c.redirect(`${c.env.base}/link`, 303)
    await limits.take('invitation', invitation.id)
    const typed = (await c.req.parseBody())['phone']
    const phone = invitation.phone ?? (typeof typed === 'string' ? typed : '')
    const id = newLinkId()
    const who = `invitation:${invitation.id}`
    try {
      // Written first: a link that was begun is always the visit's own.
      await invitations.begin(invitation.id, id)
      const live = await linkBeginner.begin(
        {
          session: invitation.session,
          phone,
          qr: true,
          ...(invitation.deviceName === null ? {} : { device: { name: invitation.deviceName } }),
        },
        { owner: who, id },
      )
      const masked = live.record.phone
      await audit.note({
        who,
        action: 'link.start',
        subject: id,
        requestId: c.get('requestId'),
        ...(masked === null ? {} : { phone: masked }),
      })
    } catch (thrown) {
      if (thrown instanceof LinkError && thrown.code === 'invalid-phone') return shown(c, thrown.advice, 422)
      throw thrown
    }
    return c.redirect(`${c.env.base}/link`, 303)
  })

  app.post('/link/refresh', async (c) => {
    const { link } = await visitOf(c)
    if (link !== undefined) await links.refresh(link)
    return c.redirect(`${c.env.base}/link`, 303)
  })

  app.post('/link/cancel', async (c) => {
    const { link } = await visitOf(c)
    if (link !== undefined) await links.cancel(link)
    return c.redirect(`${c.env.base}/link`, 303)
  })

  app.get('/link/:invitation', async (c) => {
    await limits.check('refusals', c.get('address'))
    const step = await invitations.look(c.req.param('invitation'))
    if (!step.ok) return refuse(c, step.reason)
    const { purpose, deviceName, phone } = step.invitation
    const frame = pageFrame(c)
    const page = pages.invitation({
      ...frame,
      operator,
      purpose,
      deviceName: deviceName ?? DEFAULT_DEVICE,
      phone: phone === null ? null : maskPhone(phone),
      action: `${c.env.base}/link/${c.req.param('invitation')}`,
    })
    return pageAnswer(page, frame.nonce)
  })

  /** *Continue*: binds it to this browser, and goes on where no secret is in the address. */
  app.post('/link/:invitation', async (c) => {
    await limits.check('refusals', c.get('address'))
    const step = await invitations.bind(c.req.param('invitation'), readCookie(c, parts, 'paircode-link'))
    if (!step.ok) return refuse(c, step.reason)
    if (step.cookie !== undefined) writeCookie(c, parts, 'paircode-link', step.cookie, VISIT_MS)
    const who = `invitation:${step.invitation.id}`
    await audit.note({ who, action: 'invitation.continue', requestId: c.get('requestId') })
    return c.redirect(`${c.env.base}/link`, 303)
  })
}

/** The link itself may be gone a day later; that it was done is still known. */
function doneView({ session, phone, createdAt }: Invitation): ReturnType<typeof viewOf> {
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

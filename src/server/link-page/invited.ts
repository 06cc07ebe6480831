// Entry by invitation: to look changes nothing; Continue binds it to the browser.
import type { Context } from 'hono'
import { maskPhone } from '../../phone/mask.ts'
import { readCookie, writeCookie } from '../access/cookies.ts'
import { type InvitationRefusal, VISIT_MS } from '../invitations/invitation.ts'
import { pageAnswer, pageFrame } from '../page-answer.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'
import { DEFAULT_DEVICE, type Entry } from './entry.ts'

const SENTENCES: Readonly<Record<InvitationRefusal, string>> = {
  expired: 'the time of this invitation is over',
  used: 'this invitation was used already',
  elsewhere: 'this invitation was opened in another browser',
  revoked: 'this invitation was taken back',
  unknown: 'this is no invitation',
}

export function invitedEntry(parts: Parts): Entry {
  const { invitations, limits, audit, pages, operator } = parts

  const refuse = async (c: Context<AppEnv>, reason: InvitationRefusal): Promise<never> => {
    if (reason === 'unknown') await limits.take('refusals', c.get('address'))
    throw new HttpProblem(reason === 'unknown' ? 'not-found' : 'invitation-over', SENTENCES[reason], {
      advice: 'Ask whoever invited you for a new invitation.',
      reason,
    })
  }

  return {
    async visit(c) {
      await limits.check('refusals', c.get('address'))
      const step = await invitations.visit(readCookie(c, parts, 'paircode-link') ?? '')
      return step.ok ? step.invitation : refuse(c, step.reason)
    },
    welcome: (c) => refuse(c, 'unknown'),
    device: ({ deviceName }) => ({ name: deviceName ?? DEFAULT_DEVICE }),
    routes(app) {
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
          action: frame.here,
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
    },
  }
}

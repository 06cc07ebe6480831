// Entry through the app that the page is mounted in: the app says who may, and for which session. What an invitation is
// elsewhere is made here on Continue, bound to the browser at once; its secret is never shown to anybody.
import type { Context } from 'hono'
import type { DeviceOptions } from '../../linking/device.ts'
import { checkedSessionName } from '../../store/session-name.ts'
import { readCookie, writeCookie } from '../access/cookies.ts'
import { VISIT_MS } from '../invitations/invitation.ts'
import { pageAnswer, pageFrame } from '../page-answer.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'
import { DEFAULT_DEVICE, type Entry } from './entry.ts'

/** What the app decides about each request. */
export interface OwnDoor {
  readonly session: (request: Request) => string | Promise<string>
  readonly authorize: (request: Request) => boolean | Promise<boolean>
  readonly device: DeviceOptions
}

/** In place of the one who invited. */
const BY = 'link-page'

export function ownEntry(parts: Parts, door: OwnDoor): Entry {
  const { invitations, audit, pages, operator, clock } = parts
  const device = { ...door.device, name: door.device.name ?? DEFAULT_DEVICE }

  const sessionOf = async (c: Context<AppEnv>): Promise<string> => {
    if ((await door.authorize(c.req.raw)) !== true)
      throw new HttpProblem('not-allowed', 'this page is not for whoever asks')
    return checkedSessionName(await door.session(c.req.raw))
  }

  return {
    async visit(c) {
      const session = await sessionOf(c)
      const step = await invitations.visit(readCookie(c, parts, 'paircode-link') ?? '')
      // Somebody else may be at this browser now.
      const isTheirs = step.ok && step.invitation.by === BY && step.invitation.session === session
      return isTheirs ? step.invitation : undefined
    },
    async welcome(c) {
      const frame = pageFrame(c)
      const page = pages.invitation({
        ...frame,
        operator,
        purpose: '',
        deviceName: device.name,
        phone: null,
        action: `${c.env.base}/link/begin`,
      })
      return pageAnswer(page, frame.nonce)
    },
    device: () => device,
    routes(app) {
      app.get('/', (c) => c.redirect(`${c.env.base}/link`, 303))
      app.get('/link/begin', (c) => c.redirect(`${c.env.base}/link`, 303))
      app.post('/link/begin', async (c) => {
        const session = await sessionOf(c)
        const { secret } = await invitations.create({
          session,
          phone: null,
          purpose: '',
          returnUrl: null,
          deviceName: device.name,
          by: BY,
          expiresAt: clock.now() + VISIT_MS,
        })
        const step = await invitations.bind(secret, undefined)
        if (!step.ok || step.cookie === undefined)
          throw new HttpProblem('internal-error', 'the visit could not be begun')
        writeCookie(c, parts, 'paircode-link', step.cookie, VISIT_MS)
        const who = `invitation:${step.invitation.id}`
        await audit.note({ who, action: 'invitation.continue', subject: session, requestId: c.get('requestId') })
        return c.redirect(`${c.env.base}/link`, 303)
      })
    },
  }
}

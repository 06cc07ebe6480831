// The operator's pages: sessions, links, invitations and what else there is, live; each button a form that works without
// script. What they do is done by the API itself (panel/inside.ts).
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { PaircodeError } from '../../errors.ts'
import type { Caller } from '../access/caller.ts'
import { readCookie } from '../access/cookies.ts'
import type { LinkView } from '../links/view.ts'
import { pageAnswer, pageFrame } from '../page-answer.ts'
import { createInside } from '../panel/inside.ts'
import type { Complaint, ConfirmPage, PanelFrame, TokenView } from '../panel/pages.ts'
import { panelStream } from '../panel/stream.ts'
import { invitationWish, typedInvitation } from '../panel/typed-invitation.ts'
import { createPanelLook, panelContent } from '../panel/view.ts'
import { createPanelWatch } from '../panel/watch.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'
import type { SessionView } from '../sessions/sessions.ts'

type Ui = Context<AppEnv>

/** What the page says was just done, by the word in its address. */
const DONE: Readonly<Record<string, string>> = {
  'logged-out': 'Logged out and removed.',
  removed: 'Removed.',
  cancelled: 'The link was cancelled.',
  'invitation-revoked': 'The invitation was revoked: its link leads nowhere any more.',
  'left-alone': 'That number is left alone from now on.',
  'may-be-asked': 'That number may be asked again.',
  'token-revoked': 'The token was revoked.',
}

export function panelRoutes(app: OpenAPIHono<AppEnv>, v1: OpenAPIHono<AppEnv>, parts: Parts): void {
  const { browserSessions, clock, options, limits } = parts
  const pages = parts.pages.operator
  const inside = createInside(v1)
  const watch = createPanelWatch({ look: createPanelLook(parts), isOver: parts.isClosing, clock })

  const callerOf = async (c: Ui): Promise<Caller | undefined> => {
    const cookie = readCookie(c, parts, 'paircode-ui')
    const caller = cookie === undefined ? undefined : await browserSessions.find(cookie)
    if (caller?.scopes.has('admin') === false) await limits.take('token', caller.id)
    return caller
  }

  const frameOf = (c: Ui): PanelFrame => ({ ...pageFrame(c), now: clock.now() })
  const home = (c: Ui, done?: string): Response =>
    c.redirect(`${c.env.base}/ui${done === undefined ? '' : `?done=${done}`}`, 303)

  /** Whoever is not logged in is led to the login; what was posted is not done. */
  const behindLogin =
    (answer: (c: Ui, caller: Caller) => Promise<Response> | Response) =>
    async (c: Ui): Promise<Response> => {
      const caller = await callerOf(c)
      return caller === undefined ? home(c) : answer(c, caller)
    }
  const get = (path: string, answer: (c: Ui, caller: Caller) => Promise<Response> | Response): void => {
    app.get(path, behindLogin(answer))
  }
  const post = (path: string, answer: (c: Ui, caller: Caller) => Promise<Response> | Response): void => {
    app.post(path, behindLogin(answer))
  }

  app.get('/ui', async (c) => {
    const caller = await callerOf(c)
    const frame = frameOf(c)
    if (caller === undefined) return pageAnswer(pages.login({ ...frame, wrong: false }), frame.nonce)
    const done = DONE[c.req.query('done') ?? ''] ?? null
    const content = await panelContent(parts, caller)
    return pageAnswer(
      pages.panel({ ...frame, ...content, operator: options.operator?.name ?? null, done }),
      frame.nonce,
    )
  })

  app.get('/ui/events', async (c) => {
    const caller = await callerOf(c)
    if (caller === undefined) throw new HttpProblem('unauthenticated', 'this browser is not logged in')
    const cookie = readCookie(c, parts, 'paircode-ui') ?? ''
    const stream = panelStream({
      watch,
      shown: ({ kind, name, state, owner }) => {
        const isVisible =
          kind === 'session'
            ? caller.scopes.has('sessions')
            : caller.scopes.has('links') && (owner === caller.id || caller.scopes.has('admin'))
        return isVisible ? { kind, name, state } : undefined
      },
      isAllowed: async () => (await browserSessions.find(cookie)) !== undefined,
      clock,
    })
    const headers = { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' }
    return new Response(stream, { headers: { ...headers, 'Cache-Control': 'no-store, no-transform' } })
  })

  get('/ui/invite', (c, caller) => {
    const typed = typedInvitation({ session: c.req.query('session') })
    return invitePage(c, caller, typed, null)
  })

  post('/ui/invite', async (c, caller) => {
    const typed = typedInvitation(await formOf(c))
    try {
      const made = await inside(c, caller, 'POST', '/invitations', invitationWish(typed))
      const { url, expiresAt } = made as { readonly url: string; readonly expiresAt: string }
      const frame = frameOf(c)
      return pageAnswer(pages.invited({ ...frame, url, expiresAt, session: typed.session }), frame.nonce)
    } catch (thrown) {
      return invitePage(c, caller, typed, complaintOf(thrown))
    }
  })

  const invitePage = (
    c: Ui,
    caller: Caller,
    typed: ReturnType<typeof typedInvitation>,
    complaint: Complaint | null,
  ): Response => {
    const frame = frameOf(c)
    const { returnOrigins } = options
    const page = pages.invite({ ...frame, typed, complaint, mayAnyNumber: caller.scopes.has('admin'), returnOrigins })
    return pageAnswer(page, frame.nonce, complaint === null ? 200 : 422)
  }

  post('/ui/invitations/:id/revoke', async (c, caller) => {
    await inside(c, caller, 'DELETE', `/invitations/${pathPart(c, 'id')}`)
    return home(c, 'invitation-revoked')
  })

  get('/ui/links/:id', async (c, caller) => {
    const link = (await inside(c, caller, 'GET', `/links/${pathPart(c, 'id')}`)) as LinkView
    const frame = frameOf(c)
    return pageAnswer(pages.link({ ...frame, link, mayCode: caller.scopes.has('codes') }), frame.nonce)
  })

  post('/ui/links/:id/refresh', async (c, caller) => {
    await inside(c, caller, 'POST', `/links/${pathPart(c, 'id')}/refresh`)
    return c.redirect(`${c.env.base}/ui/links/${pathPart(c, 'id')}`, 303)
  })

  post('/ui/links/:id/cancel', async (c, caller) => {
    await inside(c, caller, 'DELETE', `/links/${pathPart(c, 'id')}`)
    return home(c, 'cancelled')
  })

  const sessionOf = async (c: Ui, caller: Caller): Promise<SessionView> =>
    (await inside(c, caller, 'GET', `/sessions/${pathPart(c, 'name')}`)) as SessionView

  get('/ui/sessions/:name', async (c, caller) => {
    const frame = frameOf(c)
    return pageAnswer(pages.session({ ...frame, session: await sessionOf(c, caller) }), frame.nonce)
  })

  const confirmPage = (c: Ui, data: Omit<ConfirmPage, keyof PanelFrame>): Response => {
    const frame = frameOf(c)
    return pageAnswer(pages.confirm({ ...frame, ...data }), frame.nonce, data.complaint === null ? 200 : 409)
  }

  /** Asks first; the button on that page does it, or says there why it could not be done. */
  const confirmed = (what: 'log-out' | 'remove', query: string, done: string): void => {
    const asked = (c: Ui, name: string, complaint: Complaint | null): Response => {
      const action = `${c.env.base}/ui/sessions/${encodeURIComponent(name)}/${what}`
      return confirmPage(c, { what, name, action, complaint })
    }
    get(`/ui/sessions/:name/${what}`, async (c, caller) => asked(c, (await sessionOf(c, caller)).session, null))
    post(`/ui/sessions/:name/${what}`, async (c, caller) => {
      const { session } = await sessionOf(c, caller)
      try {
        await inside(c, caller, 'DELETE', `/sessions/${encodeURIComponent(session)}${query}`)
        return home(c, done)
      } catch (thrown) {
        return asked(c, session, complaintOf(thrown))
      }
    })
  }
  confirmed('log-out', '', 'logged-out')
  confirmed('remove', '?force=true', 'removed')

  post('/ui/do-not-prompt', async (c, caller) => {
    const { phone = '', note = '' } = await formOf(c)
    await inside(c, caller, 'POST', '/do-not-prompt', { phone, ...(note.trim() === '' ? {} : { note: note.trim() }) })
    return home(c, 'left-alone')
  })

  post('/ui/do-not-prompt/remove', async (c, caller) => {
    await inside(c, caller, 'POST', '/do-not-prompt/remove', { phone: (await formOf(c))['phone'] ?? '' })
    return home(c, 'may-be-asked')
  })

  get('/ui/tokens/:id/revoke', async (c, caller) => {
    const { tokens } = (await inside(c, caller, 'GET', '/tokens')) as { readonly tokens: readonly TokenView[] }
    const token = tokens.find(({ id }) => id === c.req.param('id'))
    if (token === undefined) throw new HttpProblem('not-found', 'there is no such token')
    const action = `${c.env.base}/ui/tokens/${token.id}/revoke`
    return confirmPage(c, { what: 'revoke-token', name: token.name, action, complaint: null })
  })

  post('/ui/tokens/:id/revoke', async (c, caller) => {
    await inside(c, caller, 'DELETE', `/tokens/${pathPart(c, 'id')}`)
    return home(c, 'token-revoked')
  })
}

function pathPart(c: Ui, name: string): string {
  return encodeURIComponent(c.req.param(name) ?? '')
}

async function formOf(c: Ui): Promise<Readonly<Record<string, string>>> {
  const sent = await c.req.parseBody()
  return Object.fromEntries(
    Object.entries(sent).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  )
}

/** For what the person can correct or wait for; the rest goes on to the page of errors. */
function complaintOf(thrown: unknown): Complaint {
  if (thrown instanceof HttpProblem || thrown instanceof PaircodeError)
    return { detail: thrown.message, advice: thrown.advice }
  throw thrown
}

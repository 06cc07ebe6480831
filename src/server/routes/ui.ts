// The operator's browser: a token posted once becomes a cookie, and /ui/v1 is /v1 for whoever has it.
import type { OpenAPIHono } from '@hono/zod-openapi'
import { BROWSER_SESSION_MS } from '../access/browser-sessions.ts'
import { callerWith } from '../access/caller.ts'
import { readCookie, writeCookie } from '../access/cookies.ts'
import { pageAnswer, pageFrame } from '../page-answer.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'

export function uiRoutes(app: OpenAPIHono<AppEnv>, parts: Parts): void {
  const { tokens, browserSessions, limits, audit, options, pages } = parts

  /** Takes a form or JSON, `{token}`. */
  app.post('/ui/session', async (c) => {
    const address = c.get('address')
    await limits.check('refusals', address)
    const isForm = c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded') === true
    const sent: unknown = isForm ? await c.req.parseBody() : await c.req.json()
    const text = typeof sent === 'object' && sent !== null && 'token' in sent ? sent.token : undefined
    const caller = typeof text === 'string' ? await callerWith(text.trim(), options.token, tokens) : undefined
    if (caller === undefined) {
      await limits.take('refusals', address)
      await audit.note({
        who: 'server',
        action: 'access.refused',
        outcome: 'unauthenticated',
        requestId: c.get('requestId'),
      })
      if (!isForm) throw new HttpProblem('unauthenticated', 'this is no valid token')
      const frame = pageFrame(c)
      return pageAnswer(pages.operator.login({ ...frame, wrong: true }), frame.nonce, 401)
    }
    writeCookie(c, parts, 'paircode-ui', await browserSessions.create(caller), BROWSER_SESSION_MS)
    await audit.note({ who: caller.id, action: 'ui.login', requestId: c.get('requestId') })
    return isForm ? c.redirect(`${c.env.base}/ui`, 303) : c.body(null, 204)
  })

  app.post('/ui/logout', async (c) => {
    const cookie = readCookie(c, parts, 'paircode-ui')
    const caller = cookie === undefined ? undefined : await browserSessions.find(cookie)
    if (cookie !== undefined) await browserSessions.drop(cookie)
    writeCookie(c, parts, 'paircode-ui', '', 0)
    if (caller !== undefined) await audit.note({ who: caller.id, action: 'ui.logout', requestId: c.get('requestId') })
    return c.redirect(`${c.env.base}/ui`, 303)
  })
}

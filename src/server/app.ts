// The whole of the server as one hono app. Paths here are without the base path, which mount.ts takes off.
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { LinkError } from '../errors.ts'
import {
  addressLimited,
  fromHere,
  identified,
  jsonOnly,
  smallBodies,
  timeLimited,
  withCookie,
  withToken,
} from './guards.ts'
import { invitedEntry } from './link-page/invited.ts'
import { ownEntry } from './link-page/own.ts'
import { pageAnswer, pageFrame } from './page-answer.ts'
import { languageKept } from './page-language.ts'
import { pageProblem } from './page-problem.ts'
import type { AppEnv, Parts } from './parts.ts'
import { HttpProblem, type ProblemDocument, problemOf } from './problem.ts'
import { assetRoutes } from './routes/assets.ts'
import { auditRoutes } from './routes/audit.ts'
import { doNotPromptRoutes } from './routes/do-not-prompt.ts'
import { documentRoutes } from './routes/documents.ts'
import { healthRoutes } from './routes/health.ts'
import { invitationRoutes } from './routes/invitations.ts'
import { linkEventRoutes } from './routes/link-events.ts'
import { linkPageRoutes } from './routes/link-page.ts'
import { linkRoutes } from './routes/links.ts'
import { panelRoutes } from './routes/panel.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { uiRoutes } from './routes/ui.ts'
import { webhookRoutes } from './routes/webhooks.ts'

export function createApp(parts: Parts): Hono<AppEnv> {
  const app = newApp()
  app.use(identified(parts), fromHere(parts), smallBodies())
  // `/link/*` is `/link` as well.
  for (const path of ['/link/*', '/ui', '/docs', '/openapi.json']) app.use(path, addressLimited(parts))
  app.use('/link/*', languageKept())
  assetRoutes(app)
  if (parts.linkPage === undefined) everything(app, parts)
  else linkPageRoutes(app, parts, ownEntry(parts, parts.linkPage))
  app.notFound((c) => answered(c, parts, nothingThere(app, c.req.path)))
  app.onError((thrown, c) => answered(c, parts, thrown))
  return app
}

function everything(app: OpenAPIHono<AppEnv>, parts: Parts): void {
  app.use('/v1/*', jsonOnly(), withToken(parts), timeLimited(parts))
  app.use('/ui/v1/*', jsonOnly(), withCookie(parts), timeLimited(parts))
  const v1 = api(parts)
  app.route('/v1', v1)
  app.route('/ui/v1', v1)
  healthRoutes(app, parts)
  documentRoutes(app, v1, parts)
  uiRoutes(app, parts)
  panelRoutes(app, v1, parts)
  linkPageRoutes(app, parts, invitedEntry(parts))
}

/** The API, once for tokens and once for cookies. */
function api(parts: Parts): OpenAPIHono<AppEnv> {
  const v1 = newApp()
  linkRoutes(v1, parts)
  linkEventRoutes(v1, parts)
  invitationRoutes(v1, parts)
  sessionRoutes(v1, parts)
  webhookRoutes(v1, parts)
  tokenRoutes(v1, parts)
  auditRoutes(v1, parts)
  doNotPromptRoutes(v1, parts)
  return v1
}

function newApp(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    strict: false,
    defaultHook: (result) => {
      if (!result.success) throw wrongValue(result.error.issues)
    },
  })
}

/** The first thing that is wrong, under the library's own code where it has one. */
function wrongValue(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): LinkError {
  const [issue] = issues
  const at = issue?.path.map(String).join('.') ?? ''
  const code = ({ session: 'invalid-session', phone: 'invalid-phone', device: 'invalid-device' } as const)[
    String(issue?.path[0])
  ]
  // The message tells what was expected, never what was sent.
  return new LinkError(code ?? 'invalid-options', `${at === '' ? 'the body' : at}: ${issue?.message ?? 'wrong'}`)
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** RFC 9110 section 15.5.6: where there is something for another method, Allow names the methods. */
function nothingThere(app: OpenAPIHono<AppEnv>, path: string): HttpProblem {
  const taken = METHODS.filter((method) => {
    const [handlers] = app.router.match(method, path)
    return handlers.some(([[, route]]) => route.method === method)
  })
  if (taken.length === 0) return new HttpProblem('not-found', 'there is nothing at this address')
  const allowed = taken.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
  return new HttpProblem('method-not-allowed', `this address takes ${allowed}`, { headers: { Allow: allowed } })
}

function answered(c: Context<AppEnv>, { logger, pages }: Parts, thrown: unknown): Response {
  const error = thrown instanceof HTTPException ? fromHono(thrown) : thrown
  const problem = problemOf(error, c.get('requestId'))
  if (problem.status >= 500) {
    const reason = error instanceof Error ? error.message : 'unknown'
    logger.error({ requestId: problem.requestId, code: problem.type, reason }, 'a request failed')
  }
  const headers = headersOf(error, problem)
  if (!wantsPage(c)) return new Response(JSON.stringify(problem), { status: problem.status, headers })
  const frame = pageFrame(c)
  const { status } = problem
  const html = pages.refusal({ ...frame, status, problem: pageProblem(error, problem) })
  const page = pageAnswer(html, frame.nonce, status)
  const allowed = headers['Allow']
  if (allowed !== undefined) page.headers.set('Allow', allowed)
  if (problem.retryAfterMs !== undefined) page.headers.set('Retry-After', seconds(problem.retryAfterMs))
  return page
}

/** People on the link page and at the operator's door; programs everywhere else. */
function wantsPage(c: Context<AppEnv>): boolean {
  const isPage = /^\/(?:link(?:\/|$)|ui(?:$|\/(?!v1(?:\/|$))))/.test(c.req.path)
  return isPage && c.req.header('accept')?.includes('text/html') === true
}

function headersOf(thrown: unknown, { retryAfterMs }: ProblemDocument): Record<string, string> {
  return {
    'Content-Type': 'application/problem+json',
    ...(retryAfterMs === undefined ? {} : { 'Retry-After': seconds(retryAfterMs) }),
    ...(thrown instanceof HttpProblem ? thrown.headers : {}),
  }
}

/** RFC 9110 section 10.2.3: whole seconds, and never too few. */
function seconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1_000)))
}

function fromHono({ status }: HTTPException): HttpProblem {
  if (status === 413) return new HttpProblem('too-large', 'the request is too large')
  return new HttpProblem('malformed-request', 'the request cannot be read: its body is not valid JSON')
}

import type { OpenAPIHono } from '@hono/zod-openapi'
import { bearerOf, callerWith, requireScope } from '../access/caller.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'

/** Outside of /v1, where probes and Prometheus look. */
export function healthRoutes(app: OpenAPIHono<AppEnv>, parts: Parts): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }))

  /** Ready: the store answers, and no shutdown is under way. */
  app.get('/readyz', async (c) => {
    if (parts.isClosing()) throw new HttpProblem('shutting-down', 'the server is shutting down')
    await parts.tokens.get('')
    return c.json({ status: 'ready' })
  })

  app.get('/metrics', async (c) => {
    const bearer = bearerOf(c.req.header('authorization'))
    const caller = bearer === undefined ? undefined : await callerWith(bearer, parts.options.token, parts.tokens)
    if (caller === undefined) {
      await parts.limits.take('refusals', c.get('address'))
      throw new HttpProblem('unauthenticated', 'metrics need a token', { headers: { 'WWW-Authenticate': 'Bearer' } })
    }
    requireScope(caller, 'metrics')
    return c.body(await parts.metrics.text(), 200, { 'Content-Type': parts.metrics.contentType })
  })
}

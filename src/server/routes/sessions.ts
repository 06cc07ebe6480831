import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { StoreError } from '../../errors.ts'
import { checkedSessionName } from '../../store/session-name.ts'
import { requireScope } from '../access/caller.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { json, refusals } from '../schemas/common.ts'
import { Session, SessionList } from '../schemas/others.ts'

const Name = z.object({ name: z.string().min(1).max(200) })

const list = createRoute({
  method: 'get',
  path: '/sessions',
  summary: 'All sessions',
  responses: { 200: json(SessionList, 'The sessions'), ...refusals() },
})

const read = createRoute({
  method: 'get',
  path: '/sessions/{name}',
  summary: 'One session',
  request: { params: Name },
  responses: { 200: json(Session, 'The session'), ...refusals(404, 422) },
})

const remove = createRoute({
  method: 'delete',
  path: '/sessions/{name}',
  summary: 'Log out on WhatsApp, then remove',
  description:
    '`force=true` removes also when WhatsApp could not be told. The credentials stay in the archive for 7 days.',
  request: { params: Name, query: z.object({ force: z.enum(['true', 'false']).optional() }) },
  responses: { 204: { description: 'Logged out and removed' }, ...refusals(404, 409, 422, 502) },
})

export function sessionRoutes(app: OpenAPIHono<AppEnv>, { sessions, audit }: Parts): void {
  app.openapi(list, async (c) => {
    requireScope(c.get('caller'), 'sessions')
    return c.json({ sessions: [...(await sessions.list())] }, 200)
  })

  app.openapi(read, async (c) => {
    requireScope(c.get('caller'), 'sessions')
    const found = await sessions.get(checkedSessionName(c.req.valid('param').name))
    if (found === undefined) throw new StoreError('not-linked', 'there is no session of this name')
    return c.json(found, 200)
  })

  app.openapi(remove, async (c) => {
    const caller = c.get('caller')
    requireScope(caller, 'sessions')
    const name = checkedSessionName(c.req.valid('param').name)
    await sessions.remove(name, c.req.valid('query').force === 'true')
    await audit.note({ who: caller.id, action: 'session.remove', subject: name, requestId: c.get('requestId') })
    return c.body(null, 204)
  })
}

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { requireScope } from '../access/caller.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { json, refusals } from '../schemas/common.ts'
import { AuditList } from '../schemas/others.ts'

const list = createRoute({
  method: 'get',
  path: '/audit',
  summary: 'Who did what, newest first',
  request: {
    query: z.object({
      before: z.coerce.number().int().min(1).optional(),
      limit: z.coerce.number().int().min(1).max(500).optional(),
    }),
  },
  responses: { 200: json(AuditList, 'A page of the trail'), ...refusals(422) },
})

export function auditRoutes(app: OpenAPIHono<AppEnv>, { audit }: Parts): void {
  app.openapi(list, async (c) => {
    requireScope(c.get('caller'), 'admin')
    const { before, limit = 100 } = c.req.valid('query')
    const page = await audit.page(before, limit)
    return c.json({ entries: [...page.entries], before: page.before ?? null }, 200)
  })
}

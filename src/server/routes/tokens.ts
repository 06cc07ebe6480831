import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { requireScope } from '../access/caller.ts'
import { DEFAULT_SCOPES } from '../access/scopes.ts'
import type { TokenInfo } from '../access/tokens.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'
import { body, json, refusals } from '../schemas/common.ts'
import { MadeToken, NewToken, TokenList } from '../schemas/others.ts'

const list = createRoute({
  method: 'get',
  path: '/tokens',
  summary: 'All tokens, without their secrets',
  responses: { 200: json(TokenList, 'The tokens'), ...refusals() },
})

const create = createRoute({
  method: 'post',
  path: '/tokens',
  summary: 'Make a token',
  description: 'Without scopes: `links sessions`. Nobody can give a scope that the caller has not.',
  request: body(NewToken),
  responses: { 201: json(MadeToken, 'The token; its text is shown this once'), ...refusals(422) },
})

const revoke = createRoute({
  method: 'delete',
  path: '/tokens/{id}',
  summary: 'Revoke a token',
  request: { params: z.object({ id: z.string().min(1).max(64) }) },
  responses: { 204: { description: 'Revoked' }, ...refusals(404) },
})

export function tokenRoutes(app: OpenAPIHono<AppEnv>, { tokens, audit, clock }: Parts): void {
  app.openapi(list, async (c) => {
    requireScope(c.get('caller'), 'admin')
    return c.json({ tokens: (await tokens.list()).map(viewOf) }, 200)
  })

  app.openapi(create, async (c) => {
    const caller = c.get('caller')
    requireScope(caller, 'admin')
    const { name, scopes = DEFAULT_SCOPES, expiresInSeconds } = c.req.valid('json')
    for (const scope of scopes) requireScope(caller, scope)
    const expires =
      expiresInSeconds === undefined ? {} : { expiresAt: new Date(clock.now() + expiresInSeconds * 1_000) }
    const { info, token } = await tokens.create({ name, scopes, ...expires })
    await audit.note({ who: caller.id, action: 'token.create', subject: info.id, requestId: c.get('requestId') })
    return c.json({ ...viewOf(info), token }, 201)
  })

  app.openapi(revoke, async (c) => {
    const caller = c.get('caller')
    requireScope(caller, 'admin')
    const { id } = c.req.valid('param')
    if (!(await tokens.revoke(id))) throw new HttpProblem('not-found', 'there is no such token')
    await audit.note({ who: caller.id, action: 'token.revoke', subject: id, requestId: c.get('requestId') })
    return c.body(null, 204)
  })
}

function viewOf({ id, name, scopes, createdAt, expiresAt }: TokenInfo): z.infer<typeof TokenList>['tokens'][number] {
  return {
    id,
    name,
    scopes: [...scopes],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
  }
}

import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { requireScope } from '../access/caller.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'
import { body, json, refusals } from '../schemas/common.ts'
import { LeaveAlone, LeftAloneList, LeftAloneOne } from '../schemas/others.ts'

const list = createRoute({
  method: 'get',
  path: '/do-not-prompt',
  summary: 'Numbers that are never asked, masked',
  responses: { 200: json(LeftAloneList, 'The numbers'), ...refusals() },
})

const add = createRoute({
  method: 'post',
  path: '/do-not-prompt',
  summary: 'Leave a number alone from now on',
  request: body(LeaveAlone),
  responses: { 201: json(LeftAloneOne, 'It is left alone'), ...refusals(422) },
})

/** By POST: a number has no place in an address, which ends in logs. */
const remove = createRoute({
  method: 'post',
  path: '/do-not-prompt/remove',
  summary: 'A number may be asked again',
  request: body(LeaveAlone),
  responses: { 204: { description: 'It may be asked' }, ...refusals(404, 422) },
})

export function doNotPromptRoutes(app: OpenAPIHono<AppEnv>, { doNotPrompt, audit, clock }: Parts): void {
  app.openapi(list, async (c) => {
    requireScope(c.get('caller'), 'admin')
    return c.json({ numbers: [...(await doNotPrompt.list())] }, 200)
  })

  app.openapi(add, async (c) => {
    const caller = c.get('caller')
    requireScope(caller, 'admin')
    const { phone, note } = c.req.valid('json')
    const entry = await doNotPrompt.add(phone, note, new Date(clock.now()))
    await audit.note({ who: caller.id, action: 'do-not-prompt.add', phone: entry.phone, requestId: c.get('requestId') })
    return c.json(entry, 201)
  })

  app.openapi(remove, async (c) => {
    const caller = c.get('caller')
    requireScope(caller, 'admin')
    if (!(await doNotPrompt.remove(c.req.valid('json').phone)))
      throw new HttpProblem('not-found', 'this number is not on the list')
    await audit.note({ who: caller.id, action: 'do-not-prompt.remove', requestId: c.get('requestId') })
    return c.body(null, 204)
  })
}

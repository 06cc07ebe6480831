import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { requireScope } from '../access/caller.ts'
import { eventStream } from '../links/event-stream.ts'
import type { KnownLink } from '../links/links.ts'
import { isLast, type Sight, sightOf } from '../links/told-event.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'
import { refusals } from '../schemas/common.ts'
import { LinkId } from '../schemas/link.ts'

const events = createRoute({
  method: 'get',
  path: '/links/{id}/events',
  summary: 'The events of a link, as they happen',
  description:
    'Server-sent events, one for each event of the link, with ids. `Last-Event-ID` goes on after that one. 204 when all were read and the link is over.',
  request: { params: LinkId },
  responses: {
    200: { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    204: { description: 'All were read' },
    ...refusals(404),
  },
})

export function linkEventRoutes(app: OpenAPIHono<AppEnv>, parts: Parts): void {
  app.openapi(events, async (c) => {
    const caller = c.get('caller')
    requireScope(caller, 'links')
    const link = await parts.links.get(c.req.valid('param').id)
    if (link === undefined || (link.record.owner !== caller.id && !caller.scopes.has('admin')))
      throw new HttpProblem('not-found', 'there is no such link')
    return streamed(parts, link, c.req.header('last-event-id'), sightOf(caller.scopes))
  })
}

/** The answer for whoever may see this link. @throws HttpProblem malformed-request */
export function streamed(parts: Parts, link: KnownLink, lastEventId: string | undefined, sight: Sight): Response {
  const after = numberOf(lastEventId)
  const last = link.events.at(-1)
  const isOver = link.live === undefined && link.record.trail !== undefined
  if (last !== undefined && (isOver || isLast(last.event)) && after >= last.number)
    return new Response(null, { status: 204 })
  const { links, clock, metrics } = parts
  metrics.streams(1)
  const stream = eventStream({
    links,
    link,
    after,
    sight,
    clock,
    onSlow: () => metrics.slowReader(),
    onEnd: () => metrics.streams(-1),
  })
  return new Response(stream, {
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      // nginx holds answers back otherwise.
      'X-Accel-Buffering': 'no',
    },
  })
}

function numberOf(lastEventId: string | undefined): number {
  if (lastEventId === undefined || lastEventId === '') return 0
  if (/^\d{1,15}$/.test(lastEventId)) return Number(lastEventId)
  throw new HttpProblem('malformed-request', 'Last-Event-ID must be the id of an event of this link')
}

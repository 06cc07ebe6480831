import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { isStillGood, requireScope } from '../access/caller.ts'
import { eventStream, type StreamParts } from '../links/event-stream.ts'
import type { KnownLink } from '../links/links.ts'
import { isLast, sightOf } from '../links/told-event.ts'
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
    return streamed(c, parts, link, {
      sight: sightOf(caller.scopes),
      mayReadOn: () => isStillGood(caller, parts.tokens),
    })
  })
}

/** Whoever may see this link, and for how long. */
export type LinkReader = Pick<StreamParts, 'sight' | 'mayReadOn'>

/** The answer for them. @throws HttpProblem malformed-request */
export function streamed(c: Context<AppEnv>, parts: Parts, link: KnownLink, reader: LinkReader): Response {
  const after = numberOf(c.req.header('last-event-id'))
  const last = link.events.at(-1)
  const isOver = link.live === undefined && link.record.trail !== undefined
  if (last !== undefined && (isOver || isLast(last.event)) && after >= last.number)
    return new Response(null, { status: 204 })
  const headers = {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    // nginx holds answers back otherwise.
    'X-Accel-Buffering': 'no',
  }
  // Hono answers HEAD by GET and drops the body unread: a stream would stay open.
  if (c.req.method === 'HEAD') return new Response(null, { headers })
  const { links, clock, metrics } = parts
  metrics.streams(1)
  const stream = eventStream({
    links,
    link,
    after,
    clock,
    ...reader,
    onSlow: () => metrics.slowReader(),
    onEnd: () => metrics.streams(-1),
  })
  return new Response(stream, { headers })
}

function numberOf(lastEventId: string | undefined): number {
  if (lastEventId === undefined || lastEventId === '') return 0
  if (/^\d{1,15}$/.test(lastEventId)) return Number(lastEventId)
  throw new HttpProblem('malformed-request', 'Last-Event-ID must be the id of an event of this link')
}

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { type Caller, requireScope } from '../access/caller.ts'
import type { AuditAction } from '../audit.ts'
import { OUTBOX_TYPES } from '../outbox.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'
import { body, json, optionalBody, refusals } from '../schemas/common.ts'
import {
  DeliveryList,
  Replayed,
  ReplayRequest,
  RotateRequest,
  Webhook,
  WebhookList,
  WebhookRequest,
  WebhookWithSecret,
} from '../schemas/webhook.ts'
import { checkedTarget } from '../webhooks/addresses.ts'
import type { ListedDelivery } from '../webhooks/deliveries.ts'
import type { Endpoint } from '../webhooks/endpoints.ts'

const WebhookId = z.object({ id: z.string().min(1).max(64) })

const list = createRoute({
  method: 'get',
  path: '/webhooks',
  summary: 'All receivers of webhooks',
  responses: { 200: json(WebhookList, 'The receivers'), ...refusals() },
})

const create = createRoute({
  method: 'post',
  path: '/webhooks',
  summary: 'Add a receiver of webhooks',
  description:
    'It hears of what happens from now on: at least once, in order for each session, signed as Standard Webhooks. Scope `webhooks`.',
  request: body(WebhookRequest),
  responses: { 201: json(WebhookWithSecret, 'The receiver; its secret is shown this once'), ...refusals(422) },
})

const read = createRoute({
  method: 'get',
  path: '/webhooks/{id}',
  summary: 'One receiver',
  request: { params: WebhookId },
  responses: { 200: json(Webhook, 'The receiver'), ...refusals(404) },
})

const remove = createRoute({
  method: 'delete',
  path: '/webhooks/{id}',
  summary: 'Remove a receiver',
  request: { params: WebhookId },
  responses: { 204: { description: 'Removed, with what it was still to hear' }, ...refusals(404) },
})

const rotate = createRoute({
  method: 'post',
  path: '/webhooks/{id}/rotate',
  summary: 'Give a receiver a new secret',
  description: 'While both are valid each delivery carries both signatures.',
  request: { params: WebhookId, ...optionalBody(RotateRequest) },
  responses: { 200: json(WebhookWithSecret, 'The receiver; its new secret is shown this once'), ...refusals(404, 422) },
})

const replay = createRoute({
  method: 'post',
  path: '/webhooks/{id}/replay',
  summary: 'Deliver again: one event, or all since a time',
  description: 'Events are kept for 7 days. They come under their old ids, so that a receiver can tell.',
  request: { params: WebhookId, ...body(ReplayRequest) },
  responses: { 202: json(Replayed, 'How many will be delivered again'), ...refusals(404, 422) },
})

const resume = createRoute({
  method: 'post',
  path: '/webhooks/{id}/resume',
  summary: 'Deliver to a parked receiver again',
  description: 'From where it stood, as far back as 7 days. One that is not parked is tried at once.',
  request: { params: WebhookId },
  responses: { 200: json(Webhook, 'The receiver'), ...refusals(404) },
})

const deliveries = createRoute({
  method: 'get',
  path: '/webhooks/{id}/deliveries',
  summary: 'What a receiver was told and how that went, newest first',
  request: {
    params: WebhookId,
    query: z.object({
      before: z.coerce.number().int().min(1).optional(),
      limit: z.coerce.number().int().min(1).max(200).optional(),
    }),
  },
  responses: { 200: json(DeliveryList, 'A page of deliveries'), ...refusals(404, 422) },
})

const OVERLAP_SECONDS = 86_400

export function webhookRoutes(app: OpenAPIHono<AppEnv>, { webhooks, audit }: Parts): void {
  const { endpoints } = webhooks

  const caller = (c: Context<AppEnv>): Caller => {
    requireScope(c.get('caller'), 'webhooks')
    return c.get('caller')
  }

  const note = (c: Context<AppEnv>, action: AuditAction, subject: string): Promise<void> =>
    audit.note({ who: c.get('caller').id, action, subject, requestId: c.get('requestId') })

  app.openapi(list, async (c) => {
    caller(c)
    return c.json({ webhooks: (await endpoints.list()).map(viewOf) }, 200)
  })

  app.openapi(create, async (c) => {
    caller(c)
    const { url, events = [], description = '' } = c.req.valid('json')
    const target = checkedTarget(url, webhooks.toLoopback)
    const { endpoint, secret } = await endpoints.create({ url: target, events: [...new Set(events)], description })
    await note(c, 'webhook.create', endpoint.id)
    webhooks.stirred()
    return c.json({ ...viewOf(endpoint), secret }, 201)
  })

  app.openapi(read, async (c) => {
    caller(c)
    return c.json(viewOf(known(await endpoints.get(c.req.valid('param').id))), 200)
  })

  app.openapi(remove, async (c) => {
    caller(c)
    const { id } = c.req.valid('param')
    if (!(await webhooks.drop(id))) throw unknown()
    await note(c, 'webhook.remove', id)
    return c.body(null, 204)
  })

  app.openapi(rotate, async (c) => {
    caller(c)
    const { id } = c.req.valid('param')
    const { overlapSeconds = OVERLAP_SECONDS } = c.req.valid('json') ?? {}
    const { endpoint, secret } = known(await endpoints.rotate(id, overlapSeconds * 1_000))
    await note(c, 'webhook.rotate', id)
    return c.json({ ...viewOf(endpoint), secret }, 200)
  })

  app.openapi(replay, async (c) => {
    caller(c)
    const endpoint = known(await endpoints.get(c.req.valid('param').id))
    const replayed = await replayedFor(endpoint, c.req.valid('json'))
    await endpoints.touch(endpoint.id)
    await note(c, 'webhook.replay', endpoint.id)
    webhooks.stirred()
    return c.json({ replayed }, 202)
  })

  /** @throws HttpProblem */
  const replayedFor = async (endpoint: Endpoint, wish: z.infer<typeof ReplayRequest>): Promise<number> => {
    const { event, since } = wish
    if ((event === undefined) === (since === undefined))
      throw new HttpProblem('invalid-options', 'name either an event or a time to replay from')
    if (since !== undefined) return webhooks.deliveries.againSince(endpoint, Date.parse(since))
    const found = event === undefined ? 0 : await webhooks.deliveries.again(endpoint.id, event)
    if (found === 0) throw new HttpProblem('not-found', 'this receiver has no delivery of such an event')
    return found
  }

  app.openapi(resume, async (c) => {
    caller(c)
    const { id } = c.req.valid('param')
    const endpoint = known(await webhooks.resume(id))
    await note(c, 'webhook.resume', id)
    return c.json(viewOf(endpoint), 200)
  })

  app.openapi(deliveries, async (c) => {
    caller(c)
    const { id } = known(await endpoints.get(c.req.valid('param').id))
    const { before, limit = 50 } = c.req.valid('query')
    const found = await webhooks.deliveries.page(id, before, limit)
    const older = found.length < limit ? null : (found.at(-1)?.number ?? null)
    return c.json({ deliveries: found.map(deliveryView), before: older }, 200)
  })
}

function known<T>(found: T | undefined): T {
  if (found === undefined) throw unknown()
  return found
}

function unknown(): HttpProblem {
  return new HttpProblem('not-found', 'there is no such webhook')
}

function viewOf({
  id,
  url,
  description,
  events,
  parked,
  createdAt,
  lastDeliveredAt,
}: Endpoint): z.infer<typeof Webhook> {
  return {
    id,
    url,
    description,
    events: events.length === 0 ? [...OUTBOX_TYPES] : [...events],
    state: parked === undefined ? 'active' : 'parked',
    parkedAt: timeOf(parked?.at ?? 0),
    parkedReason: parked?.reason ?? null,
    lastDeliveredAt: timeOf(lastDeliveredAt),
    createdAt: new Date(createdAt).toISOString(),
  }
}

function deliveryView({ delivery }: ListedDelivery): z.infer<typeof DeliveryList>['deliveries'][number] {
  const { event, state, attempts, lastAttemptAt, nextAt, last } = delivery
  return {
    event: event.id,
    type: event.type,
    session: event.session,
    at: event.at,
    state,
    attempts,
    lastAttemptAt: timeOf(lastAttemptAt),
    nextAttemptAt: timeOf(nextAt),
    lastStatus: last?.status ?? null,
    lastReason: last?.reason ?? null,
  }
}

/** 0: never. */
function timeOf(at: number): string | null {
  return at === 0 ? null : new Date(at).toISOString()
}

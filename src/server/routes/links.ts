import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { type Caller, requireScope } from '../access/caller.ts'
import type { AuditAction } from '../audit.ts'
import type { KeptAnswer, Standing } from '../idempotency.ts'
import { type LinkWish, newLinkId } from '../links/begin-link.ts'
import type { KnownLink } from '../links/links.ts'
import type { LinkRecord } from '../links/record.ts'
import { type Sight, sightOf } from '../links/told-event.ts'
import { type LinkView, viewOf } from '../links/view.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'
import { body, json, optionalBody, refusals } from '../schemas/common.ts'
import { Assertion, Comparison, Link, LinkId, LinkList, LinkRequest } from '../schemas/link.ts'

const start = createRoute({
  method: 'post',
  path: '/links',
  summary: 'Begin a link',
  description:
    'Answers after the first code or refusal, after 20 s at most. `Idempotency-Key` is honoured for 24 h. Scope `links`; `codes` to see the code; `passkeys` to wait for a passkey.',
  request: body(LinkRequest),
  responses: {
    200: json(Link, 'Linked already, with `ifLinked: "return"`'),
    201: json(Link, 'WhatsApp was asked; `state` says how it went'),
    ...refusals(409, 422),
  },
})

const list = createRoute({
  method: 'get',
  path: '/links',
  summary: 'The newest links',
  description:
    'Newest first, 100 at most; of those that are over the last day’s. A token sees the links that it began, `admin` all. Scope `links`; `codes` to see codes.',
  responses: { 200: json(LinkList, 'The links'), ...refusals() },
})

const read = createRoute({
  method: 'get',
  path: '/links/{id}',
  summary: 'The state of a link',
  request: { params: LinkId },
  responses: { 200: json(Link, 'The link'), ...refusals(404) },
})

const cancel = createRoute({
  method: 'delete',
  path: '/links/{id}',
  summary: 'Cancel a link',
  request: { params: LinkId },
  responses: {
    200: json(Link, 'The link; of one on another server the state follows within seconds'),
    ...refusals(404),
  },
})

const refresh = createRoute({
  method: 'post',
  path: '/links/{id}/refresh',
  summary: 'Give up the live code and ask for another',
  request: { params: LinkId },
  responses: { 202: json(Link, 'Asked; the new code is in the events'), ...refusals(404, 409) },
})

const passkey = createRoute({
  method: 'post',
  path: '/links/{id}/passkey',
  summary: 'Answer the request for a passkey',
  description:
    'The body is what `PublicKeyCredential.toJSON()` gave on a page that WhatsApp accepts. Scopes `links` and `passkeys`.',
  request: { params: LinkId, ...body(Assertion) },
  responses: { 202: json(Link, 'On its way; what WhatsApp says to it is in the events'), ...refusals(404, 409, 422) },
})

const confirm = createRoute({
  method: 'post',
  path: '/links/{id}/confirm',
  summary: 'Say whether both screens show the same code',
  description: 'In the state `verify`. `equal: false` ends the link. Scopes `links` and `passkeys`.',
  request: { params: LinkId, ...optionalBody(Comparison) },
  responses: { 202: json(Link, 'Said'), ...refusals(404, 409, 422) },
})

/** So long another server may be at a request of which nothing is to be seen yet. */
const UNDER_WAY_MS = 60_000
const MOST = 100
const KEY = /^[\x21-\x7e]{1,255}$/

export function linkRoutes(app: OpenAPIHono<AppEnv>, parts: Parts): void {
  const { links, linkBeginner, idempotency, audit, limits, clock } = parts

  const shown = ({ record, events }: Pick<KnownLink, 'record' | 'events'>, sight: Sight): LinkView =>
    viewOf(record, events, clock.now(), sight)

  /** A caller sees the links that it began itself; `admin` sees all. */
  const found = async (id: string, caller: AppEnv['Variables']['caller']): Promise<KnownLink> => {
    requireScope(caller, 'links')
    const link = await links.get(id)
    if (link !== undefined && maySee(caller, link.record)) return link
    throw new HttpProblem('not-found', 'there is no such link')
  }

  /** Requests with an Idempotency-Key that this server is at: the same one again waits for the first. */
  const underWay = new Map<string, Promise<unknown>>()

  const inTurn = async <T>(place: string | undefined, work: () => Promise<T>): Promise<T> => {
    if (place === undefined) return work()
    const turn = (underWay.get(place) ?? Promise.resolve()).then(work, work)
    underWay.set(place, turn)
    try {
      return await turn
    } finally {
      if (underWay.get(place) === turn) underWay.delete(place)
    }
  }

  /** Undefined when the link of an earlier request never began. */
  const keptAnswer = async (
    standing: Exclude<Standing, { kind: 'fresh' }>,
    sight: Sight,
  ): Promise<KeptAnswer | undefined> => {
    if (standing.kind === 'answered') return standing.answer
    const link = await links.get(standing.link)
    if (link !== undefined) return { status: 201, body: shown(link, sight) }
    if (clock.now() - standing.at >= UNDER_WAY_MS) return undefined
    throw new HttpProblem('request-under-way', 'another server is at this request', { retryAfterMs: UNDER_WAY_MS })
  }

  const keep = async (place: string, link: string, answer: KeptAnswer): Promise<void> => {
    if (!links.live.has(link)) return
    await idempotency.answered(place, answer)
    if (!links.live.has(link)) await idempotency.erase(place) // it ended meanwhile
  }

  /** The answer that an earlier request under this key got; undefined: this one is the first, and goes ahead. */
  const earlier = async (place: string, wish: LinkWish, id: string, sight: Sight): Promise<KeptAnswer | undefined> => {
    const standing = await idempotency.begin(place, wish, id)
    if (standing.kind === 'fresh') return undefined
    const kept = await keptAnswer(standing, sight)
    if (kept === undefined) await idempotency.takeOver(place, wish, id)
    return kept
  }

  const begun = async (wish: LinkWish, { caller, id, place, requestId }: Beginning): Promise<Answer> => {
    if (!caller.scopes.has('admin')) await limits.take('links', caller.id)
    const kept = place === undefined ? {} : { idempotency: place }
    const live = await linkBeginner.begin(wish, { owner: caller.id, id, ...kept })
    const masked = live.record.phone
    const phone = masked === null ? {} : { phone: masked }
    await audit.note({ who: caller.id, action: 'link.start', subject: id, requestId, ...phone })
    const body = shown(live, sightOf(caller.scopes))
    const answer: Answer = { status: body.state === 'paired' && wish.ifLinked === 'return' ? 200 : 201, body }
    if (place !== undefined) await keep(place, id, answer)
    return answer
  }

  const refused = async (thrown: unknown, wish: LinkWish, { caller, place, requestId }: Beginning): Promise<void> => {
    if (place !== undefined) await idempotency.free(place)
    const outcome = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'internal-error'
    await audit.note({ who: caller.id, action: 'link.refused', subject: wish.session, outcome, requestId })
  }

  app.openapi(start, async (c) => {
    const caller = c.get('caller')
    requireScope(caller, 'links')
    const wish = c.req.valid('json')
    if (wish.passkey === 'wait') requireScope(caller, 'passkeys')
    const place = placeOf(c.req.header('idempotency-key'), caller.id)
    const beginning: Beginning = { caller, place, id: newLinkId(), requestId: c.get('requestId') }
    return inTurn(place, async () => {
      const kept = place === undefined ? undefined : await earlier(place, wish, beginning.id, sightOf(caller.scopes))
      if (kept !== undefined) {
        c.header('Idempotency-Replayed', 'true')
        return answered(c, kept as Answer)
      }
      try {
        return answered(c, await begun(wish, beginning))
      } catch (thrown) {
        await refused(thrown, wish, beginning)
        throw thrown
      }
    })
  })

  app.openapi(list, async (c) => {
    const caller = c.get('caller')
    requireScope(caller, 'links')
    const visible = (await links.newest(MOST)).filter(({ record }) => maySee(caller, record))
    return c.json({ links: visible.map((link) => shown(link, sightOf(caller.scopes))) }, 200)
  })

  app.openapi(read, async (c) => {
    const caller = c.get('caller')
    return c.json(shown(await found(c.req.valid('param').id, caller), sightOf(caller.scopes)), 200)
  })

  /** What is done to a link that is there, with its trace in the trail; gives the link as it is then. */
  const done = async (
    { caller, requestId }: Pick<Beginning, 'caller' | 'requestId'>,
    link: KnownLink,
    action: AuditAction,
    work: Promise<void>,
  ): Promise<LinkView> => {
    await work
    const { id } = link.record
    await audit.note({ who: caller.id, action, subject: id, requestId })
    return shown((await links.get(id)) ?? link, sightOf(caller.scopes))
  }

  app.openapi(cancel, async (c) => {
    const [caller, requestId] = [c.get('caller'), c.get('requestId')]
    const link = await found(c.req.valid('param').id, caller)
    return c.json(await done({ caller, requestId }, link, 'link.cancel', links.cancel(link)), 200)
  })

  app.openapi(refresh, async (c) => {
    const [caller, requestId] = [c.get('caller'), c.get('requestId')]
    const link = await found(c.req.valid('param').id, caller)
    return c.json(await done({ caller, requestId }, link, 'link.refresh', links.refresh(link)), 202)
  })

  app.openapi(passkey, async (c) => {
    const [caller, requestId] = [c.get('caller'), c.get('requestId')]
    const link = await found(c.req.valid('param').id, caller)
    requireScope(caller, 'passkeys')
    const work = links.answerPasskey(link, c.req.valid('json'))
    return c.json(await done({ caller, requestId }, link, 'link.passkey', work), 202)
  })

  app.openapi(confirm, async (c) => {
    const [caller, requestId] = [c.get('caller'), c.get('requestId')]
    const link = await found(c.req.valid('param').id, caller)
    requireScope(caller, 'passkeys')
    const work = links.confirm(link, c.req.valid('json')?.equal !== false)
    return c.json(await done({ caller, requestId }, link, 'link.confirm', work), 202)
  })
}

function maySee(caller: Caller, { owner }: Pick<LinkRecord, 'owner'>): boolean {
  return owner === caller.id || caller.scopes.has('admin')
}

interface Beginning {
  readonly caller: Caller
  readonly id: string
  /** The Idempotency-Key and whose it is. */
  readonly place: string | undefined
  readonly requestId: string
}

type Answer = KeptAnswer & { readonly body: LinkView }

function answered(c: Context<AppEnv>, { status, body }: Answer) {
  return status === 200 ? c.json(body, 200) : c.json(body, 201)
}

function placeOf(key: string | undefined, caller: string): string | undefined {
  if (key === undefined) return undefined
  if (KEY.test(key)) return `${caller} links ${key}`
  throw new HttpProblem('malformed-request', 'Idempotency-Key must be 1 to 255 visible ASCII characters')
}

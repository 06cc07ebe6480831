import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { LinkError } from '../../errors.ts'
import { parsePhone } from '../../phone/parse.ts'
import { checkedSessionName } from '../../store/session-name.ts'
import { requireScope } from '../access/caller.ts'
import { viewOf } from '../invitations/view.ts'
import type { AppEnv, Parts } from '../parts.ts'
import { HttpProblem } from '../problem.ts'
import { body, json, refusals } from '../schemas/common.ts'
import { InvitationList, InvitationMade, InvitationRequest } from '../schemas/others.ts'

const DEFAULT_SECONDS = 3_600
const MOST = 100
const MOST_CHARACTERS = 140

const create = createRoute({
  method: 'post',
  path: '/invitations',
  summary: 'Invite someone to link their account',
  description:
    'The URL works once. Pinned to `phone`; without one `anyNumber: true` is needed, and the scope `admin`. Scope `links`.',
  request: body(InvitationRequest),
  responses: { 201: json(InvitationMade, 'The invitation; its URL is shown this once'), ...refusals(422) },
})

const list = createRoute({
  method: 'get',
  path: '/invitations',
  summary: 'The newest invitations',
  description:
    'Newest first, 100 at most, without their URLs. A token sees the invitations that it made, `admin` all. Scope `links`.',
  responses: { 200: json(InvitationList, 'The invitations'), ...refusals() },
})

const revoke = createRoute({
  method: 'delete',
  path: '/invitations/{id}',
  summary: 'Revoke an invitation',
  description: '`id` as the answer named it, or the last part of the URL, for who kept that alone. Scope `links`.',
  request: { params: z.object({ id: z.string().min(1).max(64) }) },
  responses: { 204: { description: 'Revoked' }, ...refusals(404) },
})

export function invitationRoutes(app: OpenAPIHono<AppEnv>, parts: Parts): void {
  const { invitations, audit, clock, options } = parts

  app.openapi(create, async (c) => {
    const caller = c.get('caller')
    requireScope(caller, 'links')
    const wish = c.req.valid('json')
    if (wish.anyNumber === true) requireScope(caller, 'admin')
    const expiresAt = clock.now() + (wish.expiresInSeconds ?? DEFAULT_SECONDS) * 1_000
    const { invitation, secret } = await invitations.create({
      session: checkedSessionName(wish.session),
      phone: pinned(wish.phone, wish.anyNumber === true),
      purpose: plainText(wish.purpose),
      returnUrl: returnTo(wish.returnUrl, options.returnOrigins),
      deviceName: wish.deviceName ?? null,
      by: caller.id,
      expiresAt,
    })
    const { id, session } = invitation
    const requestId = c.get('requestId')
    await audit.note({ who: caller.id, action: 'invitation.create', subject: id, outcome: session, requestId })
    const url = `${outside(options.publicUrl, c.req.url, c.env.base)}/link/${secret}`
    return c.json({ id, url, expiresAt: new Date(expiresAt).toISOString() }, 201)
  })

  app.openapi(list, async (c) => {
    const caller = c.get('caller')
    requireScope(caller, 'links')
    const found = await invitations.newest(MOST)
    const visible = found.filter(({ by }) => by === caller.id || caller.scopes.has('admin'))
    return c.json({ invitations: visible.map((each) => viewOf(each, clock.now())) }, 200)
  })

  app.openapi(revoke, async (c) => {
    const caller = c.get('caller')
    requireScope(caller, 'links')
    const { id: named } = c.req.valid('param')
    const found = (await invitations.get(named)) ?? (await invitations.ofSecret(named))
    const id = found?.id ?? named
    const isTheirs = found !== undefined && (found.by === caller.id || caller.scopes.has('admin'))
    if (!isTheirs || !(await invitations.revoke(id))) throw new HttpProblem('not-found', 'there is no such invitation')
    await audit.note({ who: caller.id, action: 'invitation.revoke', subject: id, requestId: c.get('requestId') })
    return c.body(null, 204)
  })
}

/** Where the server is for people. Without a public URL: as the caller, who is on this machine, called it. */
function outside(publicUrl: URL | undefined, called: string, base: string): string {
  return publicUrl === undefined ? new URL(called).origin + base : publicUrl.href.replace(/\/$/, '')
}

function pinned(phone: string | undefined, anyNumber: boolean): string | null {
  if (phone === undefined) {
    if (anyNumber) return null
    throw new LinkError('invalid-phone', 'an invitation is for one number: phone is missing', {
      advice: 'Send the number of the account, or `"anyNumber": true` with a token that has the scope admin.',
    })
  }
  const parsed = parsePhone(phone)
  if (parsed.ok) return parsed.e164
  throw new LinkError('invalid-phone', `the number cannot be used (${parsed.reason})`, { advice: parsed.advice })
}

/** Hindi and other scripts write words with them, and emoji families. */
const JOINERS = /[\u200c\u200d]/g

/** Shown as a quotation on a page that people trust: no line breaks, nothing that turns the direction of text. */
function plainText(purpose: string): string {
  const text = purpose.trim()
  const isPlain = !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u.test(purpose.replace(JOINERS, ''))
  if (isPlain && text.replace(JOINERS, '') !== '' && [...purpose].length <= MOST_CHARACTERS) return text
  throw new LinkError('invalid-options', 'purpose must be 1 to 140 characters of plain text on one line')
}

function returnTo(url: string | undefined, origins: readonly string[]): string | null {
  if (url === undefined) return null
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed !== undefined && parsed.username === '' && parsed.password === '' && origins.includes(parsed.origin))
    return parsed.href
  throw new LinkError('invalid-options', 'returnUrl must be an address at one of the allowed origins', {
    advice: 'Add its origin to PAIRCODE_RETURN_ORIGINS (returnOrigins).',
  })
}

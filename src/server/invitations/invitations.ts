// Invitations in the store. The secret is in the link alone; what is kept are hashes, sealed.

import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import { sameSecret } from '../../lib/same-secret.ts'
import type { Collection, Collections } from '../../store/collections.ts'
import { hashOf } from '../access/token-text.ts'
import {
  begin,
  bind,
  type Choices,
  complete,
  type Invitation,
  type InvitationStep,
  look,
  revoke,
  VISIT_MS,
  visit,
} from './invitation.ts'

export type NewInvitation = Pick<
  Invitation,
  'session' | 'phone' | 'purpose' | 'returnUrl' | 'deviceName' | 'by' | 'expiresAt'
>

/** All methods throw StoreError. */
export interface Invitations {
  /** `secret` is the only time that it can be read. */
  create(wanted: NewInvitation): Promise<{ readonly invitation: Invitation; readonly secret: string }>
  get(id: string): Promise<Invitation | undefined>
  /** Whatever became of it. */
  ofSecret(secret: string): Promise<Invitation | undefined>
  /** Newest first; of those that lead nowhere any more the last day's. */
  newest(limit: number): Promise<readonly Invitation[]>
  /** Of a secret from a link. Changes nothing. */
  look(secret: string): Promise<InvitationStep>
  /** *Continue*. `cookie` is to be set; it may be the one that the browser has already. */
  bind(secret: string, known: string | undefined): Promise<InvitationStep & { readonly cookie?: string }>
  /** Of a cookie. */
  visit(cookie: string): Promise<InvitationStep>
  begin(id: string, link: string, choices: Choices): Promise<void>
  /** Gives what the person had chosen; undefined when this link is not the visit's latest, or it was done before. */
  complete(
    id: string,
    link: string,
  ): Promise<{ readonly invitation: Invitation; readonly choices: Choices } | undefined>
  /** False when there is none of this id. */
  revoke(id: string): Promise<boolean>
}

const SECRET = /^[A-Za-z0-9_-]{43}$/
const COOKIE = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/
/** After its end it can still say why it leads nowhere. */
const EPILOGUE_MS = 24 * 3_600_000
const UNKNOWN: InvitationStep = { ok: false, reason: 'unknown' }

export function createInvitations(collections: Collections, clock: Clock): Invitations {
  const invitations: Collection<Invitation> = collections.open('invitations', (stored) => stored as Invitation)

  const found = async (secret: string): Promise<Invitation | undefined> => {
    if (!SECRET.test(secret)) return undefined
    const invitation = await invitations.get(idOf(secret))
    return invitation !== undefined && sameSecret(invitation.hash, hashOf(secret)) ? invitation : undefined
  }

  const change = (id: string, next: (old: Invitation) => Invitation): Promise<boolean> =>
    invitations.change(id, 'all', (old) =>
      old === undefined ? { result: false } : { put: { value: next(old), expiresAt: lastsUntil(old) }, result: true },
    )

  return {
    async create(wanted) {
      const secret = randomBytes(32).toString('base64url')
      const invitation: Invitation = {
        ...wanted,
        id: idOf(secret),
        hash: hashOf(secret),
        createdAt: clock.now(),
        state: { name: 'open' },
      }
      await invitations.put(invitation.id, 'all', invitation, lastsUntil(invitation))
      return { invitation, secret }
    },
    get: (id) => invitations.get(id),
    ofSecret: found,
    newest: async (limit) => (await invitations.list('all', { limit, newestFirst: true })).map(({ value }) => value),
    async look(secret) {
      const invitation = await found(secret)
      return invitation === undefined ? UNKNOWN : look(invitation, clock.now())
    },
    async bind(secret, known) {
      const invitation = await found(secret)
      if (invitation === undefined) return UNKNOWN
      const { id } = invitation
      const old = readCookie(known)
      const drawn = randomBytes(32).toString('base64url')
      const step = await invitations.change<InvitationStep>(id, 'all', (current, now) => {
        if (current === undefined) return { result: UNKNOWN }
        const bound = bind(current, hashOf(drawn), old?.id === id ? old.hash : undefined, now)
        if (!bound.ok || bound.invitation === current) return { result: bound }
        return { put: { value: bound.invitation, expiresAt: lastsUntil(current) }, result: bound }
      })
      if (!step.ok) return step
      const isNew = step.invitation.state.name === 'bound' && step.invitation.state.cookie === hashOf(drawn)
      return { ...step, cookie: isNew ? `${id}.${drawn}` : (known ?? '') }
    },
    async visit(cookie) {
      const read = readCookie(cookie)
      const invitation = read === undefined ? undefined : await invitations.get(read.id)
      return read === undefined || invitation === undefined ? UNKNOWN : visit(invitation, read.hash, clock.now())
    },
    async begin(id, link, choices) {
      await change(id, (old) => begin(old, link, choices))
    },
    complete: (id, link) =>
      invitations.change(id, 'all', (old, now) => {
        if (old === undefined || old.state.name !== 'bound') return { result: undefined }
        const done = complete(old, link, now)
        if (done === old) return { result: undefined }
        const { phone, language } = old.state
        return {
          put: { value: done, expiresAt: lastsUntil(old) },
          result: { invitation: done, choices: { phone, language } },
        }
      }),
    revoke: (id) => change(id, revoke),
  }
}

/** 128 bits that name an invitation and do not tell its secret. */
function idOf(secret: string): string {
  return createHash('sha256').update(`invitation id ${secret}`).digest().subarray(0, 16).toString('base64url')
}

function readCookie(cookie: string | undefined): { readonly id: string; readonly hash: string } | undefined {
  const [, id, secret] = COOKIE.exec(cookie ?? '') ?? []
  return id === undefined || secret === undefined ? undefined : { id, hash: hashOf(secret) }
}

function lastsUntil({ expiresAt }: Invitation): number {
  return expiresAt + VISIT_MS + EPILOGUE_MS
}

// Pure. The life of an invitation, and of the visit that it becomes:
//
//   open ── Continue ──▶ bound ── the session is online ──▶ done
//     └────── revoked ◀────┘          (a link that failed leaves it bound: the person can try again)
//
// Each function takes an invitation and says what it becomes, or why not. No clock, no randomness, no store.

import type { InstructionLanguage } from '../../instructions/instructions.ts'
import { sameSecret } from '../../lib/same-secret.ts'

export interface Invitation {
  readonly id: string
  /** Of its 256 random bits, SHA-256. */
  readonly hash: string
  readonly session: string
  /** E.164; null: any number, which an admin allowed. */
  readonly phone: string | null
  readonly purpose: string
  readonly returnUrl: string | null
  readonly deviceName: string | null
  /** `operator` or the id of a token. */
  readonly by: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly state: InvitationState
}

export type InvitationState =
  | { readonly name: 'open' }
  /** `cookie`: hash of the browser's. `link`: the latest that it began. */
  | ({
      readonly name: 'bound'
      readonly cookie: string
      readonly until: number
      readonly link: string | null
    } & Choices)
  /** `at`: ms since the epoch. */
  | { readonly name: 'done'; readonly cookie: string; readonly at: number }
  | { readonly name: 'revoked' }

/** What the person chose on the page. */
export interface Choices {
  /** E.164, where the invitation names no number; null: not yet. */
  readonly phone: string | null
  /** Of the page, for the note that follows. */
  readonly language: InstructionLanguage
}

/** Why an invitation leads nowhere. `elsewhere`: another browser has it. */
export type InvitationRefusal = 'expired' | 'used' | 'elsewhere' | 'revoked' | 'unknown'

export type InvitationStep =
  | { readonly ok: true; readonly invitation: Invitation }
  | { readonly ok: false; readonly reason: InvitationRefusal }

/** How long a visit lasts after Continue, ms. */
export const VISIT_MS = 3_600_000

/** What `GET /link/{invitation}` may show. Changes nothing, whoever opens it: previews and mail scanners do. */
export function look(invitation: Invitation, now: number): InvitationStep {
  switch (invitation.state.name) {
    case 'revoked':
      return refused('revoked')
    case 'done':
      return refused('used')
    case 'open':
      return now < invitation.expiresAt ? { ok: true, invitation } : refused('expired')
    case 'bound':
      return now < invitation.state.until ? { ok: true, invitation } : refused('expired')
  }
}

/** *Continue*: the first browser has it; the same one may come back. `cookie`: hash of the new or of the known one. */
export function bind(invitation: Invitation, cookie: string, known: string | undefined, now: number): InvitationStep {
  const seen = look(invitation, now)
  if (!seen.ok) return seen
  const { state } = invitation
  if (state.name === 'bound') {
    const isSame = known !== undefined && sameSecret(state.cookie, known)
    return isSame ? { ok: true, invitation } : refused('elsewhere')
  }
  return {
    ok: true,
    invitation: {
      ...invitation,
      state: { name: 'bound', cookie, until: now + VISIT_MS, link: null, phone: null, language: 'en' },
    },
  }
}

/** The visit of a browser that shows this cookie. */
export function visit(invitation: Invitation, cookie: string, now: number): InvitationStep {
  const { state } = invitation
  if (state.name === 'done') return sameSecret(state.cookie, cookie) ? { ok: true, invitation } : refused('unknown')
  const seen = look(invitation, now)
  if (!seen.ok) return seen
  return state.name === 'bound' && sameSecret(state.cookie, cookie) ? seen : refused('unknown')
}

/** A link was begun with it. */
export function begin(invitation: Invitation, link: string, choices: Choices): Invitation {
  const { state } = invitation
  return state.name === 'bound' ? { ...invitation, state: { ...state, ...choices, link } } : invitation
}

/** That link brought the session online. */
export function complete(invitation: Invitation, link: string, at: number): Invitation {
  const { state } = invitation
  return state.name === 'bound' && state.link === link
    ? { ...invitation, state: { name: 'done', cookie: state.cookie, at } }
    : invitation
}

export function revoke(invitation: Invitation): Invitation {
  return invitation.state.name === 'done' ? invitation : { ...invitation, state: { name: 'revoked' } }
}

function refused(reason: InvitationRefusal): InvitationStep {
  return { ok: false, reason }
}

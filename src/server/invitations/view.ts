// Pure. What an invitation looks like to whoever made it. Its secret is not known any more.
import { maskPhone } from '../../phone/mask.ts'
import type { Invitation } from './invitation.ts'

/** Dates are RFC 3339. */
export interface InvitationView {
  readonly id: string
  readonly session: string
  /** Masked; null: any number. */
  readonly phone: string | null
  readonly purpose: string
  readonly deviceName: string | null
  /** `opened`: somebody pressed Continue. `done`: the session was linked with it. */
  readonly state: 'open' | 'opened' | 'done' | 'revoked' | 'expired'
  readonly createdAt: string
  readonly expiresAt: string
}

export function viewOf(invitation: Invitation, now: number): InvitationView {
  const { id, session, phone, purpose, deviceName, createdAt, expiresAt } = invitation
  return {
    id,
    session,
    phone: phone === null ? null : maskPhone(phone),
    purpose,
    deviceName,
    state: stateOf(invitation, now),
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  }
}

function stateOf({ state, expiresAt }: Invitation, now: number): InvitationView['state'] {
  switch (state.name) {
    case 'open':
      return now < expiresAt ? 'open' : 'expired'
    case 'bound':
      return now < state.until ? 'opened' : 'expired'
    default:
      return state.name
  }
}

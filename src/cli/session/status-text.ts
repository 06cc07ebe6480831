// Pure. One session for people: what it is, who uses it, and what to type next.
import type { SessionInfo, SessionState } from '../../store/contract.ts'
import type { LeaseHolder } from '../../store/leases.ts'
import { maskedNumberOf } from '../printing/masking.ts'
import { ago } from '../printing/words.ts'
import { holderText } from './holder-text.ts'

export interface Status {
  readonly info: SessionInfo
  /** Who took it last and did not give it back. */
  readonly holder: LeaseHolder | undefined
  /** Earlier logins of this name in the archive. */
  readonly archived: number
  readonly now: number
  readonly program: string
}

export function statusLines(status: Status): readonly string[] {
  const { info, holder, archived, now } = status
  const { session, state, jid, deviceName, createdAt, lastOnlineAt } = info
  return [
    `Session ${session}: ${STATES[state]}`,
    `  Number       ${maskedNumberOf(jid)}`,
    `  Device       ${deviceName === '' ? 'not known here; the phone shows it under “Linked devices”' : `“${deviceName}”`}`,
    `  Stored       ${ago(createdAt, now)}`,
    `  Last online  ${lastOnlineAt === undefined ? 'never from here' : ago(lastOnlineAt, now)}`,
    `  In use       ${useText(holder)}`,
    ...(archived === 0
      ? []
      : [`  Archived     ${archived} earlier ${archived === 1 ? 'login' : 'logins'} of this name`]),
    '',
    ...nextSteps(status),
  ]
}

function useText(holder: LeaseHolder | undefined): string {
  if (holder === undefined) return 'no'
  if (holder.isOver) return `no; ${holderText(holder)} ended without giving it back, which does no harm`
  return `by ${holderText(holder)}`
}

const STATES: Readonly<Record<SessionState, string>> = {
  linked: 'linked',
  unconfirmed: 'unconfirmed. It was stored, but no login was seen yet',
  'logged-out': 'logged out. WhatsApp no longer knows this device',
  'bad-session': 'unusable. Parts of its login are missing or contradict each other',
}

function nextSteps({ info: { session, state }, holder, program }: Status): readonly string[] {
  const link = `  Link it anew:    ${program} link --session ${session}`
  const remove = `  Take it off the list:  ${program} remove ${session}`
  if (state === 'logged-out' || state === 'bad-session') return [link, remove]
  if (holder?.isOver === false)
    return [`  ${capital(holderText(holder))} has it. Stop that program before you use it elsewhere.`]
  if (state === 'unconfirmed') return [`  Try the login:   ${program} connect ${session}`, link]
  return [`  Keep it online:  ${program} connect ${session}`, `  Unlink it:       ${program} logout ${session}`]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

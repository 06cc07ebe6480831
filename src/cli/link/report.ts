// Pure. What is said at the end of a link, and what to type next.
import type { LinkedSession } from '../../linking/events.ts'
import { maskedNumberOf } from '../printing/masking.ts'
import type { Message } from '../printing/printer.ts'

export interface Ending {
  readonly linked: LinkedSession
  /** It was linked before, and nothing was done. */
  readonly alreadyLinked: boolean
  readonly loggedIn: boolean
  readonly program: string
}

/** For programs: with the account itself, as `LinkedSession` has it. */
export function linkedMessage({ linked, alreadyLinked }: Ending): Message {
  const { session, jid, lid, deviceName } = linked
  return {
    type: 'linked',
    session,
    jid,
    ...(lid === undefined ? {} : { lid }),
    deviceName,
    alreadyLinked,
  }
}

export function linkedText({ linked: { session, jid }, alreadyLinked }: Ending): string {
  const number = maskedNumberOf(jid)
  if (alreadyLinked) return `Session ${session} is linked already, as ${number}. Nothing was changed.`
  return `Linked ${number} as session ${session}.`
}

export function nextSteps({ linked: { session, deviceName }, alreadyLinked, loggedIn, program }: Ending): string {
  const connect = `${program} connect ${session}`
  if (alreadyLinked)
    return `\n  Keep it online:  ${connect}\n  Link it anew:    ${program} link --session ${session} --replace`
  const name = `  On the phone, “Linked devices” shows it as “${deviceName}”. It can be logged out there.`
  if (loggedIn) return `${name}\n\n  Keep it online:  ${connect}`
  return `${name}\n\n  It is not logged in yet: connect your bot now, or type  ${connect}`
}

// Pure. How a stored session is, and what to do about it.
import type { SessionInfo } from '../../../store/contract.ts'
import type { SessionLook } from '../../../store/look.ts'
import { maskedNumberOf } from '../../printing/masking.ts'
import { ago } from '../../printing/words.ts'
import { holderText } from '../../session/holder-text.ts'
import { error, type Finding, note, ok, warning } from '../finding.ts'

export function sessionFindings(look: SessionLook, program: string, now: number): readonly Finding[] {
  return [...loginFindings(look, program, now), ...holderFindings(look)]
}

function loginFindings({ info, defect, holder }: SessionLook, program: string, now: number): readonly Finding[] {
  const { session, state } = info
  const anew = `${program} link --session ${session}`
  const who = `Session ${session}, ${maskedNumberOf(info.jid)},`
  if (defect !== undefined)
    return [
      error(
        'login-damaged',
        `The stored login of session ${session} ${defect}.`,
        `Restore the store from a backup, or link anew: ${anew} --replace`,
      ),
    ]
  switch (state) {
    case 'bad-session':
      return [
        error('bad-session', `${who} cannot be used: parts of its login are missing or contradict each other.`, anew),
      ]
    case 'logged-out':
      return [
        warning(
          'logged-out',
          `${who} is no longer linked: WhatsApp or the phone logged it out.`,
          `${anew}, or take it off the list: ${program} remove ${session}`,
        ),
      ]
    case 'unconfirmed':
      if (holder?.isOver === false) return [note('linking', `${who} is being linked just now.`, '')]
      return [
        warning(
          'unconfirmed',
          `${who} was stored, but no login was seen: its link may have been cut off.`,
          `${program} connect ${session}`,
        ),
      ]
    case 'linked':
      return linkedFindings(info, who, program, now)
  }
}

/** WhatsApp unlinks devices of a phone that is not used; when exactly an unused device goes is not known. */
const LONG_MS = 14 * 86_400_000

function linkedFindings(
  { session, lastOnlineAt }: SessionInfo,
  who: string,
  program: string,
  now: number,
): readonly Finding[] {
  const connect = `${program} connect ${session}`
  if (lastOnlineAt === undefined)
    return [note('never-online', `${who} is linked, and was never online from this store.`, connect)]
  const when = ago(lastOnlineAt, now)
  if (now - lastOnlineAt.getTime() < LONG_MS) return [ok('session', `${who} is linked, last online ${when}.`)]
  return [warning('long-offline', `${who} was last online ${when}: WhatsApp may have unlinked it meanwhile.`, connect)]
}

function holderFindings({ info: { session }, holder }: SessionLook): readonly Finding[] {
  if (holder === undefined) return []
  const who = holderText(holder)
  if (holder.isOver)
    return [
      note(
        'lease-left',
        `Session ${session} was not given back by ${who}, which ${holder.life === 'dead' ? 'is dead' : 'fell silent'}.`,
        'Nothing: the next program that asks for it gets it.',
      ),
    ]
  const seen = holder.life === 'alive' ? 'runs' : 'is elsewhere, and renewed it in time'
  return [
    note(
      'in-use',
      `Session ${session} is in use by ${who}, which ${seen}.`,
      'Stop that program before you use the session elsewhere.',
    ),
  ]
}

// Which session a link is for, once the store can be asked.
import { LinkError } from '../../errors.ts'
import { accountKeyOf } from '../../phone/account-key.ts'
import type { SessionInfo, Store } from '../../store/contract.ts'
import { checkedSessionName } from '../../store/session-name.ts'
import { maskedNumberOf } from '../printing/masking.ts'
import type { Questions } from '../terminal/questions.ts'
import { freeSessionName } from './session-names.ts'
import type { LinkWishes } from './wishes.ts'

export interface SettledSession {
  readonly session: string
  /** link() will return what is stored, and ask WhatsApp for nothing. */
  readonly alreadyLinked: boolean
}

/**
 * A session that is linked to another number is never taken for this one in silence.
 * @throws LinkError session-exists · cancelled
 */
export async function settledSession(wishes: LinkWishes, replace: boolean, store: Store): Promise<SettledSession> {
  const { ask, phone, sessionIsGuessed } = wishes
  const session =
    ask !== undefined && sessionIsGuessed ? await askedSession(ask, wishes.session, store) : wishes.session
  const stored = await store.get(session)
  if (stored?.state !== 'linked' || replace) return { session, alreadyLinked: false }
  if (phone === undefined || isAccountOf(phone, stored)) return { session, alreadyLinked: true }
  throw new LinkError(
    'session-exists',
    `session ${session} is linked to another number, ${maskedNumberOf(stored.jid)}`,
    {
      advice: 'Link this number under another name with --session, or put it in the other’s place with --replace.',
    },
  )
}

async function askedSession(ask: Questions, wanted: string, store: Store): Promise<string> {
  const taken = new Set((await store.list()).map(({ session }) => session))
  return ask.text({
    message: 'What shall the session be called?',
    initial: freeSessionName(wanted, taken),
    check: wrongName,
  })
}

function wrongName(text: string): string | undefined {
  try {
    checkedSessionName(text.trim())
    return undefined
  } catch (thrown) {
    return thrown instanceof LinkError ? thrown.advice : String(thrown)
  }
}

/** Spellings of one account count as one. */
function isAccountOf(e164: string, { jid }: SessionInfo): boolean {
  return accountKeyOf(e164.replace(/^\+/, '')) === accountKeyOf(jid.split(/[:@]/, 1)[0] ?? '')
}

// Which session an account is linked under, by the keyed hash of the account: so that nobody is asked for a code whose
// account is linked already under another name.
import { accountKeyOf } from '../../phone/account-key.ts'
import { type Collection, type Collections, NEVER } from '../../store/collections.ts'
import type { SessionInfo, Store } from '../../store/contract.ts'

/** All methods throw StoreError. */
export interface Accounts {
  /** The other session that this account is linked under. */
  linkedElsewhere(accountKey: string, session: string): Promise<string | undefined>
  note(session: string, jid: string): Promise<void>
  /** Takes in what other programs linked in the same store. */
  refresh(): Promise<void>
}

export function createAccounts(collections: Collections, store: Store): Accounts {
  const accounts: Collection<{ readonly session: string }> = collections.open(
    'accounts',
    (stored) => stored as { session: string },
  )

  const note: Accounts['note'] = async (session, jid) => {
    const key = accountKeyOfJid(jid)
    if (key === undefined) return
    await accounts.change(key, 'all', (old) =>
      old?.session === session
        ? { result: undefined }
        : { put: { value: { session }, expiresAt: NEVER }, result: undefined },
    )
  }

  return {
    async linkedElsewhere(accountKey, session) {
      const noted = await accounts.get(accountKey)
      if (noted === undefined || noted.session === session) return undefined
      const info = await store.get(noted.session)
      return info !== undefined && isLinked(info) && accountKeyOfJid(info.jid) === accountKey
        ? noted.session
        : undefined
    },
    note,
    async refresh() {
      for (const info of await store.list()) if (isLinked(info)) await note(info.session, info.jid)
    },
  }
}

function isLinked({ state }: SessionInfo): boolean {
  return state === 'linked' || state === 'unconfirmed'
}

/** Undefined for a hidden identity, which tells no number. */
function accountKeyOfJid(jid: string): string | undefined {
  const digits = /^(\d{7,15})(?::\d+)?@(?:s\.whatsapp\.net|hosted)$/.exec(jid)?.[1]
  return digits === undefined ? undefined : accountKeyOf(digits)
}

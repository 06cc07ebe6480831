// One login under two names is two programs that throw each other out.
import { LinkError } from '../../errors.ts'
import type { Store } from '../../store/contract.ts'

/** @throws LinkError `session-exists` when the login of this JID, device included, is in use under another name */
export async function refuseTwin(
  login: { readonly jid: string; readonly session?: string },
  store: Store,
  undone: string,
  program: string,
): Promise<void> {
  const sessions = await store.list()
  const twin = sessions.find(
    ({ session, jid, state }) =>
      jid === login.jid && session !== login.session && (state === 'linked' || state === 'unconfirmed'),
  )
  if (twin === undefined) return
  throw new LinkError('session-exists', `this login is in the store already, as session ${twin.session}: ${undone}`, {
    advice: `Use that one: “${program} connect ${twin.session}”. To have this one instead: “${program} remove ${twin.session}” first.`,
  })
}

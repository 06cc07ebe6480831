// The session that a command names, in a store that is there.
import { StoreError } from '../../errors.ts'
import type { SessionInfo, Store } from '../../store/contract.ts'
import type { Context } from '../context.ts'
import { readEnvironment } from '../environment.ts'
import { storeOfSession } from '../opened-store.ts'

/** Names that are offered when the one asked for is not there. */
const OFFERED = 5

/**
 * Opens the store, runs the work, closes the store.
 * @throws LinkError `invalid-session` before anything is opened · StoreError
 */
export async function withStoreOf<Result>(
  session: string,
  address: string | undefined,
  context: Context,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const environment = readEnvironment(context.variables)
  const { checkedSessionName } = await import('../../store/session-name.ts')
  checkedSessionName(session)
  const store = await storeOfSession(session, environment, context, address)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

/** @throws StoreError `not-linked`, with the names that there are */
export async function namedSession(session: string, store: Store, { program }: Context): Promise<SessionInfo> {
  const info = await store.get(session)
  if (info !== undefined) return info
  throw new StoreError('not-linked', `there is no session ${session} in the store`, {
    advice: adviceOn(await store.list(), program, session),
  })
}

function adviceOn(sessions: readonly SessionInfo[], program: string, wanted: string): string {
  const link = `link it: “${program} link --session ${wanted}”.`
  if (sessions.length === 0) return `The store has no sessions. To make this one, ${link}`
  const names = sessions.slice(0, OFFERED).map(({ session }) => session)
  const more = sessions.length > OFFERED ? ' and others' : ''
  return `The store has: ${names.join(', ')}${more}. Choose one of them, or ${link}`
}

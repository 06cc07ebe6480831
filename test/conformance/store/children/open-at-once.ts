// open-at-once <store> <session>: opens the store when told to, stores a link in it, and lists what is there.
import { internalsOf } from '../../../../src/store/internals.ts'
import { numberedLink } from './numbered-link.ts'
import { openShared } from './open-shared.ts'
import { argument, tell, told } from './parent.ts'

await import(argument(0).startsWith('postgres') ? 'pg' : 'libsql') // so that all of them begin at the same moment
const link = await numberedLink(1)
tell('ready')
await told()
try {
  const store = await openShared(argument(0))
  await internalsOf(store).saveLinked({ ...link, session: argument(1) })
  tell('stored')
  await told()
  tell((await store.list()).map(({ session, jid }) => `${session} ${jid}`).join(', '))
  await store.close()
} catch (thrown) {
  tell(String(thrown))
}
process.exit()

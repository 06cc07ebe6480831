// hold-lease <store> <session>: holds the lease of a session until it is told to give it back.
import { internalsOf } from '../../../../src/store/internals.ts'
import { LeaseHeld } from '../../../../src/store/leases.ts'
import { openShared } from './open-shared.ts'
import { argument, tell, told } from './parent.ts'

const store = await openShared(argument(0))
try {
  const lease = await internalsOf(store).acquire({ kind: 'session', key: argument(1) })
  tell('held')
  await told()
  await lease.release()
  tell('released')
} catch (thrown) {
  tell(thrown instanceof LeaseHeld ? `refused: ${thrown.message}` : String(thrown))
}
await store.close()
process.exit()

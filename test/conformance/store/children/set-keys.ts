// set-keys <store> [in-thread]: uses the linked session's keys as a busy bot does, and says which writes are stored.
import { openShared } from './open-shared.ts'
import { argument, tell } from './parent.ts'
import { threadReady } from './thread.ts'

const ready = threadReady()
const store = await openShared(argument(0))
const { state, saveCreds } = await store.authState('sales')
if (argument(1) === 'in-thread') await ready
tell('ready')
for (let round = state.creds.accountSyncCounter + 1; ; round++) {
  state.creds.accountSyncCounter = round
  const value = Buffer.alloc(2_000, round)
  await Promise.all([
    state.keys.set({ session: { one: value, two: value }, 'sender-key': { one: value } }),
    saveCreds(),
  ])
  tell(`stored ${round}`)
}

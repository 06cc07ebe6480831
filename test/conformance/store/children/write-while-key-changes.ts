// write-while-key-changes <store> <old key> <new key>, in hex: changes the key as well, and counts in the linked
// session's keys until it is refused. Says how far it got.
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../../../src/store/open.ts'
import { argument, tell } from './parent.ts'

const [old, key] = [argument(1), argument(2)].map((hex) => Buffer.from(hex, 'hex')) as [Buffer, Buffer]
const store = await openStore(argument(0), { key, previousKeys: [old] })
const { state } = await store.authState('sales')
tell('writing')
for (let count = 1; ; count += 1) {
  try {
    await state.keys.set({ session: { counter: Buffer.from(String(count)) } })
    await sleep(1) // a bot is not always at it: the others get their turn at the file
  } catch (thrown) {
    tell(`refused ${(thrown as { code?: string }).code} after ${count - 1}`)
    break
  }
}
setInterval(() => {}, 1_000)

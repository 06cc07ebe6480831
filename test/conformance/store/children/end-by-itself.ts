// end-by-itself <store>: when the store has its thread, writes keys without waiting and comes to its end. Nothing is closed.
import { openStore } from '../../../../src/store/open.ts'
import { argument, tell, told } from './parent.ts'
import { threadReady } from './thread.ts'

const ready = threadReady()
const { state } = await (await openStore(argument(0))).authState('sales')
await ready
tell('ready')
await told()
void state.keys.set({
  session: Object.fromEntries(Array.from({ length: 900 }, (_, id) => [id, Buffer.alloc(500, id)])),
})

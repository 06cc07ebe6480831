// fill-disk <store> [in-thread]: writes keys until the disk takes no more, and once more when there is room again. Says
// which writes are stored, which are refused, and what it can read of them in the end.
import { openStore } from '../../../../src/store/open.ts'
import { argument, tell, told } from './parent.ts'
import { threadReady } from './thread.ts'

const BYTES = 20_000
const AT_ONCE = 3
/** 100 MB: no disk that is to be filled takes that. */
const MOST = 5_000

const ready = threadReady()
const store = await openStore(argument(0))
const { state, saveCreds } = await store.authState('sales')
if (argument(1) === 'in-thread') await ready
tell('ready')
await told()

const stored: number[] = []
const refused: unknown[] = []
const write = async (id: number): Promise<void> => {
  try {
    await state.keys.set({ session: { [id]: Buffer.alloc(BYTES, id) } })
    stored.push(id)
  } catch (thrown) {
    refused.push(thrown)
  }
}
const kept = async (): Promise<number> => {
  const found = await state.keys.get('session', stored.map(String))
  return stored.filter((id) => Buffer.alloc(BYTES, id).equals(found[id] ?? Buffer.alloc(0))).length
}

let next = 0
while (refused.length === 0 && next < MOST) await Promise.all(Array.from({ length: AT_ONCE }, () => write(next++)))
// What was in memory of the writes that failed is not in the way of reading, nor of further failures.
for (let again = 0; again < 5; again++) await write(next++)
const [failure] = refused as { name?: string; code?: string; message?: string; advice?: string }[]
const { name, code, message, advice } = failure ?? {}
const listed = (await store.list()).length
tell(
  JSON.stringify({
    stored: stored.length,
    refused: refused.length,
    kept: await kept(),
    listed,
    name,
    code,
    message,
    advice,
  }),
)

await told()
const before = stored.length
for (let again = 0; again < 5; again++) await write(next++)
await saveCreds()
tell(JSON.stringify({ again: stored.length - before, kept: await kept() }))
await store.close()
tell(`closed ${stored.join(' ')}`)
process.exit()

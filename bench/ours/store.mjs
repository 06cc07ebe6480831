// Our side of the comparison of stores: a sealed SQLite store, where a write that is done has reached the disk.
// One fresh process, one piece of work. WORK, FOLDER; THREAD=1: not before the store is written by its thread, as it is
// from the second second on. Prints one line of JSON: {"measured"}.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from 'paircode/store'
import { elapsed, signed, WORK } from '../store/work.mjs'

const { WORK: work, FOLDER: folder, SESSIONS: sessions, THREAD: thread } = process.env
const url = `sqlite:${join(folder, 'sessions.db')}`
await mkdir(folder, { recursive: true })

const OWN = {
  async prepare() {
    const store = await openStore(url)
    await Promise.all(
      Array.from({ length: Number(sessions) }, async (_, bot) => {
        const { state, saveCreds } = await store.authState(`bot-${bot}`)
        signed(state.creds)
        await saveCreds()
      }),
    )
    await store.close()
  },
  load: () =>
    elapsed(async () => {
      const store = await openStore(url)
      const listed = await store.list()
      const bots = await Promise.all(listed.map(({ session }) => store.authState(session)))
      if (bots.filter(({ state }) => state.creds.me !== undefined).length !== Number(sessions))
        throw new Error('not all')
    }),
}

async function inStore() {
  const ready = new Promise((resolve) => {
    process.on('worker', (worker) => worker.on('message', ({ type }) => type === 'ready' && setImmediate(resolve)))
  })
  const store = await openStore(url)
  if (thread === '1') {
    const waiting = setInterval(() => {}, 100)
    await ready
    clearInterval(waiting)
  }
  return WORK[work](store.authState)
}

console.log(JSON.stringify({ measured: await (OWN[work] ?? inStore)() }))
process.exit(0)

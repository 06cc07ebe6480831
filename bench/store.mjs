// How fast a SQLite store keeps and finds keys: Baileys' useMultiFileAuthState and this package, the same work, fresh
// processes by turns, on the same disk. `npm run bench:store`; `-- 21` for more runs (default 7).
// The comparison is not quite fair, to our cost: ours is sealed, and a write of ours that is done has reached the disk;
// theirs may be gone after a power cut.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundlePrograms } from '../scripts/bundled-programs.mjs'
import { measure, summary } from './fresh-process.mjs'

const RUNS = Number(process.argv[2] ?? 7)
if (!Number.isInteger(RUNS) || RUNS < 1 || RUNS > 999) {
  console.error('Usage: node bench/store.mjs [runs, 1 to 999]')
  process.exit(2)
}
const SESSIONS = '1000'
const PROGRAMS = {
  baseline: new URL('./baseline/multi-file-store.mjs', import.meta.url),
  ours: new URL('./ours/store.mjs', import.meta.url),
}
const folder = await mkdtemp(join(tmpdir(), 'paircode-bench-store-'))
const NEW_LINK = pathToFileURL(join(folder, 'programs', 'new-link.mjs'))

/** `times`: how many times as fast as theirs ours should be at least; `most`: what ours may take, in ms. */
const ROWS = [
  { title: '812 pre-keys and the credentials of a new link, ms', work: 'newLink', ours: NEW_LINK, times: 20 },
  { title: '812 pre-keys by keys.set, ms', work: 'preKeys', times: 20 },
  { title: '812 pre-keys by keys.set, in the thread, ms', work: 'preKeys', env: { THREAD: '1' }, times: 20 },
  { title: '10,000 single reads, ms', work: 'reads', times: 5 },
  { title: 'single writes a second, 1 session', work: 'writesOf1', env: { THREAD: '1' }, perSecond: true },
  { title: 'single writes a second, 10 sessions', work: 'writesOf10', env: { THREAD: '1' }, perSecond: true },
  { title: 'single writes a second, 100 sessions', work: 'writesOf100', env: { THREAD: '1' }, perSecond: true },
  { title: '1,000 sessions listed and loaded, ms', work: 'load', most: 1_000 },
]

await bundlePrograms(join(folder, 'programs'), { 'new-link': 'bench/ours/new-link.mjs' })
console.log('| SQLite store | useMultiFileAuthState | Paircode | times as fast | goal | runs |')
console.log('|---|---|---|---|---|---|')
try {
  for (const row of ROWS) console.log(line(row, await measured(row)))
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function measured({ work, ours = PROGRAMS.ours, env = {} }) {
  const programs = { ...PROGRAMS, ours }
  const results = { baseline: [], ours: [] }
  const kept = work === 'load'
  if (kept) for (const name of ['baseline', 'ours']) await once(programs, name, 'prepare', env, 'sessions')
  // The first run of each fills the disk cache and does not count.
  for (let run = 0; run <= RUNS; run++) {
    const order = run % 2 === 0 ? ['baseline', 'ours'] : ['ours', 'baseline']
    for (const name of order) {
      const result = await once(programs, name, work, env, kept ? 'sessions' : `${work}-${run}-${env.THREAD ?? 0}`)
      if (run > 0) results[name].push(result)
    }
  }
  return { baseline: summary(results.baseline), ours: summary(results.ours) }
}

async function once(programs, name, work, env, place) {
  const own = join(folder, name, place)
  const { measured } = await measure(programs[name], { ...env, WORK: work, FOLDER: own, SESSIONS })
  if (place !== 'sessions') await rm(own, { recursive: true, force: true })
  return measured
}

function line({ title, times, most, perSecond }, { baseline, ours }) {
  const ratio = perSecond ? ours.median / baseline.median : baseline.median / ours.median
  const goals = [
    times === undefined ? undefined : { text: `${times} times`, met: ratio >= times },
    most === undefined ? undefined : { text: `${most} ms`, met: ours.median < most },
  ].filter((goal) => goal !== undefined)
  const goal = goals.map(({ text, met }) => `${text}: ${met ? 'met' : 'missed'}`).join(', ') || 'none'
  return `| ${title} | ${range(baseline)} | ${range(ours)} | ${ratio.toFixed(2)} | ${goal} | ${RUNS} |`
}

function range({ median, lowest, highest }) {
  const digits = median < 100 ? 1 : 0
  return `${median.toFixed(digits)} (${lowest.toFixed(digits)}-${highest.toFixed(digits)})`
}

// How fast a SQLite store keeps and finds keys: Baileys' useMultiFileAuthState and this package, the same work, fresh
// processes by turns, on the same disk. `npm run bench -- store [runs]`
// The comparison is not quite fair, to our cost: ours is sealed, and a write of ours that is done has reached the disk;
// theirs may be gone after a power cut.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundlePrograms } from '../scripts/bundled-programs.mjs'
import { measure, summary } from './fresh-process.mjs'
import { range } from './outcome.mjs'

const SESSIONS = '1000'
const PROGRAMS = {
  baseline: new URL('./baseline/multi-file-store.mjs', import.meta.url),
  ours: new URL('./ours/store.mjs', import.meta.url),
}
const NEW_LINK = 'new-link'
/** For `bench:check`. Both sides wait for the same disk. */
const DISK = 'the disk of a busy machine stretches what waits for it: ours does, theirs does not'

/**
 * `times`: how many times as fast as theirs ours should be at least; `most`: what ours may take, in ms; `check`: the times that
 * `bench:check` still bears.
 */
const ROWS = [
  { title: '812 pre-keys and the credentials of a new link, ms', work: 'newLink', ours: NEW_LINK, times: 20, check: 3 },
  { title: '812 pre-keys by keys.set, ms', work: 'preKeys', times: 20 },
  { title: '812 pre-keys by keys.set, in the thread, ms', work: 'preKeys', env: { THREAD: '1' }, times: 20 },
  { title: '10,000 single reads, ms', work: 'reads', times: 5 },
  { title: 'single writes a second, 1 session', work: 'writesOf1', env: { THREAD: '1' }, perSecond: true },
  { title: 'single writes a second, 10 sessions', work: 'writesOf10', env: { THREAD: '1' }, perSecond: true },
  { title: 'single writes a second, 100 sessions', work: 'writesOf100', env: { THREAD: '1' }, perSecond: true },
  { title: '1,000 sessions listed and loaded, ms', work: 'load', most: 1_000 },
]

/**
 * @param {{ runs?: number, works?: readonly string[], say?: (text: string) => void }} options `works`: default all
 * @returns {Promise<import('./outcome.mjs').Figure[]>}
 */
export async function measureStore({ runs = 7, works, say = () => {} }) {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-bench-store-'))
  const newLink = pathToFileURL(join(folder, 'programs', `${NEW_LINK}.mjs`))
  const figures = []
  try {
    await bundlePrograms(join(folder, 'programs'), { [NEW_LINK]: 'bench/ours/new-link.mjs' })
    for (const row of ROWS.filter(({ work }) => works === undefined || works.includes(work))) {
      say(row.title)
      const programs = row.ours === NEW_LINK ? { ...PROGRAMS, ours: newLink } : PROGRAMS
      figures.push(figure(row, await measured(row, { programs, folder, runs })))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return figures
}

async function measured({ work, env = {} }, { programs, folder, runs }) {
  const once = (name, what, place) =>
    measureOnce({ program: programs[name], work: what, env, own: join(folder, name, place) })
  const results = { baseline: [], ours: [] }
  const kept = work === 'load'
  if (kept) for (const name of ['baseline', 'ours']) await once(name, 'prepare', 'sessions')
  // The first run of each fills the disk cache and does not count.
  for (let run = 0; run <= runs; run++) {
    const order = run % 2 === 0 ? ['baseline', 'ours'] : ['ours', 'baseline']
    for (const name of order) {
      const result = await once(name, work, kept ? 'sessions' : `${work}-${run}-${env.THREAD ?? 0}`)
      if (run > 0) results[name].push(result)
    }
  }
  return { baseline: summary(results.baseline), ours: summary(results.ours) }
}

async function measureOnce({ program, work, env, own }) {
  const { measured } = await measure(program, { ...env, WORK: work, FOLDER: own, SESSIONS })
  if (!own.endsWith('sessions')) await rm(own, { recursive: true, force: true })
  return measured
}

/** Times as fast as theirs, but for what has a limit in ms. */
function figure({ title, times, most, perSecond, check }, { baseline, ours }) {
  const ratio = perSecond ? ours.median / baseline.median : baseline.median / ours.median
  const best = perSecond ? ours.highest / baseline.highest : baseline.lowest / ours.lowest
  return {
    what: most === undefined ? `${title}: times as fast` : title,
    theirs: `useMultiFileAuthState ${range(baseline)}`,
    ours: range(ours),
    ...(most === undefined ? { value: ratio } : { value: ours.median, most, unit: 'ms' }),
    ...(times !== undefined && { least: times }),
    ...(check !== undefined && { best, check: { limit: check, why: DISK } }),
  }
}

// What `import('paircode')` costs over bare Node, in fresh processes by turns. `npm run bench -- import [runs]`
import { measure, summary } from './fresh-process.mjs'
import { range } from './outcome.mjs'

const PROGRAM = new URL('./ours/import.mjs', import.meta.url)
const BARE = ''
/** The goal is for the entry that every program loads; the others are told. */
const GOALS = { paircode: 60 }
const MODULES = ['paircode', 'paircode/store', 'paircode/baileys', 'paircode/server', 'paircode/emulator', 'baileys']

/**
 * @param {{ runs?: number, modules?: readonly string[], say?: (text: string) => void }} options
 * @returns {Promise<import('./outcome.mjs').Figure[]>}
 */
export async function measureImports({ runs = 15, modules = MODULES, say = () => {} }) {
  const times = new Map([BARE, ...modules].map((name) => [name, []]))
  // The first run of each fills the disk cache and does not count.
  for (let run = 0; run <= runs; run += 1) {
    if (run > 0) say(`run ${run} of ${runs}`)
    for (const [name, all] of run % 2 === 0 ? times : [...times].toReversed()) {
      const { loaded } = await measure(PROGRAM, { MODULE: name })
      if (run > 0) all.push(loaded)
    }
  }
  const bare = summary(times.get(BARE))
  const figures = modules.map((name) => figure(name, bare, summary(times.get(name))))
  const baileys = times.get('baileys')
  return baileys === undefined ? figures : [...figures, besideBaileys(bare, times.get('paircode'), baileys)]
}

/** For `bench:check`: a ratio of the quickest runs does not depend on the machine. */
function besideBaileys(bare, ours, baileys) {
  const over = (times) => ({ median: summary(times).median - bare.median, lowest: Math.min(...times) - bare.lowest })
  return {
    what: "import('paircode') beside import('baileys')",
    theirs: `${over(baileys).median.toFixed(0)} ms`,
    ours: `${over(ours).median.toFixed(0)} ms`,
    value: over(ours).median / over(baileys).median,
    best: over(ours).lowest / over(baileys).lowest,
    check: { limit: 0.6, why: 'about 0.2 on a quiet machine; loading Baileys itself by mistake is 1' },
  }
}

function figure(name, bare, loaded) {
  return {
    what: `import('${name}') over bare Node`,
    theirs: `bare Node ${range(bare, 'ms')}`,
    ours: range(loaded, 'ms'),
    value: loaded.median - bare.median,
    unit: 'ms',
    ...(GOALS[name] && { most: GOALS[name] }),
  }
}

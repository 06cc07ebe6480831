// A hundred links that start at one moment in one process, until each has its code: beside the keys of their codes alone
// (PBKDF2, which every link has to pay), and beside plain Baileys. Fresh processes by turns, the emulator in its own.
// `npm run bench -- links-at-once [runs]`
import { exampleNumbers } from './example-numbers.mjs'
import { measure, startEmulator, summary } from './fresh-process.mjs'
import { range } from './outcome.mjs'

const PROGRAMS = {
  keys: new URL('./baseline/code-keys.mjs', import.meta.url),
  ours: new URL('./ours/links-at-once.mjs', import.meta.url),
  baileys: new URL('./baseline/links-at-once.mjs', import.meta.url),
}
const LIMIT_MS = 5 * 60_000
/** The emulator counts codes for each number, and WhatsApp's bears 20 of them in ten minutes. */
const MOST_RUNS = 8

/**
 * @param {{ runs?: number, count?: number, baileys?: boolean, say?: (text: string) => void }} options
 * @returns {Promise<import('./outcome.mjs').Figure[]>}
 */
export async function measureLinksAtOnce({ runs = 5, count = 100, baileys = true, say = () => {} }) {
  const results = { keys: [], ours: [], baileys: [] }
  const emulator = await startEmulator(exampleNumbers(count + 1))
  try {
    for (let run = 0; run < Math.min(runs, MOST_RUNS); run += 1) {
      say(`run ${run + 1} of ${runs}`)
      const names = baileys ? ['keys', 'ours', 'baileys'] : ['keys', 'ours']
      for (const name of run % 2 === 0 ? names : names.toReversed())
        results[name].push(
          await measure(PROGRAMS[name], { ...emulator.env, COUNT: String(count) }, { limitMs: LIMIT_MS }),
        )
    }
  } finally {
    await emulator.stop()
  }
  return figures(results, count)
}

function figures({ keys, ours, baileys }, count) {
  const of = (results, part) => summary(results.map((result) => result[part]))
  const besides = (part) => (baileys.length === 0 ? '' : `; Baileys ${range(of(baileys, part), 'ms')}`)
  const ratio = (part) => of(ours, part).median / of(keys, part).median
  const row = (what, part, rest) => ({
    what: `${count} links at once: ${what}`,
    ours: range(of(ours, part), 'ms'),
    ...rest,
  })
  const stall = (what, part, most) =>
    row(what, part, {
      theirs: besides(part).replace(/^; /, '') || '–',
      value: of(ours, part).median,
      most,
      unit: 'ms',
    })
  return [
    row('CPU of the process', 'cpu', {
      theirs: `their PBKDF2 ${range(of(keys, 'cpu'), 'ms')}${besides('cpu')}`,
      value: ratio('cpu'),
      most: 1.25,
      check: { limit: 2, why: 'other programs on the same cores make the same work dearer, by a half and more' },
      best: of(ours, 'cpu').lowest / of(keys, 'cpu').lowest,
    }),
    row('wall clock', 'wall', {
      theirs: `their PBKDF2 ${range(of(keys, 'wall'), 'ms')}${besides('wall')}`,
      value: ratio('wall'),
      most: 1.45,
    }),
    stall('the event loop stands still, p99', 'p99', 15),
    stall('the event loop stands still, at most', 'max', 30),
    ...(ours.some(({ busy }) => busy === null) ? [] : [busyFigure(row, of(ours, 'busy'), besides('busy'))]),
  ]
}

/** What of that is our own computing. The other figures hold what other programs took of the processor. */
function busyFigure(row, { median, lowest }, besides) {
  return row('of it our own computing, at most', 'busy', {
    theirs: besides.replace(/^; /, '') || '–',
    value: median,
    unit: 'ms',
    check: { limit: 45, why: '9 to 22 ms were seen on machines however busy, 90 ms without pacing' },
    best: lowest,
  })
}

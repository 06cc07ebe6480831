// How long from the start of a program to a code that a person can type: plain Baileys and this package, the same
// emulator, fresh processes by turns. `npm run bench -- start-to-code [runs]`
// The comparison is not quite fair, to our cost: our code was accepted by then, theirs was only sent.
import { exampleNumbers } from './example-numbers.mjs'
import { measure, startEmulator, summary } from './fresh-process.mjs'
import { range } from './outcome.mjs'

const PROGRAMS = {
  baseline: new URL('./baseline/plain-baileys.mjs', import.meta.url),
  ours: new URL('./ours/link.mjs', import.meta.url),
}

/**
 * @param {{ runs?: number, say?: (text: string) => void }} options
 * @returns {Promise<import('./outcome.mjs').Figure[]>}
 */
export async function measureStartToCode({ runs = 11, say = () => {} }) {
  // A number for each run, and one to warm up: WhatsApp bears few codes for one, and so does the emulator.
  const numbers = exampleNumbers(runs + 1)
  const emulator = await startEmulator(numbers)
  const times = { baseline: [], ours: [] }
  try {
    for (const [run, PHONE] of numbers.entries()) {
      if (run > 0) say(`run ${run} of ${runs}`)
      // By turns first and second, so that neither always finds the disk cache as the other left it.
      const order = run % 2 === 0 ? ['baseline', 'ours'] : ['ours', 'baseline']
      for (const name of order) {
        const { code } = await measure(PROGRAMS[name], { ...emulator.env, PHONE })
        // The first run of each fills the disk cache and does not count.
        if (run > 0) times[name].push(code)
      }
    }
  } finally {
    await emulator.stop()
  }
  const baseline = summary(times.baseline)
  const ours = summary(times.ours)
  return [
    {
      what: 'start to code',
      theirs: `Baileys ${range(baseline, 'ms')}`,
      ours: range(ours, 'ms'),
      value: ours.median / baseline.median,
      most: 0.45,
      best: ours.lowest / baseline.lowest,
      check: { limit: 0.8, why: 'a busy machine stretches both sides unevenly: 0.39 to 0.54 were seen' },
    },
  ]
}

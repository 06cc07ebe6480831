// How long from the start of a program to a code that a person can type: plain Baileys and this package, the same
// emulator, fresh processes by turns. `npm run bench`; `-- 21` for more runs (default 11).
// The comparison is not quite fair, to our cost: our code was accepted by then, theirs was only sent.
import { measure, startEmulator, summary } from './fresh-process.mjs'

const RUNS = Number(process.argv[2] ?? 11)
/** The numbers that are reserved for examples: 0100 to 0199, one for warming up. */
const MOST = 99
if (!Number.isInteger(RUNS) || RUNS < 1 || RUNS > MOST) {
  console.error('Usage: node bench/start-to-code.mjs [runs, 1 to 99]')
  process.exit(2)
}

const PROGRAMS = {
  baseline: new URL('./baseline/plain-baileys.mjs', import.meta.url),
  ours: new URL('./ours/link.mjs', import.meta.url),
}

// A number for each run: WhatsApp bears few codes for one, and so does the emulator.
const numbers = Array.from({ length: RUNS + 1 }, (_, run) => `+1202555${String(100 + run).padStart(4, '0')}`)
const emulator = await startEmulator(numbers)
const times = { baseline: [], ours: [] }
try {
  for (const [run, PHONE] of numbers.entries()) {
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
const range = ({ median, lowest, highest }) => `${median.toFixed(0)} (${lowest.toFixed(0)}-${highest.toFixed(0)})`
console.log('| start to code | plain Baileys, ms | Paircode, ms | ratio | runs |')
console.log('|---|---|---|---|---|')
console.log(
  `| median (lowest-highest) | ${range(baseline)} | ${range(ours)} | ${(ours.median / baseline.median).toFixed(2)} | ${RUNS} |`,
)

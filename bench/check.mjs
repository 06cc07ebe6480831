// `npm run bench:check`: a short version of every part, for each change. Fails when a figure is far beyond its goal, as it is
// after a mistake (everything loaded at once, no pacing, a connection that keeps what it read), never because the machine is busy:
// figures of memory, of CPU time, and ratios between the best runs, each with the slack that is written beside it.
import { goalOf, isBorne, shown } from './outcome.mjs'
import { PARTS } from './parts.mjs'

/** A mistake is there every time; what another program did is not. */
const TRIES = 3

let failed = 0
for (const [part, { short }] of Object.entries(PARTS)) {
  const started = performance.now()
  let figures = []
  for (let tried = 0; tried < TRIES && !(tried > 0 && figures.every(isBorne)); tried += 1) {
    if (tried > 0) console.log(`${part}: beyond its limit; once more`)
    figures = (await short({ say() {} })).filter(({ check }) => check !== undefined)
  }
  for (const figure of figures) report(figure)
  console.log(`${part}: ${((performance.now() - started) / 1_000).toFixed(1)} s`)
}
if (failed > 0) console.log('Look at one part closely: npm run bench -- <part>')
process.exitCode = failed === 0 ? 0 : 1

function report(figure) {
  const borne = isBorne(figure)
  if (!borne) failed += 1
  const { what, value, best = value, unit, check } = figure
  const limit = `${figure.least === undefined ? '≤' : '≥'} ${check.limit}${unit === undefined ? '' : ` ${unit}`}`
  console.log(
    `${borne ? 'within' : 'BEYOND'} ${what}: ${shown({ value: best, unit })} (${limit}; goal ${goalOf(figure)}): ${check.why}`,
  )
}

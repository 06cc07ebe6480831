// `npm run bench`: every part, one after the other, then one table of figures beside their goals.
//   npm run bench -- links-at-once       one part
//   npm run bench -- start-to-code 31    … with so many runs (of `waiting-links`: so many links)
// Nothing fails here: `npm run bench:check` does.
import { loadavg } from 'node:os'
import { table } from './outcome.mjs'
import { PARTS } from './parts.mjs'

const [name, given] = process.argv.slice(2)
const number = given === undefined ? undefined : Number(given)
const most = PARTS[name]?.most ?? 0
const isRight = name === undefined || (name in PARTS && (number === undefined || isWithin(number, most)))
if (!isRight) {
  console.error(`Usage: npm run bench -- [${Object.keys(PARTS).join(' | ')}] [number of runs, or of waiting links]`)
  process.exit(2)
}

const figures = []
for (const part of name === undefined ? Object.keys(PARTS) : [name]) {
  const say = (text) => console.error(`${part}: ${text}`)
  say('…')
  figures.push(...(await PARTS[part].full(number, { say })))
}
console.log(`\n${table(figures)}`)
console.log(
  `\nNode ${process.versions.node}; load of the machine now: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(', ')}`,
)

function isWithin(number, most) {
  return Number.isInteger(number) && number >= 1 && number <= most
}

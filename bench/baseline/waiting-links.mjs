// The other side of the comparison of memory: sockets of plain Baileys that wait for their codes to be typed, in the form that
// published bots have (see plain-baileys.mjs).
// One fresh process with --expose-gc. COUNTS: how many sockets wait when it is weighed, upwards. Prints one line of JSON:
// {"weights"}, one for each count.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exampleNumbers } from '../example-numbers.mjs'
import { weighedAt } from '../waiting.mjs'
import { weight } from '../weight.mjs'

const { openWaitingSocket } = await import('./waiting-socket.mjs')

const counts = process.env.COUNTS.split(',').map(Number)
const numbers = exampleNumbers(counts.at(-1))
const folder = await mkdtemp(join(tmpdir(), 'paircode-bench-'))
const sockets = []
const open = async (at) => {
  sockets.push(await openWaitingSocket(join(folder, String(at)), numbers[at]))
}

const weights = await weighedAt(counts, open, weight)
const waiting = sockets.filter(({ ws }) => ws.isOpen).length
if (waiting !== counts.at(-1)) throw new Error(`only ${waiting} of ${counts.at(-1)} sockets wait`)
console.log(JSON.stringify({ weights }))
await rm(folder, { recursive: true, force: true })
process.exit(0)

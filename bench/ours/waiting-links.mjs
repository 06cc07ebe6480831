// Our side of the comparison of memory: links that wait for their codes to be typed, sessions in a database on the disk.
// One fresh process with --expose-gc. COUNTS: how many links wait when it is weighed, upwards. Prints one line of JSON:
// {"weights"}, one for each count.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exampleNumbers } from '../example-numbers.mjs'
import { weighedAt } from '../waiting.mjs'
import { weight } from '../weight.mjs'

// After `weight`, which has to see the bridge being loaded.
const { link } = await import('paircode')
const { openStore } = await import('paircode/store')

const { URL_OF_EMULATOR, ROOT_KEY, COUNTS } = process.env
const endpoint = { url: URL_OF_EMULATOR, rootKey: Buffer.from(ROOT_KEY, 'base64') }
const counts = COUNTS.split(',').map(Number)
const numbers = exampleNumbers(counts.at(-1))

const folder = await mkdtemp(join(tmpdir(), 'paircode-bench-'))
const store = await openStore(`sqlite:${join(folder, 'sessions.db')}`)
const links = []

async function open(at) {
  const linking = link({ session: `bench-${at}`, phone: numbers[at], store, endpoint })
  links.push(linking)
  await linking.code()
}

const weights = await weighedAt(counts, open, weight)
const waiting = links.filter(({ state }) => state === 'code').length
if (waiting !== links.length) throw new Error(`only ${waiting} of ${links.length} links wait`)
console.log(JSON.stringify({ weights }))
await rm(folder, { recursive: true, force: true })
process.exit(0)

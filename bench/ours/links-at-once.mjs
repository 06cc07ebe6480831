// Our side: many links that start at one moment, in a process that has linked before (as a server has), until each has its
// code; sessions in a database on the disk.
// One fresh process. COUNT. Prints one line of JSON: {"wall", "cpu", "p99", "max", "busy"}, ms.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { link } from 'paircode'
import { openStore } from 'paircode/store'
import { exampleNumbers } from '../example-numbers.mjs'
import { underLoad } from '../load.mjs'

const { URL_OF_EMULATOR, ROOT_KEY, COUNT } = process.env
const endpoint = { url: URL_OF_EMULATOR, rootKey: Buffer.from(ROOT_KEY, 'base64') }
const [first, ...numbers] = exampleNumbers(Number(COUNT) + 1)

const folder = await mkdtemp(join(tmpdir(), 'paircode-bench-'))
const store = await openStore(`sqlite:${join(folder, 'sessions.db')}`)
const code = (phone) => link({ session: `bench-${phone.slice(1)}`, phone, store, endpoint }).code()

await code(first)
console.log(JSON.stringify(await underLoad(() => Promise.all(numbers.map(code)))))
await rm(folder, { recursive: true, force: true })
process.exit(0)

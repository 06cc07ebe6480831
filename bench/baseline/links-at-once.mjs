// The other side: many sockets of plain Baileys that start at one moment, in a process that has linked before, until each
// has its code.
// One fresh process. COUNT. Prints one line of JSON: {"wall", "cpu", "p99", "max", "busy"}, ms.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exampleNumbers } from '../example-numbers.mjs'
import { underLoad } from '../load.mjs'
import { openWaitingSocket } from './waiting-socket.mjs'

const [first, ...numbers] = exampleNumbers(Number(process.env.COUNT) + 1)
const folder = await mkdtemp(join(tmpdir(), 'paircode-bench-'))
const code = (number) => openWaitingSocket(join(folder, number), number)

await code(first)
console.log(JSON.stringify(await underLoad(() => Promise.all(numbers.map(code)))))
await rm(folder, { recursive: true, force: true })
process.exit(0)

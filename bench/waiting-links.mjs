// What a link costs that waits for its code to be typed, in memory: plain Baileys and this package, the same emulator (in a
// process of its own), fresh processes. `npm run bench -- waiting-links [links, 200 to 1000]`
//
// Each link opens, gets its code and waits; the sessions are in a SQLite database. Memory is V8's heap, what lies outside of
// it (array buffers included) and WebAssembly, after two collections (bench/weight.mjs).
//   heap of a waiting link: what the heap grew by between an early count and the last one, a link. Not from the first: what
//     the engine compiles and loads meanwhile would be counted in, on both sides.
//   growth for all links: from one waiting link (with Baileys loaded, a set of pre-keys made) to the last one.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exampleNumbers } from './example-numbers.mjs'
import { measure, startBeside, startEmulator } from './fresh-process.mjs'

const OURS = new URL('./ours/waiting-links.mjs', import.meta.url)
const THEIRS = new URL('./baseline/waiting-links.mjs', import.meta.url)
const LIMIT_MS = 15 * 60_000

/** Of memory, so it does not matter how busy the machine is. What is under way when it is weighed moves it by a tenth. */
const BUSY = 'the heap of a few links moves by a tenth from run to run'

/**
 * @param {{ links?: number, sockets?: number, tls?: boolean, say?: (text: string) => void }} options
 * @returns {Promise<import('./outcome.mjs').Figure[]>}
 */
export async function measureWaitingLinks({ links = 1_000, sockets = 100, tls = true, say = () => {} }) {
  const emulator = await startEmulator(exampleNumbers(links))
  const line = tls ? await tlsLine(emulator.env) : undefined
  try {
    say(`${sockets} sockets of Baileys, ${links} links`)
    // At the same time: memory does not mind.
    const [theirs, ours] = await Promise.all([
      weights(THEIRS, emulator.env, sockets / 5, sockets),
      weights(OURS, emulator.env, links / 5, links),
    ])
    const plain = [heapFigure(ours, theirs), growthFigure('', ours, 80)]
    if (line === undefined) return plain
    say(`${links} links over TLS`)
    return [...plain, growthFigure(' over TLS', await weights(OURS, line.env, links / 5, links), 130)]
  } finally {
    await line?.stop()
    await emulator.stop()
  }
}

async function weights(program, env, early, last) {
  const counts = [1, Math.round(early), last].join(',')
  const options = { nodeOptions: ['--expose-gc'], limitMs: LIMIT_MS }
  return (await measure(program, { ...env, COUNTS: counts }, options)).weights
}

function heapFigure(ours, theirs) {
  const kilobytes = { ours: heapEach(ours) / 1_000, theirs: heapEach(theirs) / 1_000 }
  return {
    what: 'heap of one that waits',
    theirs: `${kilobytes.theirs.toFixed(1)} KB (Baileys, ${theirs.at(-1).count})`,
    ours: `${kilobytes.ours.toFixed(1)} KB (${ours.at(-1).count})`,
    value: kilobytes.ours / kilobytes.theirs,
    most: 0.12,
    check: { limit: 0.2, why: BUSY },
  }
}

function heapEach([, early, last]) {
  return (last.heapUsed - early.heapUsed) / (last.count - early.count)
}

/** Per 1,000 links, however many were opened. */
function growthFigure(how, weights, most) {
  const [first, , last] = weights
  const growth = (part) => ((last[part] - first[part]) / (last.count - first.count)) * 1_000
  const megabytes = (part) => (growth(part) / 1e6).toFixed(1)
  return {
    what: `growth for 1,000 that wait${how}`,
    theirs: '–',
    ours: `heap ${megabytes('heapUsed')}, external ${megabytes('external')}, of it WebAssembly ${megabytes('wasm')}; RSS ${megabytes('rss')}`,
    value: growth('total') / 1e6,
    most,
    unit: 'MB',
    check: { limit: most, why: 'the goal itself: memory does not depend on how busy the machine is' },
  }
}

/** Trusted by the measured programs alone, by way of a file. */
async function tlsLine(env) {
  const url = new URL(env.URL_OF_EMULATOR)
  const line = await startBeside('./tls-line.mjs', [url.port])
  const folder = await mkdtemp(join(tmpdir(), 'paircode-bench-'))
  const file = join(folder, 'certificate.pem')
  await writeFile(file, line.said.certificate)
  url.protocol = 'wss:'
  url.port = line.said.port
  return {
    env: { ...env, URL_OF_EMULATOR: url.href, NODE_EXTRA_CA_CERTS: file },
    async stop() {
      await line.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

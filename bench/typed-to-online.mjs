// How long from the moment in which a phone's owner has typed the code to a bot that is online: plain Baileys and this
// package, the same emulator, fresh processes by turns, over lines of 0 ms and of 100 ms round trip.
// `npm run bench -- typed-to-online [runs]`
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { exampleNumbers } from './example-numbers.mjs'
import { summary } from './fresh-process.mjs'
import { range } from './outcome.mjs'

const LIMIT_MS = 60_000
/** Goals by round trip, ms. */
const GOALS = { 0: 0.6, 100: 0.85 }

const PROGRAMS = {
  baseline: './baseline/typed-to-online.mjs',
  ours: './ours/typed-to-online.mjs',
}

/**
 * @param {{ runs?: number, roundTrips?: readonly number[], say?: (text: string) => void }} options `roundTrips`: ms
 * @returns {Promise<import('./outcome.mjs').Figure[]>}
 */
export async function measureTypedToOnline({ runs = 9, roundTrips = [0, 100], say = () => {} }) {
  // A number for each link: WhatsApp bears few codes for one, and so does the emulator.
  const numbers = exampleNumbers(roundTrips.length * (runs + 1) * 2)
  const emulator = await start('../scripts/emulator-process.mjs', numbers)
  const figures = []
  try {
    for (const roundTrip of roundTrips) figures.push(await compare({ emulator, numbers, roundTrip, runs, say }))
  } finally {
    await emulator.end()
  }
  return figures
}

async function compare({ emulator, numbers, roundTrip, runs, say }) {
  const url = new URL(emulator.said.url)
  const line = roundTrip === 0 ? undefined : await start('./delayed-line.mjs', [url.port, roundTrip])
  if (line !== undefined) url.port = line.said.port
  const times = { baseline: [], ours: [] }
  try {
    for (let run = 0; run <= runs; run += 1) {
      if (run > 0) say(`round trip ${roundTrip} ms, run ${run} of ${runs}`)
      // By turns first and second, so that neither always finds the disk cache as the other left it.
      const order = run % 2 === 0 ? ['baseline', 'ours'] : ['ours', 'baseline']
      for (const name of order) {
        const ms = await measure(PROGRAMS[name], emulator, url.href, numbers.shift())
        // The first run of each fills the disk cache and does not count.
        if (run > 0) times[name].push(ms)
      }
    }
  } finally {
    await line?.end()
  }
  const baseline = summary(times.baseline)
  const ours = summary(times.ours)
  return {
    what: `typed to online, round trip ${roundTrip} ms`,
    theirs: `Baileys ${range(baseline, 'ms')}`,
    ours: range(ours, 'ms'),
    value: ours.median / baseline.median,
    ...(GOALS[roundTrip] && { most: GOALS[roundTrip] }),
    best: ours.lowest / baseline.lowest,
    check: { limit: 1, why: 'no slower than Baileys: a busy machine moves single runs by half' },
  }
}

/** ms from the typed code to online. */
async function measure(file, emulator, url, PHONE) {
  const FOLDER = await mkdtemp(join(tmpdir(), 'paircode-bench-'))
  const program = await start(file, [], { URL_OF_EMULATOR: url, ROOT_KEY: emulator.said.rootKey, PHONE, FOLDER })
  try {
    // As a person does: not before the program has come to rest.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const typedAt = Date.now()
    const typed = emulator.ask(`enter ${PHONE} ${program.said.code}`)
    const { online } = await program.line()
    const { error } = await typed
    if (error !== undefined) throw new Error(`the phone: ${error}`)
    return online - typedAt
  } finally {
    await program.end()
    await rm(FOLDER, { recursive: true, force: true })
  }
}

async function within(ms, work, otherwise) {
  let limit
  const late = new Promise((_, reject) => {
    limit = setTimeout(() => reject(new Error(`${otherwise} for ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(limit)
  }
}

/** A program that says JSON, a line each. Resolves with its first line as `said`. */
async function start(file, args, env = {}) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args.map(String)], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const kill = () => child.kill()
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => {
    for (;;) {
      const { value, done } = await within(LIMIT_MS, lines.next(), `${file} said nothing`)
      if (done) throw new Error(`${file} ended without an answer`)
      // libsignal prints, too.
      if (value.startsWith('{"')) return JSON.parse(value)
    }
  }
  return {
    said: await line(),
    line,
    ask(question) {
      child.stdin.write(`${question}\n`)
      return line()
    },
    async end() {
      child.stdin.end('end\n')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

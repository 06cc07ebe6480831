// One measurement is one process: nothing is warm that is cold for a person who starts a bot.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const LIMIT_MS = 60_000

/** Starts the emulator with phones; `env` is what the measured programs need. */
export async function startEmulator(numbers) {
  const { said, stop } = await startBeside('../scripts/emulator-process.mjs', numbers)
  return { env: { URL_OF_EMULATOR: said.url, ROOT_KEY: said.rootKey }, stop }
}

/** Starts a program that runs beside what is measured and prints one line of JSON, `said`. It ends when its stdin does. */
export async function startBeside(file, args) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line', { signal: AbortSignal.timeout(LIMIT_MS) })
  return {
    said: JSON.parse(line),
    async stop() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

/**
 * Runs a program once and gives the JSON that it printed. Throws an Error with its output when it printed none.
 *
 * @param {URL} file
 * @param {Record<string, string>} env
 * @param {{ nodeOptions?: readonly string[], limitMs?: number }} [options] `limitMs`: default one minute
 */
export async function measure(file, env, { nodeOptions = [], limitMs = LIMIT_MS } = {}) {
  const child = spawn(process.execPath, [...nodeOptions, fileURLToPath(file)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
  })
  let printed = ''
  let complained = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  child.stderr.on('data', (chunk) => {
    complained += chunk
  })
  const [code, signal] = await once(child, 'close')
  if (code === 0 && printed.startsWith('{')) return JSON.parse(printed)
  throw new Error(`${fileURLToPath(file)} ended with ${code ?? signal}\n${printed}${complained}`)
}

/** Middle, lowest and highest. */
export function summary(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
  return { median, lowest: sorted[0], highest: sorted.at(-1) }
}

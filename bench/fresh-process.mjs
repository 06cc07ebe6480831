// One measurement is one process: nothing is warm that is cold for a person who starts a bot.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const LIMIT_MS = 60_000

/** Starts the emulator with phones; `env` is what the measured programs need. */
export async function startEmulator(numbers) {
  const file = fileURLToPath(new URL('../scripts/emulator-process.mjs', import.meta.url))
  const child = spawn(process.execPath, [file, ...numbers], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line', { signal: AbortSignal.timeout(LIMIT_MS) })
  const { url, rootKey } = JSON.parse(line)
  return {
    env: { URL_OF_EMULATOR: url, ROOT_KEY: rootKey },
    async stop() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

/** Runs a program once and gives the JSON that it printed. Throws an Error with its output when it printed none. */
export async function measure(file, env) {
  const child = spawn(process.execPath, [fileURLToPath(file)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
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

/** Middle, lowest and highest, in ms. */
export function summary(times) {
  const sorted = times.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
  return { median, lowest: sorted[0], highest: sorted.at(-1) }
}

// How the scripts of this folder run other programs: no stdin, a limit in time, and nothing left behind.
import { spawn } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The folder of package.json. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** The exit code of `run` when the limit was reached, as timeout(1) has it. */
export const LIMIT_REACHED = 124

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs a program in the root folder. `show: true` passes its output through, otherwise `output` holds stdout and stderr
 * in the order in which they came. A signal to this process ends the program and all that it started, then this process.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ show?: boolean, limitMs: number, env?: Record<string, string> }} options
 * @returns {Promise<{ code: number, output: string }>} never rejects
 */
export function run(command, args, { show = false, limitMs, env = {} }) {
  return new Promise((resolve) => {
    const chunks = []
    let child
    const passOn = (signal) => {
      endGroup(child, signal)
      process.exitCode = 128 + constants.signals[signal]
      child.once('close', () => process.exit())
    }
    // Before the program starts: a signal may come while it does.
    for (const signal of SIGNALS) process.on(signal, passOn)
    child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      // A group of its own, so that what the program starts ends with it.
      detached: process.platform !== 'win32',
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    })
    child.stdout?.on('data', (chunk) => chunks.push(chunk))
    child.stderr?.on('data', (chunk) => chunks.push(chunk))

    const limit = setTimeout(() => {
      chunks.push(Buffer.from(`\nended after ${limitMs / 1000} s, which is the limit`))
      endGroup(child, 'SIGKILL')
    }, limitMs)
    const finish = (code, text = '') => {
      clearTimeout(limit)
      for (const signal of SIGNALS) process.off(signal, passOn)
      resolve({ code, output: Buffer.concat(chunks).toString('utf8').trim() + text })
    }
    child.once('error', (error) => finish(127, `${command}: ${error.message}`))
    child.once('close', (code, signal) => finish(code ?? (signal === 'SIGKILL' ? LIMIT_REACHED : 1)))
  })
}

function endGroup(child, signal) {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // It ended by itself in the meantime.
  }
}

/** npm itself: the one that started this script, where there is one. */
export function runNpm(args, options) {
  const started = process.env.npm_execpath
  return started?.endsWith('.js') ? run(process.execPath, [started, ...args], options) : run('npm', args, options)
}

/** A program of an installed package, started without npx, which takes 0.4 s (measured) to find the same file. */
export function runTool(packageName, args, options) {
  const folder = join(root, 'node_modules', packageName)
  const { name, bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = typeof bin === 'string' ? bin : (bin[name] ?? Object.values(bin)[0])
  return run(process.execPath, [join(folder, file), ...args], options)
}

/** `12.3 s` since a `performance.now()`. */
export function secondsSince(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}

/** Whether node was started with this module; `import.meta.main`, which Node 20 does not have. */
export function isMain(moduleUrl) {
  const started = process.argv[1]
  return started !== undefined && pathToFileURL(realpathSync(started)).href === moduleUrl
}

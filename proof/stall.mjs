// How long the event loop stands still while a SQLite store writes, with and without the thread that writes: on this disk,
// and on one where each wait takes 20 ms more (strace puts it in; without strace that part is left out).
// `npm run proof:stall`. Fails when the middle one of ten stalls with the thread is over 10 ms, not counting what the
// machine does to a program that does nothing: the first line of each disk says how much that is.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundlePrograms } from '../scripts/bundled-programs.mjs'

const MOST_MS = 10
const LIMIT_MS = 10 * 60_000
const SLOW = ['-f', '--seccomp-bpf', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync']
const DELAY = ['-e', 'inject=fsync,fdatasync:delay_exit=20000']
const run = promisify(execFile)

const folder = mkdtempSync(join(tmpdir(), 'paircode-stall-'))
try {
  await bundlePrograms(folder, { program: 'proof/stall/program.mjs' })
  const [program, thread] = [join(folder, 'program.mjs'), join(folder, 'thread.js')]
  const disks = { 'this disk': [] }
  if (await works('strace', [...SLOW, ...DELAY, process.execPath, '-e', '0']))
    disks['20 ms slower'] = [...SLOW, ...DELAY]
  else console.error('strace is not there or may not trace: the slow disk is left out.')
  const worst = await measureAll(disks, program, thread)
  if (worst > MOST_MS) {
    console.error(`With the thread a stall of ${worst.toFixed(1)} ms, more than ${MOST_MS} ms.`)
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Prints the lines; gives the worst stall of the store with the thread. */
async function measureAll(disks, program, thread) {
  let worst = 0
  for (const [disk, strace] of Object.entries(disks)) {
    const without = await measure(strace, program, '')
    const within = await measure(strace, program, thread)
    const [idle] = Object.values(within)
    for (const name of Object.keys(within)) {
      const [before, after] = [summary(without[name]), summary(within[name])]
      worst = Math.max(worst, after.own - summary(idle).own)
      console.log(`stall, ${disk}, ${name}: without the thread ${text(before)}; with it ${text(after)}`)
    }
  }
  return worst
}

async function measure(strace, program, thread) {
  const place = mkdtempSync(join(folder, 'store-'))
  const given = [process.execPath, program, thread, place]
  const [command, ...args] = strace.length === 0 ? given : ['strace', ...strace, ...given]
  const { stdout } = await run(command, args, { timeout: LIMIT_MS, maxBuffer: 2 ** 24 })
  return JSON.parse(stdout)
}

/** The worst of all rounds and, as `own`, also the middle one, which a busy machine cannot spoil. */
function summary(rounds) {
  const sorted = (name) => rounds.map((round) => Math.max(0, round[name])).sort((a, b) => a - b)
  const [most, middle] = [(name) => sorted(name).at(-1), (name) => sorted(name)[rounds.length >> 1]]
  return {
    own: middle('own'),
    worst: most('own'),
    ran: most('ran'),
    interval: most('interval'),
    monitor: most('monitor'),
    took: middle('took'),
  }
}

function text({ own, worst, ran, interval, monitor, took }) {
  const [middle, most, work, all, byMonitor] = [own, worst, ran, interval, monitor].map((ms) => ms.toFixed(1))
  return `${middle} ms (worst ${most}, work ${work}; with waits for a core ${all}, by the monitor ${byMonitor}; took ${took.toFixed(0)})`
}

async function works(command, args) {
  try {
    await run(command, args, { timeout: 10_000 })
    return true
  } catch {
    return false
  }
}

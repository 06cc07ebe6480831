// Many at once in one process, measured.

import { watchStalls } from './stalls.mjs'
import { rest } from './waiting.mjs'

/** What the one before leaves behind (Baileys being loaded, keys being made) has ended by then. */
const REST_MS = 2_500

/**
 * ms of wall clock and of this process's own CPU for all of `work` together, and how the event loop stood still.
 * @param {() => Promise<unknown>} work
 */
export async function underLoad(work) {
  await rest(REST_MS)
  const stalls = watchStalls()
  // The watch has to have ticked before the load comes.
  await rest(20)
  const started = performance.now()
  const cpu = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(cpu)
  const wall = performance.now() - started
  return { wall, cpu: (user + system) / 1_000, ...stalls() }
}

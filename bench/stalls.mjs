// How long the event loop stands still, three ways.
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/**
 * Starts to watch; the function that it gives ends it. In ms:
 * - `p99`, `max`: by `monitorEventLoopDelay`. It misses a stall that begins before its first tick, so the larger of it and
 *   of an interval's gaps is taken.
 * - `busy`: the longest time that the main thread itself computed between two ticks of that interval. What other programs
 *   took of the processor meanwhile is not in it; null where the system does not say (it is Linux that does).
 */
export function watchStalls() {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const gaps = []
  let before = performance.now()
  let computed = computedMs()
  let busy = computed === undefined ? null : 0
  const tick = setInterval(look, 1)

  function look() {
    const now = performance.now()
    gaps.push(now - before - 1)
    before = now
    const computedNow = computedMs()
    if (computedNow !== undefined) busy = Math.max(busy, computedNow - computed)
    computed = computedNow
  }

  return () => {
    look()
    clearInterval(tick)
    delay.disable()
    gaps.sort((a, b) => a - b)
    const p99 = Math.max(delay.percentile(99) / 1e6, gaps[Math.floor(gaps.length * 0.99)])
    return { p99, max: Math.max(delay.max / 1e6, gaps.at(-1)), busy }
  }
}

/** Time of the main thread on a processor: first field of schedstat, ns (Documentation/scheduler/sched-stats.rst). */
function computedMs() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6
  } catch {
    return undefined
  }
}

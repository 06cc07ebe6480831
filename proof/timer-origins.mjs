// Which timers are alive, and whose they are: ours (dist/), those of Baileys and its packages, or of a cache of theirs
// (lru-cache keeps one timer for its oldest entry, which does not keep a process running).
import { createHook } from 'node:async_hooks'
import { join, sep } from 'node:path'
import { root } from '../scripts/programs.mjs'

const OURS = join(root, 'dist') + sep
const THEIRS = `${sep}node_modules${sep}`

/** Follows every timer that is made from now on. */
export function trackTimers() {
  /** Async id → where it was made. */
  const alive = new Map()
  createHook({
    init(id, type) {
      if (type === 'Timeout') alive.set(id, originOf(new Error('where').stack ?? ''))
    },
    destroy: (id) => void alive.delete(id),
  }).enable()
  const count = (origin) => [...alive.values()].filter((one) => one === origin).length
  return { alive: () => ({ ours: count('ours'), theirs: count('theirs'), caches: count('caches') }) }
}

/** By the innermost frame of either: a timer of Baileys may have been set deep below a call of ours. */
function originOf(stack) {
  for (const line of stack.split('\n')) {
    if (line.includes(`${THEIRS}lru-cache${sep}`)) return 'caches'
    if (line.includes(THEIRS)) return 'theirs'
    if (line.includes(OURS)) return 'ours'
  }
  return 'other'
}

// What changed, in words, for the operator's pages that are open. The store is looked at by one server at a time for all of its
// open pages, and only while there is one: what other servers do is seen there too.
import type { Clock } from '../../lib/clock.ts'

/** Whose state is watched, and how the state is called. */
export interface Watched {
  readonly kind: 'session' | 'link' | 'invitation'
  readonly id: string
  readonly name: string
  readonly state: string
  /** Of links and invitations: who began it. */
  readonly owner: string | null
}

export interface PanelWatch {
  /**
   * Calls `listener` with all that changed, first with an empty list: from then on nothing is missed; with undefined when the
   * watch is over. Returns the way to stop.
   */
  listen(listener: (changes: readonly Watched[] | undefined) => void): () => void
}

/** From the end of one look to the next; a look that takes long makes the pause longer. */
const PAUSE_MS = 1_000
const PAUSE_FACTOR = 20

export function createPanelWatch(options: {
  readonly look: () => Promise<readonly Watched[]>
  readonly isOver: () => boolean
  readonly clock: Clock
}): PanelWatch {
  const { clock } = options
  const listeners = new Set<(changes: readonly Watched[] | undefined) => void>()
  let known: ReadonlyMap<string, Watched> | undefined
  let running = false

  const tell = (changes: readonly Watched[] | undefined): void => {
    for (const listener of [...listeners]) listener(changes)
  }

  const look = async (): Promise<void> => {
    const now = new Map((await options.look()).map((each) => [`${each.kind} ${each.id}`, each]))
    const before = known
    known = now
    if (before === undefined) return tell([])
    const changed = [...now.values()].filter(({ kind, id, state }) => before.get(`${kind} ${id}`)?.state !== state)
    const gone = [...before].filter(([key]) => !now.has(key)).map(([, each]) => ({ ...each, state: 'gone' }))
    if (changed.length + gone.length > 0) tell([...changed, ...gone])
  }

  const run = async (): Promise<void> => {
    const startedAt = clock.now()
    await look().catch(() => {}) // the store may be back at the next look
    if (options.isOver()) tell(undefined)
    if (listeners.size === 0) {
      running = false
      known = undefined
      return
    }
    const pause = Math.max(PAUSE_MS, (clock.now() - startedAt) * PAUSE_FACTOR)
    clock.setTimeout(() => void run(), pause)
  }

  return {
    listen(listener) {
      listeners.add(listener)
      if (known !== undefined) listener([])
      if (!running) {
        running = true
        void run()
      }
      return () => listeners.delete(listener)
    },
  }
}

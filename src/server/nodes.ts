// Which servers live. Each keeps a note of itself in the store; who finds a link or a session in the care of a server
// that is gone knows that nobody is at it any more.
import { randomUUID } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import type { Collection, Collections } from '../store/collections.ts'
import { type Holder, lifeOf, thisProcess } from '../store/holder.ts'

const RENEW_MS = 5_000
/** Without a renewal for so long a server counts as gone; on the same host its process decides at once. */
const GONE_MS = 20_000

interface NodeNote {
  readonly id: string
  readonly holder: Holder
  readonly renewedAt: number
}

export interface Nodes {
  /** This server's own id. */
  readonly self: string
  isAlive(node: string): Promise<boolean>
  /** Ids of all that live. */
  alive(): Promise<ReadonlySet<string>>
  close(): Promise<void>
}

export async function joinNodes(collections: Collections, clock: Clock): Promise<Nodes> {
  const notes: Collection<NodeNote> = collections.open('nodes', (stored) => stored as NodeNote)
  const self = randomUUID()
  const holder = thisProcess()
  let timer: unknown
  let closed = false
  let writing: Promise<void> = Promise.resolve()

  const renew = (): Promise<void> => {
    const renewedAt = clock.now()
    return notes.put(self, 'all', { id: self, holder, renewedAt }, renewedAt + GONE_MS)
  }

  const arm = (): void => {
    timer = clock.setTimeout(() => {
      writing = renew()
        .catch(() => {}) // missed renewals make it count as gone, which is what others should think then
        .finally(() => {
          if (!closed) arm()
        })
    }, RENEW_MS)
    unref(timer)
  }

  const lives = (note: NodeNote): boolean =>
    note.id === self || (clock.now() - note.renewedAt < GONE_MS && lifeOf(note.holder, holder) !== 'dead')

  await renew()
  arm()
  return {
    self,
    async isAlive(node) {
      const note = node === self ? undefined : await notes.get(node)
      return node === self || (note !== undefined && lives(note))
    },
    async alive() {
      const ids = new Set<string>([self])
      for await (const { value } of notes.all('all')) if (lives(value)) ids.add(value.id)
      return ids
    },
    async close() {
      closed = true
      clock.clearTimeout(timer)
      await writing
      await notes.drop(self).catch(() => {})
    },
  }
}

/** A server that only waits does not keep its process alive by this. */
function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref()
}

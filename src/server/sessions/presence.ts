// What the server that has a session says about it, for all servers to read. Only changes are written; whether the server
// that wrote them still lives is known from its own note (nodes.ts).
import type { Addition } from '../../store/backend.ts'
import { type Collection, type Collections, NEVER } from '../../store/collections.ts'
import type { Nodes } from '../nodes.ts'
import type { Outbox } from '../outbox.ts'

export type LiveState = 'offline' | 'connecting' | 'online' | 'waiting' | 'stopped'

interface Said {
  readonly session: string
  readonly state: LiveState
  readonly node: string
  /** Why it stopped, or waits. */
  readonly reason?: string
}

export interface Presence {
  readonly state: LiveState
  readonly node: string
  readonly reason?: string
}

export interface Presences {
  /**
   * `claim` false: only when no other living server said something else than `offline`. In the order of the calls.
   * @throws StoreError
   */
  say(
    session: string,
    state: LiveState,
    details?: { readonly claim?: boolean; readonly reason?: string },
  ): Promise<void>
  get(session: string): Promise<Presence | undefined>
  all(): Promise<ReadonlyMap<string, Presence>>
  forget(session: string): Promise<void>
  /** Sessions that a server had online which is gone are offline. */
  adoptOrphans(): Promise<void>
}

export interface PresenceParts {
  readonly collections: Collections
  readonly nodes: Nodes
  readonly outbox: Pick<Outbox, 'entry'>
  /** Something new is in the outbox. */
  readonly stirred: () => void
}

export function createPresences({ collections, nodes, outbox, stirred }: PresenceParts): Presences {
  const said: Collection<Said> = collections.open('presence', (stored) => stored as Said)
  const turns = new Map<string, Promise<void>>()

  const inTurn = (session: string, work: () => Promise<void>): Promise<void> => {
    const turn = (turns.get(session) ?? Promise.resolve()).then(work, work)
    turns.set(session, turn)
    const done = (): void => {
      if (turns.get(session) === turn) turns.delete(session)
    }
    turn.then(done, done)
    return turn
  }

  return {
    say: (session, state, { claim = true, reason } = {}) =>
      inTurn(session, async () => {
        const alive = claim ? new Set<string>() : await nodes.alive()
        await said.change(session, 'all', (old) => {
          const theirs = old !== undefined && old.node !== nodes.self && old.state !== 'offline' && alive.has(old.node)
          if (theirs) return { result: undefined }
          const value: Said = { session, state, node: nodes.self, ...(reason === undefined ? {} : { reason }) }
          return { put: { value, expiresAt: NEVER }, also: entriesOf(old, value, outbox), result: undefined }
        })
        stirred()
      }),
    async get(session) {
      const found = await said.get(session)
      return found !== undefined && (await nodes.isAlive(found.node)) ? found : undefined
    },
    async all() {
      const alive = await nodes.alive()
      const found = new Map<string, Presence>()
      for await (const { value } of said.all('all')) if (alive.has(value.node)) found.set(value.session, value)
      return found
    },
    forget: (session) => inTurn(session, () => said.drop(session)),
    async adoptOrphans() {
      const alive = await nodes.alive()
      for await (const { value } of said.all('all')) {
        if (value.state !== 'online' || alive.has(value.node)) continue
        await said.change(value.session, 'all', (old) => {
          if (old?.state !== 'online' || old.node !== value.node) return { result: undefined }
          const next: Said = { ...old, state: 'offline' }
          return { put: { value: next, expiresAt: NEVER }, also: entriesOf(old, next, outbox), result: undefined }
        })
        stirred()
      }
    },
  }
}

/** What webhooks are told when `old` becomes `next`. */
function entriesOf(old: Said | undefined, next: Said, outbox: Pick<Outbox, 'entry'>): readonly Addition[] {
  const { session } = next
  const [was, is] = [old?.state === 'online', next.state === 'online']
  if (isLoggedOut(next)) return isLoggedOut(old) ? [] : [outbox.entry({ type: 'session.logged-out', session })]
  if (is && !was) return [outbox.entry({ type: 'session.online', session })]
  return was && !is ? [outbox.entry({ type: 'session.offline', session })] : []
}

function isLoggedOut(said: Said | undefined): boolean {
  return said?.state === 'stopped' && said.reason === 'logged-out'
}

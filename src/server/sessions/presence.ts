// What the server that has a session says about it, for all servers to read. Only changes are written; whether the server
// that wrote them still lives is known from its own note (nodes.ts).
import { type Collection, type Collections, NEVER } from '../../store/collections.ts'
import type { Nodes } from '../nodes.ts'

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
}

export function createPresences(collections: Collections, nodes: Nodes): Presences {
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
          return { put: { value, expiresAt: NEVER }, result: undefined }
        })
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
  }
}

import { describe, expect, it } from 'vitest'
import { type LogOutRequest, logOut } from '../../../src/cli/session/log-out.ts'
import { LinkError } from '../../../src/errors.ts'
import { deferred } from '../../../src/lib/deferred.ts'
import type { ConnectionState } from '../../../src/session/connection.ts'
import type { StopReason } from '../../../src/session/policy.ts'
import { createTestClock } from '../support/test-clock.ts'

const LIMIT_MS = 60_000
const UNANSWERED = new LinkError('network', 'WhatsApp did not confirm the log-out')

/** A connection that does what the test says. `answer`: what becomes of the question to WhatsApp. */
function stage(answer: () => Promise<void> = async () => {}) {
  const clock = createTestClock()
  const stopped = deferred<StopReason>()
  const listeners = new Set<(state: ConnectionState) => void>()
  let state: ConnectionState = { name: 'connecting' }
  let interrupt: (() => void) | undefined
  const did: string[] = []
  const connection = {
    get state() {
      return state
    },
    on(_event: string, listener: unknown): unknown {
      listeners.add(listener as (state: ConnectionState) => void)
      return connection
    },
    off(_event: string, listener: unknown): unknown {
      listeners.delete(listener as (state: ConnectionState) => void)
      return connection
    },
    stopped: stopped.promise,
    async close() {
      did.push('close')
      stopped.resolve('closed')
    },
    async logout() {
      did.push('logout')
      await answer()
      stopped.resolve('closed')
    },
  }
  const done = logOut({
    connection: connection as unknown as LogOutRequest['connection'],
    limitMs: LIMIT_MS,
    clock,
    interrupts: {
      listen(run) {
        interrupt = run
        return () => {
          interrupt = undefined
        }
      },
    },
    onState: ({ name }) => void did.push(name),
    onAsk: () => void did.push('ask'),
  })
  done.catch(() => {})
  return {
    done,
    did,
    clock,
    stopped,
    listeners,
    interrupt: () => interrupt?.(),
    enter(next: ConnectionState) {
      state = next
      for (const listener of listeners) listener(next)
    },
  }
}

const ONLINE: ConnectionState = { name: 'online', since: new Date(0) }

describe('logging out', () => {
  it('goes online, asks, waits for the answer, and leaves nothing behind', async () => {
    const { done, did, enter, clock, listeners } = stage()
    enter({ name: 'waiting', inMs: 1000, reason: 'the connection was lost' })
    enter(ONLINE)
    expect(await done).toBe('unlinked')
    expect(did).toEqual(['connecting', 'waiting', 'online', 'ask', 'logout'])
    expect([clock.waiting, listeners.size]).toEqual([0, 0])
  })

  it('gives up when WhatsApp was not reached in time, and closes', async () => {
    const { done, did, clock, listeners } = stage()
    clock.advance(LIMIT_MS - 1)
    expect(did).not.toContain('close')
    clock.advance(1)
    await expect(done).rejects.toMatchObject({ code: 'network', message: expect.stringContaining('60 seconds') })
    expect(did).toEqual(['connecting', 'close'])
    expect(listeners.size).toBe(0)
  })

  it('stops on Ctrl-C', async () => {
    const { done, interrupt, did } = stage()
    interrupt()
    await expect(done).rejects.toMatchObject({ code: 'cancelled' })
    expect(did).toContain('close')
  })

  it('is done when WhatsApp closed for it before the answer was read', async () => {
    const { done, enter, stopped } = stage(async () => {
      stopped.resolve('logged-out')
      throw UNANSWERED
    })
    enter(ONLINE)
    expect(await done).toBe('unlinked')
  })

  it('fails when WhatsApp did not confirm', async () => {
    const { done, enter } = stage(() => Promise.reject(UNANSWERED))
    enter(ONLINE)
    await expect(done).rejects.toBe(UNANSWERED)
  })

  it.each<[StopReason]>([['logged-out'], ['never-confirmed']])(
    'finds that it was unlinked before: %s',
    async (reason) => {
      const { done, stopped } = stage()
      stopped.resolve(reason)
      expect(await done).toBe('was-unlinked')
    },
  )

  it.each<[StopReason]>([['session-busy'], ['temporary-ban'], ['forbidden'], ['bad-session'], ['outdated-version']])(
    'passes on why it could not: %s',
    async (reason) => {
      const { done, stopped } = stage()
      stopped.resolve(reason)
      await expect(done).rejects.toMatchObject({ reason })
    },
  )

  it('is not done when the connection was closed by somebody else', async () => {
    const { done, stopped } = stage()
    stopped.resolve('closed')
    await expect(done).rejects.toMatchObject({ code: 'cancelled' })
  })
})

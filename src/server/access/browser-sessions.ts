// A browser that posted a token once: a cookie stands for it from then on. Revoking the token ends it.
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import type { Collection, Collections } from '../../store/collections.ts'
import { type Caller, callerOf, OPERATOR } from './caller.ts'
import { hashOf } from './token-text.ts'
import type { Tokens } from './tokens.ts'

/** All methods throw StoreError. */
export interface BrowserSessions {
  /** The cookie's value, which only the browser keeps. */
  create(caller: Caller): Promise<string>
  find(cookie: string): Promise<Caller | undefined>
  drop(cookie: string): Promise<void>
}

export const BROWSER_SESSION_MS = 12 * 3_600_000

export function createBrowserSessions(
  collections: Collections,
  tokens: Tokens,
  clock: Clock,
  /** The operator's own token of now: when it changes, its browsers are out. */
  operator: string | undefined,
): BrowserSessions {
  const sessions: Collection<{ readonly caller: string }> = collections.open(
    'browser-sessions',
    (stored) => stored as { caller: string },
  )
  const operatorMark = `operator ${operator === undefined ? '' : hashOf(operator)}`
  return {
    async create(caller) {
      const cookie = randomBytes(32).toString('base64url')
      const mark = caller.id === OPERATOR.id ? operatorMark : caller.id
      await sessions.put(hashOf(cookie), 'all', { caller: mark }, clock.now() + BROWSER_SESSION_MS)
      return cookie
    },
    async find(cookie) {
      const found = await sessions.get(hashOf(cookie))
      if (found === undefined) return undefined
      if (found.caller.startsWith('operator'))
        return found.caller === operatorMark && operator !== undefined ? OPERATOR : undefined
      const token = await tokens.get(found.caller)
      return token === undefined ? undefined : callerOf(token)
    },
    drop: (cookie) => sessions.drop(hashOf(cookie)),
  }
}

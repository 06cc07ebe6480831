import { RateLimiterRes } from 'rate-limiter-flexible'
import type { Clock } from '../../lib/clock.ts'
import type { Collections } from '../../store/collections.ts'
import { HttpProblem } from '../problem.ts'
import { StoreLimiter, type Window, type WindowStore, windowsInMemory, windowsInStore } from './limiter.ts'
import type { ServerLimits } from './rules.ts'

export interface Limits {
  /** Counts one. @throws HttpProblem rate-limited with `retryAfterMs` */
  take(limit: keyof ServerLimits, key: string): Promise<void>
  /** Counts nothing. @throws HttpProblem rate-limited when nothing is left */
  check(limit: keyof ServerLimits, key: string): Promise<void>
}

export function createLimits(
  rules: ServerLimits,
  {
    collections,
    shared,
    clock,
  }: { readonly collections: Collections; readonly shared: boolean; readonly clock: Clock },
): Limits {
  const windows: WindowStore = shared
    ? windowsInStore(collections.open('limits', (stored) => stored as Window))
    : windowsInMemory(clock)
  const limiterOf = (name: keyof ServerLimits): StoreLimiter => new StoreLimiter(name, rules[name], windows, clock)
  const limiters: Readonly<Record<keyof ServerLimits, StoreLimiter>> = {
    token: limiterOf('token'),
    links: limiterOf('links'),
    refusals: limiterOf('refusals'),
    address: limiterOf('address'),
    invitation: limiterOf('invitation'),
  }

  return {
    async take(limit, key) {
      try {
        await limiters[limit].consume(key)
      } catch (thrown) {
        if (thrown instanceof RateLimiterRes) throw tooOften(limit, thrown.msBeforeNext)
        throw thrown
      }
    },
    async check(limit, key) {
      const used = await limiters[limit].get(key)
      if (used !== null && used.remainingPoints <= 0) throw tooOften(limit, used.msBeforeNext)
    },
  }
}

const SENTENCES: Readonly<Record<keyof ServerLimits, string>> = {
  token: 'this token called too often',
  links: 'this token began too many links',
  refusals: 'too many wrong tokens or invitations came from this address',
  address: 'too many calls came from this address',
  invitation: 'too many codes were asked for with this invitation',
}

function tooOften(limit: keyof ServerLimits, retryAfterMs: number): HttpProblem {
  return new HttpProblem('rate-limited', SENTENCES[limit], {
    retryAfterMs,
    advice: 'Wait as long as Retry-After says, then try again.',
    reason: 'limit',
  })
}

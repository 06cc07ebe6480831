import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/contract.ts'
import { internalsOf } from '../../src/store/internals.ts'
import { createLimiter } from '../../src/store/limiter.ts'
import { openStore } from '../../src/store/open.ts'
import { fakeClock } from './fake-clock.ts'

describe('the limiter', () => {
  it('lets 3 codes through in 10 minutes for one account, however its number is written', async () => {
    const clock = fakeClock()
    const limiter = createLimiter({ store: await openStore('memory:', { clock }) })
    expect(await limiter.take('+1 202 555 0123')).toEqual({ allowed: true, remaining: 2, retryAfterMs: 0 })
    expect(await limiter.take('1-202-555-0123')).toEqual({ allowed: true, remaining: 1, retryAfterMs: 0 })
    expect(await limiter.peek('+12025550123')).toEqual({ allowed: true, remaining: 1, retryAfterMs: 0 })
    expect(await limiter.take('(+1) 202 5550123')).toEqual({ allowed: true, remaining: 0, retryAfterMs: 0 })
    expect(await limiter.take('+12025550123')).toEqual({ allowed: false, remaining: 0, retryAfterMs: 600_000 })
    expect(await limiter.peek('+12025550124')).toMatchObject({ allowed: true, remaining: 3 })
    await clock.advance(600_000)
    expect(await limiter.take('+12025550123')).toMatchObject({ allowed: true, remaining: 2 })
  })

  it('counts spellings of one account as one: Brazil’s ninth digit, Mexico’s 1, Argentina’s 9', async () => {
    const limiter = createLimiter({ store: await openStore('memory:') })
    for (const [one, other] of [
      ['+55 11 98765-4321', '+55 11 8765-4321'],
      ['+52 55 1234 5678', '+52 1 55 1234 5678'],
      ['+54 9 11 2345-6789', '+54 11 2345-6789'],
    ] as const) {
      await limiter.take(one)
      expect(await limiter.take(other)).toMatchObject({ remaining: 1 })
    }
  })

  it('takes other numbers of codes and other windows', async () => {
    const limiter = createLimiter({ store: await openStore('memory:'), codes: 1, windowMs: 1_000 })
    expect(await limiter.take('+12025550123')).toMatchObject({ allowed: true, remaining: 0 })
    expect(await limiter.take('+12025550123')).toMatchObject({ allowed: false })
  })

  it('shares its count with the limits that link() keeps', async () => {
    const clock = fakeClock()
    const store = await openStore('memory:', { clock })
    const limiter = createLimiter({ store })
    await limiter.take('+12025550123')
    const { parsePhone } = await import('../../src/phone/parse.ts')
    const parsed = parsePhone('+12025550123')
    expect(parsed.ok).toBe(true)
    const key = parsed.ok ? parsed.accountKey : ''
    expect(await internalsOf(store).limits.peek(key, clock.now())).toMatchObject({ remaining: 2 })
    await internalsOf(store).limits.coolDown(key, clock.now(), 90_000)
    expect(await limiter.peek('+12025550123')).toEqual({ allowed: false, remaining: 0, retryAfterMs: 90_000 })
  })

  it('refuses what is no telephone number, and says what to do', async () => {
    const limiter = createLimiter({ store: await openStore('memory:') })
    await expect(limiter.take('hello')).rejects.toMatchObject({ code: 'invalid-phone', advice: expect.any(String) })
    await expect(limiter.peek('')).rejects.toMatchObject({ code: 'invalid-phone' })
  })

  it('refuses limits that make no sense, and stores that are none', async () => {
    const store = await openStore('memory:')
    for (const codes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => createLimiter({ store, codes })).toThrow(expect.objectContaining({ code: 'invalid-options' }))
    expect(() => createLimiter({ store, windowMs: 0 })).toThrow(expect.objectContaining({ code: 'invalid-options' }))
    for (const other of [{}, null, undefined, 'memory:'])
      expect(() => createLimiter({ store: other as Store })).toThrow('store must come from openStore()')
  })
})

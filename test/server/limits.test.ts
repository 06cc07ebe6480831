// The server's limits, in memory and in a store that several servers share: the same rules either way.
import { expect, onTestFinished, test } from 'vitest'
import { createLimits, type Limits } from '../../src/server/limits/limits.ts'
import { DEFAULT_LIMITS } from '../../src/server/limits/rules.ts'
import { openStore } from '../../src/store/index.ts'
import { internalsOf } from '../../src/store/internals.ts'
import { type FakeClock, fakeClock } from '../store/fake-clock.ts'

async function limitsOf(
  shared: boolean,
): Promise<{ readonly clock: FakeClock; readonly one: Limits; readonly other: Limits }> {
  const clock = fakeClock()
  const store = await openStore('memory:', { clock })
  onTestFinished(() => store.close())
  const { collections } = internalsOf(store)
  const rules = { ...DEFAULT_LIMITS, links: { points: 3, windowMs: 10_000 } }
  const make = (): Limits => createLimits(rules, { collections, shared, clock })
  return { clock, one: make(), other: make() }
}

test.each([false, true])(
  'three in ten seconds, then a wait that is said, then three again (shared: %s)',
  async (shared) => {
    const { clock, one } = await limitsOf(shared)
    await one.take('links', 'a')
    await clock.advance(4_000)
    await one.take('links', 'a')
    await one.take('links', 'a')
    await expect(one.take('links', 'a')).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 6_000 })
    await expect(one.check('links', 'a')).rejects.toMatchObject({ code: 'rate-limited' })
    await one.take('links', 'b')
    await clock.advance(6_000)
    await one.check('links', 'a')
    for (let count = 0; count < 3; count++) await one.take('links', 'a')
    await expect(one.take('links', 'a')).rejects.toMatchObject({ retryAfterMs: 10_000 })
  },
)

test('servers on a shared store count together, and of 20 at once exactly three pass', async () => {
  const { one, other } = await limitsOf(true)
  const taken = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : other).take('links', 'a')),
  )
  expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
})

test('to check takes nothing', async () => {
  const { one } = await limitsOf(false)
  for (let count = 0; count < 10; count++) await one.check('links', 'a')
  for (let count = 0; count < 3; count++) await one.take('links', 'a')
})

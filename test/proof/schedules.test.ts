// A sample of `npm run proof:schedules`.
import { expect, it, vi } from 'vitest'
import { askAtOnce, faultOf } from '../../proof/schedules/limits.ts'
import { proveSchedules } from '../../proof/schedules/prove.ts'
import { openStore } from '../../src/store/index.ts'

// Seconds on an idle machine; each code costs its key.
vi.setConfig({ testTimeout: 600_000 })

it('forty schedules of links, phones and faults keep the rules, and every link ends', async () => {
  const { broken, ends, events } = await proveSchedules({ count: 40, seed: 20_261_123 })
  expect(broken).toEqual([])
  expect(ends.get('linked')).toBeGreaterThan(0)
  expect(ends.get('never')).toBeUndefined()
  expect(events.get('code')).toBeGreaterThan(20)
  expect(events.get('code-expired')).toBeGreaterThan(5)
})

it('of 50 requests of one account at once exactly three pass', async () => {
  expect(faultOf(await askAtOnce(() => openStore('memory:')))).toBeUndefined()
})

// Two stores on one database, as two processes have them, at the same rows at the same time.
import { describe, expect, it } from 'vitest'
import type { Store } from '../../../src/store/contract.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { opened } from '../../conformance/store/place.ts'
import { noPostgres, sharedServer } from '../../conformance/store/postgres-server.ts'
import { newlyLinked } from '../samples.ts'

const KEY = Buffer.alloc(32, 3)
const NAMES = ['sales', 'support', 'news']

async function twoStores(schema: string): Promise<readonly [Store, Store]> {
  const url = (await sharedServer()).url(schema)
  return [await opened(url, { key: KEY }), await opened(url, { key: KEY })]
}

describe.skipIf(noPostgres)('two stores on one database', () => {
  it('that link the same names again and again leave one link of each, and all others in the archive', async () => {
    const stores = await twoStores('together')
    const linked = await Promise.all(
      Array.from({ length: 60 }, (_, index) => newlyLinked({ session: NAMES[index % 3] ?? '', preKeys: [] })),
    )
    await Promise.all(linked.map((one, index) => internalsOf(stores[index % 2] ?? stores[0]).saveLinked(one)))
    for (const store of stores) {
      expect(await store.list()).toHaveLength(3)
      expect(await store.list({ archived: true })).toHaveLength(57)
    }
  })

  it('of which one removes what the other writes to leave nothing of it in use', async () => {
    const [one, two] = await twoStores('apart')
    const { query } = await sharedServer()
    for (let round = 0; round < 10; round++) {
      await internalsOf(one).saveLinked(await newlyLinked({ preKeys: [] }))
      const { state } = await one.authState('sales')
      const writes = Array.from({ length: 20 }, (_, index) => state.keys.set({ session: { [index]: Buffer.alloc(9) } }))
      await Promise.all([internalsOf(two).withdraw('sales'), ...writes])
      await state.keys.set({ session: { late: Buffer.alloc(9) } })
    }
    expect(await one.list()).toEqual([])
    expect(await query('SELECT count(*)::int AS values FROM apart.link_values')).toEqual([{ values: 0 }])
  })

  it('see limits and leases by one clock, the database’s, whatever their machines say', async () => {
    const server = await sharedServer()
    const store = await opened(server.url('clocks'), { key: KEY })
    await (await internalsOf(store).acquire({ kind: 'session', key: 'sales' })).release()
    await internalsOf(store).limits.take('an account', 0)
    const [row] = await server.query(`
      SELECT expires_at - (extract(epoch FROM now()) * 1000)::bigint AS left FROM clocks.records WHERE kind = 'limit'`)
    expect(Number(row?.['left'])).toBeGreaterThan(500_000)
    expect(Number(row?.['left'])).toBeLessThanOrEqual(600_000)
    // Swept by a machine whose clock is a year ahead: nothing is forgotten.
    const ahead = await opened(server.url('clocks'), { key: KEY })
    const real = Date.now
    Date.now = () => real() + 365 * 24 * 3_600_000
    try {
      await internalsOf(ahead).saveLinked(await newlyLinked())
    } finally {
      Date.now = real
    }
    expect(await internalsOf(store).limits.peek('an account', 0)).toMatchObject({ remaining: 2 })
  })
})

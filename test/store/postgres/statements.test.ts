// Whatever the order of the writes, PostgreSQL ends with the same rows as the store in memory.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Backend, LinkRow, Write } from '../../../src/store/backend.ts'
import { memoryBackend } from '../../../src/store/memory.ts'
import { openPostgres } from '../../../src/store/postgres/open.ts'
import { statementsOf } from '../../../src/store/postgres/statements.ts'
import { noPostgres, sharedServer } from '../../conformance/store/postgres-server.ts'
import { fakeClock } from '../fake-clock.ts'

const LINKS = [1, 2, 3]
const lookupOf = (index: number): Buffer => createHash('sha256').update(String(index)).digest().subarray(0, 16)

const link = fc.constantFrom(...LINKS)
const lookup = fc.integer({ min: 0, max: 3 }).map(lookupOf)
const value = fc.uint8Array({ minLength: 1, maxLength: 2 })
const time = fc.option(fc.integer({ min: 1, max: 20 }), { nil: null })

/** One session for each link, so that none is listed twice. */
const row: fc.Arbitrary<LinkRow> = fc
  .record({
    link,
    listed: fc.boolean(),
    confirmed: fc.boolean(),
    ended: fc.constantFrom(null, 'logged-out' as const, 'bad-session' as const),
    kept: fc.boolean(),
    createdAt: fc.integer({ min: 0, max: 2 ** 48 }),
    lastOnlineAt: time,
    archivedAt: time,
    replaced: fc.option(link, { nil: null }),
    details: value,
  })
  .map((made) => ({ ...made, session: `session-${made.link}` }))

const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('put-link' as const), row }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('drop-link' as const), link }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('put-value' as const), link, lookup, value }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('swap-value' as const), link, lookup, old: value, value }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('drop-value' as const), link, lookup }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('drop-between' as const), link, first: lookup, last: lookup }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('drop-values' as const), link, except: lookup }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('purge' as const),
      archivedBefore: fc.integer({ min: 0, max: 20 }),
      expiredBefore: fc.constant(0),
    }),
  },
)

async function contentsOf(backend: Backend): Promise<unknown> {
  const links = [...(await backend.readLinks())].sort((a, b) => a.link - b.link)
  const values = await Promise.all(LINKS.map((one) => backend.scanValues(one, undefined, 100)))
  return JSON.parse(
    JSON.stringify([links, values], (_, member: unknown) =>
      member instanceof Uint8Array ? Buffer.from(member).toString('hex') : member,
    ).replaceAll(/\{"type":"Buffer","data":\[([\d,]*)\]\}/g, (_, bytes: string) =>
      JSON.stringify(Buffer.from(bytes === '' ? [] : bytes.split(',').map(Number)).toString('hex')),
    ),
  )
}

describe('writes in PostgreSQL', () => {
  it.skipIf(noPostgres)(
    'mean what they mean in memory, in every order and grouping',
    { timeout: 120_000 },
    async () => {
      const server = await sharedServer()
      const clock = fakeClock()
      const { backend } = await openPostgres(server.url('writes'), clock, Buffer.alloc(32))
      onTestFinished(() => backend.close())
      await backend.prepare(Buffer.from('check'))
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(write, { maxLength: 20 }), { maxLength: 4 }), async (commits) => {
          await server.query('TRUNCATE writes.links, writes.link_values, writes.records')
          const memory = memoryBackend(clock)
          for (const writes of commits) await memory.commit(writes)
          await Promise.all(commits.map((writes) => backend.commit(writes)))
          expect(await contentsOf(backend)).toEqual(await contentsOf(memory))
        }),
        { numRuns: 60 },
      )
    },
  )

  it('of 812 values are one statement', () => {
    const writes = Array.from(
      { length: 812 },
      (_, index): Write => ({
        type: 'put-value',
        link: 1,
        lookup: lookupOf(index),
        value: Buffer.alloc(130),
      }),
    )
    expect(statementsOf(writes, '"paircode"')).toHaveLength(1)
    // A byte of a value is a byte on the wire.
    const [statement] = statementsOf(writes, '"paircode"')
    const size = (statement?.values ?? []).reduce<number>((sum, one) => sum + (one as Uint8Array).length, 0)
    expect(size).toBeLessThan(812 * (130 + 16 + 8 + 12) + 200)
  })

  it('that are many are cut into portions the server takes in well below its limits', () => {
    const writes = Array.from(
      { length: 12_000 },
      (_, index): Write => ({
        type: 'put-value',
        link: 1,
        lookup: lookupOf(index),
        value: Buffer.alloc(1_000),
      }),
    )
    const statements = statementsOf(writes, '"paircode"')
    expect(statements).toHaveLength(3)
    for (const { values = [] } of statements) expect((values[2] as Uint8Array).length).toBeLessThan(4_500_000)
  })

  it('of one value are the last one', () => {
    const [put, drop]: readonly Write[] = [
      { type: 'put-value', link: 1, lookup: lookupOf(1), value: Buffer.of(1) },
      { type: 'drop-value', link: 1, lookup: lookupOf(1) },
    ]
    expect(statementsOf([put ?? expect.fail(), drop ?? expect.fail()], 's').map(({ text }) => text)).toEqual([
      expect.stringContaining('DELETE'),
    ])
    expect(statementsOf([drop ?? expect.fail(), put ?? expect.fail()], 's').map(({ text }) => text)).toEqual([
      expect.stringContaining('INSERT'),
    ])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Change } from '../../../../src/store/sqlite/apply.ts'
import { type Parcel, parcelsOf, proposalsOf } from '../../../../src/store/sqlite/parcel.ts'
import type { Proposal } from '../../../../src/store/sqlite/transaction.ts'

const bytes = fc.uint8Array({ maxLength: 40 })
const link = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const kind = fc.constantFrom('limit' as const, 'lease' as const)
const time = fc.integer({ min: 0, max: 2 ** 52 })
const row = fc.record({
  link,
  session: fc.string(),
  listed: fc.boolean(),
  confirmed: fc.boolean(),
  ended: fc.constantFrom(null, 'logged-out' as const, 'bad-session' as const),
  kept: fc.boolean(),
  createdAt: time,
  lastOnlineAt: fc.option(time),
  archivedAt: fc.option(time),
  replaced: fc.option(link),
  details: bytes,
})
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ type: fc.constant('put-link' as const), row }),
  fc.record({ type: fc.constant('drop-link' as const), link }),
  fc.record({ type: fc.constant('put-value' as const), link, lookup: bytes, value: bytes }),
  fc.record({ type: fc.constant('swap-value' as const), link, lookup: bytes, old: bytes, value: bytes }),
  fc.record({ type: fc.constant('drop-values' as const), link, except: bytes }),
  fc.record({ type: fc.constant('drop-between' as const), link, first: bytes, last: bytes }),
  fc.record({ type: fc.constant('purge' as const), archivedBefore: time, expiredBefore: time }),
  fc.record({ type: fc.constant('put-record' as const), kind, key: bytes, value: bytes, expiresAt: time }),
  fc.record({ type: fc.constant('put-check' as const), check: bytes }),
)
const expected = fc.option(
  fc.oneof(
    fc.record({ type: fc.constant('links' as const), session: fc.string(), links: fc.array(row, { maxLength: 3 }) }),
    fc.record({
      type: fc.constant('record' as const),
      kind,
      key: bytes,
      value: fc.option(bytes, { nil: undefined }),
    }),
  ),
  { nil: undefined },
)
const proposals = fc.array(fc.record({ expected, changes: fc.array(change, { maxLength: 6 }) }), { maxLength: 6 })

/** As a thread gets them. */
function sent(group: readonly Proposal[]): readonly Parcel[] {
  return [...parcelsOf(group)].map((parcel) => structuredClone(parcel, { transfer: [parcel.bytes.buffer] }))
}

function values(count: number, make: (index: number) => Uint8Array): readonly Change[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'put-value',
    link: 1,
    lookup: make(index),
    value: make(index),
  }))
}

describe('a group on its way to the thread', () => {
  it('arrives as it was sent', () => {
    fc.assert(
      fc.property(proposals, (group) => {
        expect(proposalsOf(sent(group))).toEqual(group)
      }),
    )
  })

  it('arrives whole in parcels of 200 rows, however long a proposal is', () => {
    const group = [700, 0, 150, 199, 200, 201, 1].map((count) => ({
      expected: { type: 'check', check: Buffer.of(count & 255) } as const,
      changes: values(count, (index) => Uint8Array.of(index & 255, index >> 8)),
    }))
    const parcels = sent(group)
    expect(proposalsOf(parcels)).toEqual(
      group.map(({ expected, ...rest }) => ({
        ...rest,
        expected: { ...expected, check: Uint8Array.from(expected.check) },
      })),
    )
    expect(parcels.length).toBeGreaterThanOrEqual(8)
    for (const { frame } of parcels) {
      const rows = (frame as { changes: readonly unknown[] }[]).reduce((sum, { changes }) => sum + changes.length, 0)
      expect(rows).toBeLessThanOrEqual(200)
    }
  })

  it('takes its own bytes along and nothing that lies beside them, and leaves the sender’s as they are', () => {
    const large = Buffer.alloc(1_000_000, 7)
    const group = [{ expected: undefined, changes: values(10, (index) => large.subarray(index, index + 16)) }]
    const parcels = sent(group)
    expect(parcels.reduce((sum, { bytes: { buffer } }) => sum + buffer.byteLength, 0)).toBe(10 * 2 * 16)
    expect(large.every((byte) => byte === 7)).toBe(true)
    expect(large).toHaveLength(1_000_000)
  })
})

import fc from 'fast-check'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { bigintArray, byteaArray, int8Array } from '../../../src/store/postgres/arrays.ts'
import { noPostgres, PASSWORD, sharedServer, USER } from '../../conformance/store/postgres-server.ts'

describe('arrays in the binary format', () => {
  it('have the layout that array_recv reads (PostgreSQL, src/backend/utils/adt/arrayfuncs.c)', () => {
    expect(byteaArray([Buffer.from([0xab]), Buffer.alloc(0)]).toString('hex')).toBe(
      ['00000001', '00000000', '00000011', '00000002', '00000001', '00000001', 'ab', '00000000'].join(''),
    )
    expect(bigintArray([1, 2 ** 48 - 1]).toString('hex')).toBe(
      [
        '00000001',
        '00000000',
        '00000014',
        '00000002',
        '00000001',
        '00000008',
        '0000000000000001',
        '00000008',
        '0000ffffffffffff',
      ].join(''),
    )
  })

  it.skipIf(noPostgres)('are understood by a server, any of them', { timeout: 60_000 }, async () => {
    const { port } = await sharedServer()
    const client = new pg.Client({ host: '127.0.0.1', port, user: USER, password: PASSWORD, database: 'postgres' })
    await client.connect()
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 50 }),
        fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
        fc.array(fc.integer({ min: 0, max: 2 ** 48 - 1 })),
        async (bytes, large, small) => {
          const { rows } = await client.query(
            'SELECT $1::bytea[] AS bytes, $2::bigint[] AS large, $3::bigint[] AS small',
            [byteaArray(bytes), int8Array(large), bigintArray(small)],
          )
          expect(rows[0].bytes).toEqual(bytes.map((one) => Buffer.from(one)))
          expect(rows[0].large).toEqual(large.map(String))
          expect(rows[0].small).toEqual(small.map(String))
        },
      ),
      { numRuns: 50 },
    )
    await client.end()
  })
})

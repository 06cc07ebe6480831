import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { StoreError } from '../../../src/errors.ts'
import { type Connection, connect } from '../../../src/store/sqlite/connection.ts'
import { createWriter } from '../../../src/store/sqlite/writer.ts'
import { temporaryFolder } from '../../conformance/store/place.ts'

let connection: Connection
let executed: string[]
let file: string

beforeEach(async () => {
  const { writeFile } = await import('node:fs/promises')
  file = join(await temporaryFolder(), 'test.db')
  await writeFile(file, '')
  const real = await connect(file)
  real.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)')
  executed = []
  connection = {
    ...real,
    exec: (sql) => {
      executed.push(sql)
      real.exec(sql)
    },
    get inTransaction() {
      return real.inTransaction
    },
  }
})

const insert = (a: number) => () => connection.run('INSERT INTO t VALUES (?, NULL)', [a])
const stored = (): readonly unknown[] => connection.all('SELECT a AS a FROM t ORDER BY a').map((row) => row['a'])
const commits = (): number => executed.filter((sql) => sql === 'COMMIT').length

describe('group commit', () => {
  it('writes what comes in one turn with one commit', async () => {
    const writer = createWriter(connection)
    await Promise.all(Array.from({ length: 100 }, (_, index) => writer.write(1, insert(index))))
    expect(commits()).toBe(1)
    expect(stored()).toHaveLength(100)
  })

  it('begins another transaction when one is large enough for the event loop', async () => {
    const writer = createWriter(connection)
    await Promise.all(Array.from({ length: 6 }, (_, index) => writer.write(200, insert(index))))
    expect(commits()).toBe(2)
  })

  it('resolves nothing before the commit', async () => {
    const writer = createWriter(connection)
    let committed = 0
    await Promise.all(
      [1, 2].map(async (a) => {
        await writer.write(1, insert(a))
        committed = commits()
      }),
    )
    expect(committed).toBe(1)
  })

  it('keeps the order of the calls, and hands out what the jobs return', async () => {
    const writer = createWriter(connection)
    const order: number[] = []
    const results = await Promise.all(
      [1, 2, 3].map((a) =>
        writer.write(1, () => {
          order.push(a)
          return a * 10
        }),
      ),
    )
    expect(order).toEqual([1, 2, 3])
    expect(results).toEqual([10, 20, 30])
  })

  it('leaves nothing of a job that throws, and all of the others', async () => {
    const writer = createWriter(connection)
    const refusal = new StoreError('not-linked', 'refused')
    const outcomes = await Promise.allSettled([
      writer.write(1, insert(1)),
      writer.write(1, () => {
        insert(2)()
        throw refusal
      }),
      writer.write(1, insert(3)),
      writer.write(1, insert(1)),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
    expect(outcomes[1]).toMatchObject({ reason: refusal })
    expect(outcomes[3]).toMatchObject({ reason: { name: 'StoreError', code: 'store-error' } })
    expect(stored()).toEqual([1, 3])
  })

  it('a job that is alone and throws leaves nothing either', async () => {
    const writer = createWriter(connection)
    const bug = new TypeError('a bug')
    await expect(
      writer.write(1, () => {
        insert(1)()
        throw bug
      }),
    ).rejects.toBe(bug)
    expect(stored()).toEqual([])
    await writer.write(1, insert(2))
    expect(stored()).toEqual([2])
  })

  it('tells everyone when the disk is full, and works again when there is room', async () => {
    const writer = createWriter(connection)
    await writer.write(1, insert(0))
    connection.all('PRAGMA max_page_count = 3')
    const large = (a: number) => () => connection.run('INSERT INTO t VALUES (?, zeroblob(100000))', [a])
    const outcomes = await Promise.allSettled([
      writer.write(1, insert(1)),
      writer.write(1, large(2)),
      writer.write(1, insert(3)),
    ])
    const full = {
      status: 'rejected',
      reason: { code: 'store-error', advice: expect.stringContaining('disk is full') },
    }
    expect(outcomes[1]).toMatchObject(full)
    for (const [index, { status }] of outcomes.entries())
      expect(stored().includes(index + 1)).toBe(status === 'fulfilled')
    connection.all('PRAGMA max_page_count = 100000')
    await writer.write(1, large(4))
    expect(stored()).toContain(4)
  })

  it('waits for another process’s lock without stopping the event loop', async () => {
    const writer = createWriter(connection)
    const other = await connect(file)
    other.exec('BEGIN IMMEDIATE')
    const written = writer.write(1, insert(1))
    let turns = 0
    for (; turns < 200; turns++) await new Promise((resolve) => setImmediate(resolve))
    expect(stored()).toEqual([])
    other.exec('COMMIT')
    await written
    expect(stored()).toEqual([1])
    other.close()
  })

  it('is idle when all is done', async () => {
    const writer = createWriter(connection)
    await writer.idle()
    const written = writer.write(1, insert(1))
    await writer.idle()
    expect(stored()).toEqual([1])
    await written
  })
})

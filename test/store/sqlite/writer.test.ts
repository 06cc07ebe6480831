import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { StoreError } from '../../../src/errors.ts'
import type { Change } from '../../../src/store/sqlite/apply.ts'
import { type Connection, connect } from '../../../src/store/sqlite/connection.ts'
import { migrate } from '../../../src/store/sqlite/migrate.ts'
import { readRecord } from '../../../src/store/sqlite/read.ts'
import { type Expected, type GroupOutcome, runGroup, ThreadLost } from '../../../src/store/sqlite/transaction.ts'
import { createWriter, type Proposed, type Writer } from '../../../src/store/sqlite/writer.ts'
import { temporaryFolder } from '../../conformance/store/place.ts'

let connection: Connection
let executed: string[]
let file: string

beforeEach(async () => {
  file = join(await temporaryFolder(), 'test.db')
  await writeFile(file, '')
  const real = connect(file)
  await migrate(real, Buffer.from('check'))
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

const newWriter = (): Writer => createWriter((proposals) => runGroup(connection, proposals))
const key = (name: number): Buffer => Buffer.from([name])
const put = (name: number, bytes = 1): Change => ({
  type: 'put-record',
  kind: 'limit',
  key: key(name),
  value: Buffer.alloc(bytes, name),
  expiresAt: 0,
})
/** The unique index refuses the second listed link of a session. */
const twice: readonly Change[] = [1, 2].map((link) => ({
  type: 'put-link',
  row: {
    link,
    session: 'sales',
    listed: true,
    confirmed: true,
    ended: null,
    kept: true,
    createdAt: 0,
    lastOnlineAt: null,
    archivedAt: null,
    replaced: null,
    details: Buffer.alloc(0),
  },
}))
const proposed = (changes: readonly Change[], expected?: Expected): Proposed<unknown> => ({
  expected,
  changes,
  result: () => changes.length,
})
const puts =
  (name: number, count = 1) =>
  () =>
    proposed(Array.from({ length: count }, () => put(name)))
const stored = (): readonly unknown[] =>
  connection.all('SELECT key AS key FROM records ORDER BY key').map((row) => (row['key'] as Buffer)[0])
const commits = (): number => executed.filter((sql) => sql === 'COMMIT').length

describe('group commit', () => {
  it('writes what comes in one turn with one commit', async () => {
    const writer = newWriter()
    await Promise.all(Array.from({ length: 100 }, (_, index) => writer.write(puts(index))))
    expect(commits()).toBe(1)
    expect(stored()).toHaveLength(100)
  })

  it('begins another transaction when one is large enough', async () => {
    const writer = newWriter()
    await Promise.all(Array.from({ length: 6 }, (_, index) => writer.write(puts(index, 200))))
    expect(commits()).toBe(2)
  })

  it('resolves nothing before the commit', async () => {
    const writer = newWriter()
    let committed = 0
    await Promise.all(
      [1, 2].map(async (name) => {
        await writer.write(puts(name))
        committed = commits()
      }),
    )
    expect(committed).toBe(1)
  })

  it('keeps the order of the calls, and hands out the results', async () => {
    const writer = newWriter()
    const order: number[] = []
    const results = await Promise.all(
      [1, 2, 3].map((name) =>
        writer.write(() => {
          order.push(name)
          return { ...proposed([put(7, name)]), result: () => name * 10 }
        }),
      ),
    )
    expect(order).toEqual([1, 2, 3])
    expect(results).toEqual([10, 20, 30])
    expect(readRecord(connection, 'limit', key(7))).toHaveLength(3)
  })

  it('leaves nothing of what is refused, and all of the others', async () => {
    const writer = newWriter()
    const refusal = new StoreError('not-linked', 'refused')
    const outcomes = await Promise.allSettled([
      writer.write(puts(1)),
      writer.write(() => {
        throw refusal
      }),
      writer.write(puts(3)),
      writer.write(() => proposed([put(4), ...twice])),
      writer.write(puts(5)),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(outcomes[1]).toMatchObject({ reason: refusal })
    expect(outcomes[3]).toMatchObject({ reason: { name: 'StoreError', code: 'store-error' } })
    expect(stored()).toEqual([1, 3, 5])
    expect(commits()).toBe(1)
  })

  it('one that is alone and refused leaves nothing either', async () => {
    const writer = newWriter()
    const bug = new TypeError('a bug')
    const broken = writer.write(() => {
      throw bug
    })
    await expect(broken).rejects.toBe(bug)
    await expect(writer.write(() => proposed([put(1), ...twice]))).rejects.toMatchObject({ code: 'store-error' })
    expect(stored()).toEqual([])
    await writer.write(puts(2))
    expect(stored()).toEqual([2])
  })

  it('tells everyone when the disk is full, and works again when there is room', async () => {
    const writer = newWriter()
    await writer.write(puts(0))
    const pages = Number(connection.first('PRAGMA page_count')?.['page_count'])
    connection.all(`PRAGMA max_page_count = ${pages + 2}`)
    const large = (name: number) => () => proposed([put(name, 100_000)])
    const outcomes = await Promise.allSettled([writer.write(puts(1)), writer.write(large(2)), writer.write(puts(3))])
    const full = {
      status: 'rejected',
      reason: { code: 'store-error', advice: expect.stringContaining('disk is full') },
    }
    expect(outcomes[1]).toMatchObject(full)
    for (const [index, { status }] of outcomes.entries())
      expect(stored().includes(index + 1)).toBe(status === 'fulfilled')
    connection.all('PRAGMA max_page_count = 100000')
    await writer.write(large(4))
    expect(stored()).toContain(4)
  })

  it('waits for another process’s lock without stopping the event loop', async () => {
    const writer = newWriter()
    const other = connect(file)
    other.exec('BEGIN IMMEDIATE')
    const written = writer.write(puts(1))
    let turns = 0
    for (; turns < 200; turns++) await new Promise((resolve) => setImmediate(resolve))
    expect(stored()).toEqual([])
    other.exec('COMMIT')
    await written
    expect(stored()).toEqual([1])
    other.close()
  })

  it('is idle when all is done', async () => {
    const writer = newWriter()
    await writer.idle()
    const written = writer.write(puts(1))
    await writer.idle()
    expect(stored()).toEqual([1])
    await written
  })
})

describe('a proposal', () => {
  const atOne = (): Expected => ({
    type: 'record',
    kind: 'limit',
    key: key(1),
    value: readRecord(connection, 'limit', key(1)),
  })

  it('is made anew when the rows moved in between, and those after it wait for it', async () => {
    const writer = newWriter()
    const other = connect(file)
    let made = 0
    const order: string[] = []
    const moving = writer.write(() => {
      const expected = atOne()
      made++
      // Another process is quicker, twice.
      if (made < 3)
        other.run(`INSERT OR REPLACE INTO records VALUES ('limit', ?, ?, 0)`, [key(1), Buffer.alloc(made, 9)])
      return proposed([put(1, 50)], expected)
    })
    const after = writer.write(puts(2))
    await Promise.all([moving.then(() => order.push('first')), after.then(() => order.push('second'))])
    expect(made).toBe(3)
    expect(order).toEqual(['first', 'second'])
    expect(readRecord(connection, 'limit', key(1))).toHaveLength(50)
    other.close()
  })

  it('that is made anew comes before what was called while it was on its way', async () => {
    const order: string[] = []
    const late: Promise<unknown>[] = []
    const writer = createWriter((proposals) => {
      if (late.length === 0) late.push(writer.write(puts(3)).then(() => order.push('late')))
      return runGroup(connection, proposals)
    })
    let made = 0
    const moving = writer.write(() => {
      const expected = atOne()
      if (made++ === 0) connection.run(`INSERT INTO records VALUES ('limit', ?, ?, 0)`, [key(1), key(9)])
      return proposed([put(1)], expected)
    })
    const after = writer.write(puts(2))
    await Promise.all([moving.then(() => order.push('moved')), after.then(() => order.push('after'))])
    await Promise.all(late)
    expect(made).toBe(2)
    expect(order).toEqual(['moved', 'after', 'late'])
  })

  it('that cannot be made before those ahead of it are done waits for the next transaction', async () => {
    const writer = newWriter()
    const first = writer.write((ahead) => {
      ahead.read.add('it')
      return proposed([put(1)])
    })
    const second = writer.write((ahead) => (ahead.read.has('it') ? undefined : proposed([put(2)], atOne())))
    await Promise.all([first, second])
    expect(commits()).toBe(2)
    expect(stored()).toEqual([1, 2])
  })
})

describe('a thread that is lost', () => {
  const lostAt = (committing: boolean) => async (): Promise<GroupOutcome> => {
    throw new ThreadLost(committing, new Error('it died'))
  }

  it('before the commit leaves its writes to the connection here, in their order', async () => {
    const writer = newWriter()
    writer.runIn(lostAt(false))
    await Promise.all([writer.write(puts(1)), writer.write(puts(2)), writer.write(puts(3))])
    expect(stored()).toEqual([1, 2, 3])
    await writer.write(puts(4))
    expect(stored()).toEqual([1, 2, 3, 4])
  })

  it('in the commit fails those that were in it, with its name, and no others', async () => {
    const writer = newWriter()
    writer.runIn(lostAt(true))
    await expect(writer.write(puts(1))).rejects.toMatchObject({
      code: 'store-error',
      message: expect.stringContaining('whether this was stored is not known'),
      cause: { message: 'it died' },
    })
    await writer.write(puts(2))
    expect(stored()).toEqual([2])
  })
})

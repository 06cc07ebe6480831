import { EventEmitter } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Change } from '../../../../src/store/sqlite/apply.ts'
import { type Connection, configure, connect } from '../../../../src/store/sqlite/connection.ts'
import { asStoreError } from '../../../../src/store/sqlite/failure.ts'
import { migrate } from '../../../../src/store/sqlite/migrate.ts'
import { readRecord } from '../../../../src/store/sqlite/read.ts'
import type { ToThread } from '../../../../src/store/sqlite/thread-messages.ts'
import { ThreadLost } from '../../../../src/store/sqlite/transaction.ts'
import { startWritingThread, type ThreadWorker, writingThread } from '../../../../src/store/sqlite/writing-thread.ts'
import { temporaryFolder } from '../../../conformance/store/place.ts'
import { startTestThread, startTestWorker } from './open-threaded.ts'

async function newDatabase(): Promise<{ readonly file: string; readonly connection: Connection }> {
  const file = join(await temporaryFolder(), 'test.db')
  await writeFile(file, '')
  const connection = connect(file)
  configure(connection)
  await migrate(connection, Buffer.from('check'))
  onTestFinished(() => connection.close())
  return { file, connection }
}

const KEY = Buffer.from('key')
const put = (value: Uint8Array): Change => ({ type: 'put-record', kind: 'limit', key: KEY, value, expiresAt: 0 })
const proposal = (value: string) => ({ expected: undefined, changes: [put(Buffer.from(value))] })
const lost = (thrown: unknown): ThreadLost => {
  expect(thrown).toBeInstanceOf(ThreadLost)
  return thrown as ThreadLost
}

describe('the thread', () => {
  it('writes what the main thread reads at once', async () => {
    const { file, connection } = await newDatabase()
    const thread = startTestThread(file)
    await thread.ready
    for (let round = 0; round < 20; round++) {
      expect(await thread.run([proposal(`round ${round}`)])).toEqual({ outcomes: [{ done: true }], moved: false })
      expect(readRecord(connection, 'limit', KEY)).toEqual(Buffer.from(`round ${round}`))
    }
    await thread.close()
  })

  it('leaves a group undone from the proposal on whose rows moved', async () => {
    const { file, connection } = await newDatabase()
    const thread = startTestThread(file)
    await thread.ready
    const moved = {
      expected: { type: 'record', kind: 'limit', key: KEY, value: Buffer.from('of before') } as const,
      changes: [put(Buffer.from('second'))],
    }
    expect(await thread.run([proposal('first'), moved, proposal('third')])).toEqual({
      outcomes: [{ done: true }],
      moved: true,
    })
    expect(readRecord(connection, 'limit', KEY)).toEqual(Buffer.from('first'))
    await thread.close()
  })

  it('gives SQLite’s failures with their codes, so that they get the same names', async () => {
    const { file, connection } = await newDatabase()
    const thread = startTestThread(file)
    await thread.ready
    const nobody: Change = { type: 'put-record', kind: null as unknown as 'limit', key: KEY, value: KEY, expiresAt: 0 }
    const { outcomes } = await thread.run([{ expected: undefined, changes: [nobody] }, proposal('other')])
    expect(outcomes[0]).toMatchObject({ done: false, failure: { code: 'SQLITE_CONSTRAINT_NOTNULL', rawCode: 1299 } })
    expect(outcomes[1]).toEqual({ done: true })
    connection.exec('DROP TABLE records')
    const { outcomes: after } = await thread.run([proposal('gone')])
    expect(asStoreError(after[0]?.done === false && after[0].failure)).toMatchObject({
      code: 'store-error',
      message: 'SQLite: no such table: records',
    })
    await thread.close()
  })

  it('waits for another process’s lock while the main thread runs, and names what was in the way', async () => {
    const { file, connection } = await newDatabase()
    const thread = startTestThread(file)
    await thread.ready
    connection.exec('BEGIN IMMEDIATE')
    let turns = 0
    let written = false
    const running = thread.run([proposal('late')]).then(() => {
      written = true
    })
    for (; turns < 200; turns++) await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBe(false)
    connection.exec('ROLLBACK')
    await running
    connection.exec('BEGIN IMMEDIATE')
    const failure = await thread.run([proposal('never')]).catch((thrown: unknown) => thrown)
    connection.exec('ROLLBACK')
    expect(asStoreError(failure).advice).toContain('keeps the database locked')
    await thread.close()
  })

  it('that is ended while it waits has written nothing, and holds no lock any more', async () => {
    const { file, connection } = await newDatabase()
    const { worker, thread } = startTestWorker(file)
    await thread.ready
    connection.exec('BEGIN IMMEDIATE')
    const running = thread.run([proposal('lost')]).catch((thrown: unknown) => thrown)
    await worker.terminate()
    expect(lost(await running).committing).toBe(false)
    expect(await thread.lost).toMatchObject({ message: expect.stringContaining('ended') })
    connection.exec('ROLLBACK; BEGIN IMMEDIATE; ROLLBACK')
    expect(readRecord(connection, 'limit', KEY)).toBeUndefined()
    expect(lost(await thread.run([proposal('again')]).catch((thrown: unknown) => thrown)).committing).toBe(false)
    await thread.close()
  })

  it('that cannot begin says why', async () => {
    const missing = startWritingThread(new URL('file:///no/such/thread.js'), 'test.db')
    await expect(missing.ready).rejects.toThrow(/Cannot find module/)
    expect(await missing.lost).toMatchObject({ message: expect.stringContaining('no/such/thread.js') })
    await missing.close()
    const folder = await temporaryFolder()
    const unopened = startTestThread(folder)
    await expect(unopened.ready).rejects.toThrow(/unable to open|Unable to open|ConnectionFailed/)
    await unopened.close()
  })

  it('ends when it is told to before it has begun', async () => {
    const { file } = await newDatabase()
    const thread = startTestThread(file)
    await thread.close()
    await expect(thread.ready).rejects.toThrow('ended')
  })

  it('leaves an empty log when it ends', async () => {
    const { file, connection } = await newDatabase()
    const thread = startTestThread(file)
    await thread.ready
    await thread.run([proposal('kept')])
    await thread.close()
    expect(connection.first('PRAGMA wal_checkpoint')).toMatchObject({ busy: 0, log: 0 })
    expect(readRecord(connection, 'limit', KEY)).toEqual(Buffer.from('kept'))
  })
})

/** A thread that says and does what the test wants, and tells what it was told. */
class ScriptedWorker extends EventEmitter implements ThreadWorker {
  readonly told: ToThread[] = []
  referenced = true
  postMessage(message: ToThread): void {
    this.told.push(message)
  }
  ref(): void {
    this.referenced = true
  }
  unref(): void {
    this.referenced = false
  }
  async terminate(): Promise<number> {
    this.emit('exit', 1)
    return 1
  }
}

describe('the main thread', () => {
  const scripted = () => {
    const worker = new ScriptedWorker()
    const committing = new Int32Array(new SharedArrayBuffer(4))
    const thread = writingThread(worker, committing)
    worker.emit('message', { type: 'ready' })
    return { worker, committing, thread }
  }

  it('does not know what became of a group whose commit had begun', async () => {
    const { worker, committing, thread } = scripted()
    const running = thread.run([proposal('one')]).catch((thrown: unknown) => thrown)
    Atomics.store(committing, 0, 1)
    worker.emit('error', new Error('out of memory'))
    worker.emit('exit', 1)
    expect(lost(await running)).toMatchObject({ committing: true, cause: { message: 'out of memory' } })
  })

  it('knows that nothing came of a group when the commit of the one before was the last', async () => {
    const { worker, committing, thread } = scripted()
    const first = thread.run([proposal('one')])
    Atomics.store(committing, 0, 1)
    worker.emit('message', { type: 'ran', group: 1, outcome: { outcomes: [{ done: true }], moved: false } })
    await first
    const second = thread.run([proposal('two')]).catch((thrown: unknown) => thrown)
    worker.emit('exit', 0)
    expect(lost(await second).committing).toBe(false)
  })

  it('is kept running by a group on its way, and by nothing else', async () => {
    const { worker, thread } = scripted()
    expect(worker.referenced).toBe(false)
    const running = thread.run([proposal('one')])
    expect(worker.referenced).toBe(true)
    worker.emit('message', { type: 'ran', group: 1, outcome: { outcomes: [{ done: true }], moved: false } })
    await running
    expect(worker.referenced).toBe(false)
  })

  it('runs between the parcels of a large group', async () => {
    const { worker, thread } = scripted()
    const running = thread.run([
      { expected: undefined, changes: Array.from({ length: 1_000 }, () => put(Buffer.from('x'))) },
    ])
    expect(worker.told).toHaveLength(1)
    while (worker.told.length < 6) await new Promise((resolve) => setImmediate(resolve))
    expect(worker.told.map(({ type }) => type)).toEqual(['parcel', 'parcel', 'parcel', 'parcel', 'parcel', 'run'])
    worker.emit('message', { type: 'ran', group: 1, outcome: { outcomes: [{ done: true }], moved: false } })
    await running
  })
})

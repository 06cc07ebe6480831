// A store's file, looked at and left as it is: no lock, no journal, no table, no file beside it.
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StoreError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { ReadingBackend } from '../look.ts'
import { type Connection, connect } from './connection.ts'
import { asStoreError } from './failure.ts'
import { APPLICATION_ID, MIGRATIONS } from './migrations.ts'
import { readLinks, readRecord, readValues, storedCheck } from './read.ts'

export interface SqliteLook {
  /** Migrations that it has seen; more than `newestSchema`: a newer paircode wrote it. */
  readonly schema: number
  readonly newestSchema: number
  /** Reads alone; whatever would write is refused. */
  readonly backend: ReadingBackend
}

/**
 * The database at `file`, which is there and not empty. `backend.close()` takes everything away again.
 * @throws StoreError not-a-store, store-error
 */
export async function lookAtSqlite(file: string, clock: Clock): Promise<SqliteLook> {
  const { path, discard } = await settledFile(file)
  let connection: Connection | undefined
  try {
    connection = connect(`${pathToFileURL(path).href}?immutable=1`)
    if (connection.first('PRAGMA application_id')?.['application_id'] !== APPLICATION_ID)
      throw new StoreError('not-a-store', 'the database belongs to another program')
    const schema = Number(connection.first('PRAGMA user_version')?.['user_version'])
    return { schema, newestSchema: MIGRATIONS.length, backend: readingBackend(connection, clock, discard) }
  } catch (thrown) {
    connection?.close()
    await discard()
    throw asStoreError(thrown)
  }
}

interface SettledFile {
  readonly path: string
  discard(): Promise<void>
}

/** While somebody writes, a copy may hold halves of two moments: it is made again. */
const ATTEMPTS = 5

/**
 * The file itself when its write-ahead log is empty: `immutable` then reads all there is, and touches nothing. Otherwise a
 * private copy of both: SQLite would have to write beside the file to read its log.
 */
async function settledFile(file: string): Promise<SettledFile> {
  if ((await logSize(file)) === 0) return { path: file, discard: async () => {} }
  const folder = await mkdtemp(join(tmpdir(), 'paircode-look-'))
  const path = join(folder, 'copy.db')
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    for (let attempt = 1; ; attempt += 1) {
      const before = await momentOf(file)
      await copyFile(file, path)
      await copyFile(logOf(file), logOf(path)).catch(ignoreMissing)
      if (attempt === ATTEMPTS || before === (await momentOf(file))) break
    }
    takeLogIn(path)
    return { path, discard }
  } catch (thrown) {
    await discard()
    throw asStoreError(thrown)
  }
}

/** `immutable` reads no log: the copy's goes into the copy. */
function takeLogIn(copy: string): void {
  const connection = connect(copy)
  try {
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    connection.close()
  }
}

export function logOf(file: string): string {
  return `${file}-wal`
}

async function logSize(file: string): Promise<number> {
  return stat(logOf(file)).then(({ size }) => size, ignoreMissing)
}

async function momentOf(file: string): Promise<string> {
  const found = await Promise.all([file, logOf(file)].map((path) => stat(path).catch(() => undefined)))
  return found.map((one) => `${one?.size} ${one?.mtimeMs}`).join(' ')
}

function ignoreMissing(thrown: unknown): 0 {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return 0
  throw thrown
}

function readingBackend(connection: Connection, clock: Clock, discard: () => Promise<void>): ReadingBackend {
  return {
    readCheck: async () => storedCheck(connection),
    readLinks: async (session) => readLinks(connection, session),
    readValues: async (link, lookups) => readValues(connection, link, lookups),
    async update(kind, key, decide) {
      const { put, drop, result } = decide(readRecord(connection, kind, key), clock.now())
      if (put === undefined && drop !== true) return result
      throw new StoreError('store-error', 'the store was opened to be looked at only')
    },
    async close() {
      connection.close()
      await discard()
    },
  }
}

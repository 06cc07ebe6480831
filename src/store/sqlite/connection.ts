// libsql, narrowed to what the store uses: named columns, cached statements.
import { createRequire } from 'node:module'
import type Libsql from 'libsql'

export type Parameter = string | number | null | Uint8Array
export type Row = Readonly<Record<string, unknown>>

export interface Connection {
  exec(sql: string): void
  run(sql: string, parameters?: readonly Parameter[]): void
  all(sql: string, parameters?: readonly Parameter[]): readonly Row[]
  first(sql: string, parameters?: readonly Parameter[]): Row | undefined
  /** The first column of the first row, and the quickest way to it: half the time of `first`. Undefined without a row. */
  value(sql: string, parameters?: readonly Parameter[]): unknown
  readonly inTransaction: boolean
  close(): void
}

/**
 * How long one call may wait for another process's lock, in ms. Short, because libsql waits on the thread of the event
 * loop; longer waits are retries between which the loop runs (lock.ts).
 */
const BLOCKING_WAIT_MS = 5

/**
 * `fullfsync` is for macOS, where an ordinary fsync does not reach the disk.
 * A checkpoint copies the write-ahead log into the file during a commit: after 1,000 pages (SQLite's default) that took
 * 8 ms, after 256 it takes 2.
 */
const SETTINGS = `
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA foreign_keys = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA wal_autocheckpoint = 256;
`

/** How a connection that is written through behaves. Reads the file, so it can meet another process's lock. */
export function configure(connection: Connection): void {
  connection.exec(SETTINGS)
}

/**
 * libsql has no way to finalise statements, so SQLite's own clean-up at the close waits until they are collected. With
 * the log empty, a copy of the file alone is a whole store.
 */
export function emptyLog(connection: Connection): void {
  try {
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch {
    // Another process is at it: the log stays, and is read with the file.
  }
}

type LibsqlModule = typeof Libsql
let loaded: LibsqlModule | undefined

/**
 * Not with the package: 20 ms. By `require`, which is quicker than the ES loader and can be done while the disk is asked
 * for something else.
 */
export function loadLibsql(): LibsqlModule {
  loaded ??= createRequire(import.meta.url)('libsql') as LibsqlModule
  return loaded
}

/** Opens an existing file. */
export function connect(file: string): Connection {
  const Database = loadLibsql()
  const database: Libsql.Database = new Database(file, { timeout: BLOCKING_WAIT_MS })
  const statements = new Map<string, Libsql.Statement>()
  /** Those that give rows as arrays, for `value`. */
  const bare = new Map<string, Libsql.Statement>()

  const prepared = (sql: string): Libsql.Statement => {
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  const preparedBare = (sql: string): Libsql.Statement => {
    const statement = bare.get(sql) ?? database.prepare(sql).raw()
    bare.set(sql, statement)
    return statement
  }

  return {
    exec: (sql) => {
      database.exec(sql)
    },
    run: (sql, parameters = []) => {
      prepared(sql).run(parameters)
    },
    all: (sql, parameters = []) => prepared(sql).all(parameters).map(rowOf),
    first: (sql, parameters = []) => prepared(sql).all(parameters).map(rowOf)[0],
    value: (sql, parameters = []) => (preparedBare(sql).get(parameters) as readonly unknown[] | undefined)?.[0],
    get inTransaction() {
      return database.inTransaction
    },
    close: () => {
      statements.clear()
      bare.clear()
      database.close()
    },
  }
}

/** `all()` gives blobs as ArrayBuffers (measured; `get()` gives Buffers), which cannot be bound again. */
function rowOf(raw: unknown): Row {
  const row = raw as Record<string, unknown>
  for (const column of Object.keys(row)) {
    const value = row[column]
    if (value instanceof ArrayBuffer) row[column] = Buffer.from(value)
  }
  return row
}

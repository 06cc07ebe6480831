import { StoreError } from '../../errors.ts'

const BUSY = 5
const LOCKED = 6
const READ_ONLY = 8
const IO_ERROR = 10
const CORRUPT = 11
const FULL = 13
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26

/** What people should do about SQLite's primary result codes (sqlite.org/rescode.html). */
const ADVICE: ReadonlyMap<number, string> = new Map([
  [BUSY, 'Another process keeps the database locked. Close programs that have it open, then try again.'],
  [LOCKED, 'Another process keeps the database locked. Close programs that have it open, then try again.'],
  [READ_ONLY, 'The database or its folder is read-only. Give this user the right to write both.'],
  [
    IO_ERROR,
    'The disk failed to read or write. Check that it works and has room (a quota or a limit on file sizes counts too), then try again; restore the store from a backup if need be.',
  ],
  [CORRUPT, 'The database is damaged. Restore it from a backup.'],
  [FULL, 'The disk is full. Make room, then try again.'],
  [CANNOT_OPEN, 'The database cannot be opened. Check that this user may read and write it and its folder.'],
])

/** True for failures that pass when another process is done. */
export function isBusy(thrown: unknown): boolean {
  const code = primaryCode(thrown)
  return code === BUSY || code === LOCKED
}

/** Anything that the database threw, as a StoreError. */
export function asStoreError(thrown: unknown): StoreError {
  if (thrown instanceof StoreError) return thrown
  const code = primaryCode(thrown)
  if (code === NOT_A_DATABASE) return new StoreError('not-a-store', 'the file is not a database', { cause: thrown })
  const advice = code === undefined ? undefined : ADVICE.get(code)
  const message = `SQLite: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  return new StoreError('store-error', message, { cause: thrown, ...(advice === undefined ? {} : { advice }) })
}

/** A failed open comes without a code, and with it at the end of its message: `…sessions.db: 14")`. */
function primaryCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error)) return undefined
  if ('rawCode' in thrown && typeof thrown.rawCode === 'number') return thrown.rawCode & 0xff
  const atEnd = /^ConnectionFailed.*: (\d+)"\)$/s.exec(thrown.message)?.[1]
  return atEnd === undefined ? undefined : Number(atEnd) & 0xff
}

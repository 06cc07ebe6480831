import { StoreError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Opened } from '../open.ts'
import { type Connection, configure, connect, loadLibsql } from './connection.ts'
import { sqliteBackend } from './database.ts'
import { asStoreError } from './failure.ts'
import { type DatabaseFile, databaseFile, fileError } from './file.ts'
import type { ThreadPlan } from './hand-over.ts'
import { makeKey, missingKey, readKey } from './key-folder.ts'
import { whenUnlocked } from './lock.ts'
import { startWritingThread } from './writing-thread.ts'

/** Later than a code is on the screen, sooner than a person can type it. */
const THREAD_AFTER_MS = 1_000

/** Opens or makes the file; its tables are not touched before the key is known to be right. */
export async function openSqlite(
  path: string,
  clock: Clock,
  given: Uint8Array | undefined,
  planFor: (file: string) => ThreadPlan = threadLater,
): Promise<Opened> {
  const asked = databaseFile(path)
  asked.catch(() => {})
  loadLibsql()
  const file = await asked
  const key = given ?? (await keyBeside(file, path))
  const connection = connected(file.path)
  try {
    await whenUnlocked(() => configure(connection))
  } catch (thrown) {
    connection.close()
    throw thrown
  }
  return { backend: sqliteBackend(connection, clock, planFor(file.path)), key }
}

function threadLater(file: string): ThreadPlan {
  return {
    afterMs: THREAD_AFTER_MS,
    start: async () => startWritingThread((await import('./thread-file.ts')).THREAD_FILE, file),
  }
}

function connected(path: string): Connection {
  try {
    return connect(path)
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

async function keyBeside(file: DatabaseFile, path: string): Promise<Uint8Array> {
  try {
    const key = await readKey(file.path)
    if (key !== undefined) return key
    if (file.holds === 'a-store') throw missingKey(file.path)
    return await makeKey(file.path)
  } catch (thrown) {
    throw thrown instanceof StoreError ? thrown : fileError(thrown, path)
  }
}

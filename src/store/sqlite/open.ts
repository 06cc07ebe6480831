import { StoreError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Opened } from '../open.ts'
import { type Connection, configure, connect, loadLibsql } from './connection.ts'
import { sqliteBackend } from './database.ts'
import { asStoreError } from './failure.ts'
import { type DatabaseFile, databaseFile, fileError } from './file.ts'
import { makeKey, missingKey, readKey } from './key-folder.ts'
import { whenUnlocked } from './lock.ts'

/** Opens or makes the file; its tables are not touched before the key is known to be right. */
export async function openSqlite(path: string, clock: Clock, given: Uint8Array | undefined): Promise<Opened> {
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
  return { backend: sqliteBackend(connection, clock), key }
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

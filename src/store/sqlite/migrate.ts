import { StoreError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import { whenUnlocked } from './lock.ts'
import { APPLICATION_ID, MIGRATIONS } from './migrations.ts'
import { storedCheck } from './read.ts'

/** @throws StoreError newer-schema */
export function schemaVersion(connection: Connection): number {
  const version = Number(connection.first('PRAGMA user_version')?.['user_version'])
  if (version <= MIGRATIONS.length) return version
  throw new StoreError(
    'newer-schema',
    `the store has schema ${version}; this paircode knows up to ${MIGRATIONS.length}`,
  )
}

/**
 * Brings the tables up to date and puts the check value if there is none, in one transaction: of two that start at
 * once, the second finds the work done. Made before the switch to WAL, so that the file itself says from its first
 * moment whose it is.
 */
export async function migrate(connection: Connection, check: Uint8Array): Promise<Uint8Array> {
  const stored = await whenUnlocked(() => inTransaction(connection, () => migrated(connection, check)))
  await whenUnlocked(() => useWriteAheadLog(connection))
  return stored
}

function useWriteAheadLog(connection: Connection): void {
  const mode = connection.first('PRAGMA journal_mode = WAL')?.['journal_mode']
  if (mode === 'wal') return
  throw new StoreError(
    'store-error',
    `the file system of the store cannot share memory (journal mode ${String(mode)})`,
    {
      advice: 'Put the store on a local disk: network file systems cannot keep it safe.',
    },
  )
}

function migrated(connection: Connection, check: Uint8Array): Uint8Array {
  const version = schemaVersion(connection)
  for (const migration of MIGRATIONS.slice(version)) connection.exec(migration)
  if (version < MIGRATIONS.length)
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`)
  const stored = storedCheck(connection)
  if (stored !== undefined) return stored
  connection.run(`INSERT INTO meta (name, value) VALUES ('check', ?)`, [check])
  return check
}

function inTransaction<T>(connection: Connection, work: () => T): T {
  connection.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    connection.exec('COMMIT')
    return result
  } catch (thrown) {
    if (connection.inTransaction) connection.exec('ROLLBACK')
    throw thrown
  }
}

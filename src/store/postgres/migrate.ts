import { StoreError } from '../../errors.ts'
import type { Session } from './connection.ts'
import { lockKey } from './lock.ts'
import { MARK, MIGRATIONS, TABLES } from './migrations.ts'

export interface SchemaState {
  /** Whether the schema is there, with or without tables of ours. */
  readonly made: boolean
  /** How many migrations it has seen; 0: no store yet. */
  readonly version: number
  readonly check: Uint8Array | undefined
}

/**
 * Looks, and changes nothing.
 * @throws StoreError newer-schema, not-a-store
 */
export async function schemaState(session: Session, schema: string): Promise<SchemaState> {
  const [found] = await session.ask([
    {
      text: `
        SELECT n.nspname AS schema, c.relname AS name, obj_description(c.oid, 'pg_class') AS mark
        FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c
          ON c.relnamespace = n.oid AND c.relname = ANY($2::text[])
        WHERE n.nspname = $1`,
      values: [schema, `{${TABLES.join(',')}}`],
    },
  ])
  const rows = found?.rows ?? []
  const names = rows.map((row) => row['name']).filter((name) => name !== null)
  if (names.length === 0) return { made: rows.length > 0, version: 0, check: undefined }
  if (!rows.some((row) => row['name'] === 'meta' && row['mark'] === MARK))
    throw new StoreError(
      'not-a-store',
      `the schema ${schema} holds tables of another program (${names.join(', ')}): it was left as it is`,
      { advice: 'Choose another schema: add ?schema=… to the address of the store.' },
    )
  const [numbers, checks] = await session.ask([
    { text: `SELECT max(number) AS version FROM "${schema}".migrations` },
    { text: `SELECT value FROM "${schema}".meta WHERE name = 'check'` },
  ])
  const version = Number(numbers?.rows[0]?.['version'])
  if (version > MIGRATIONS.length)
    throw new StoreError(
      'newer-schema',
      `the store has schema ${version}; this paircode knows up to ${MIGRATIONS.length}`,
    )
  return { made: true, version, check: checks?.rows[0]?.['value'] as Uint8Array | undefined }
}

/**
 * Brings the tables up to date and puts the check value if there is none, in one transaction under a lock: of several
 * that start at once, the others find the work done. A store that is up to date is only read, so a user without the
 * right to make tables can open it.
 */
export async function migrate(session: Session, schema: string, check: Uint8Array): Promise<Uint8Array> {
  const before = await schemaState(session, schema)
  if (before.version === MIGRATIONS.length && before.check !== undefined) return before.check
  await session.ask([
    {
      text: `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = '15s'; SET LOCAL lock_timeout = '10s'`,
    },
    { text: 'SELECT pg_advisory_xact_lock($1)', values: [String(lockKey(schema, 'migrate'))] },
  ])
  const found = await schemaState(session, schema)
  const counts = found.check ?? check
  const steps = MIGRATIONS.slice(found.version).map((migration) => migration.replaceAll('SCHEMA', `"${schema}"`))
  const numbers = steps.map((_, index) => found.version + index + 1)
  await session.ask([
    ...(found.made ? [] : [{ text: `CREATE SCHEMA "${schema}"` }]),
    ...steps.map((text) => ({ text })),
    ...numbers.map((number) => ({
      text: `INSERT INTO "${schema}".migrations (number) VALUES ($1)`,
      values: [number],
    })),
    ...(found.check === undefined
      ? [{ text: `INSERT INTO "${schema}".meta (name, value) VALUES ('check', $1)`, values: [check] }]
      : []),
    { text: 'COMMIT' },
  ])
  return counts
}

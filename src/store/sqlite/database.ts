// The store's rows in SQLite.
import type { Clock } from '../../lib/clock.ts'
import type { Backend, Decision, LinkRow, RecordKind, ValueRow, Write } from '../backend.ts'
import type { Connection, Parameter, Row } from './connection.ts'
import {
  appendDocument,
  changeDocument,
  dropDocuments,
  purgeDocuments,
  readDocument,
  scanDocuments,
} from './documents.ts'
import { whenUnlocked } from './lock.ts'
import { migrate, schemaVersion, storedCheck } from './migrate.ts'
import { createWriter } from './writer.ts'

/** Lookups in one question. */
const LOOKUPS = 200

export function sqliteBackend(connection: Connection, clock: Clock): Backend {
  const writer = createWriter(connection)

  return {
    readCheck: () => whenUnlocked(() => (schemaVersion(connection) === 0 ? undefined : storedCheck(connection))),
    prepare: (check) => migrate(connection, check),
    replaceCheck: (old, check) =>
      writer.write(1, () => {
        if (!Buffer.from(old).equals(storedCheck(connection) ?? Buffer.alloc(0))) return false
        connection.run(`UPDATE meta SET value = ? WHERE name = 'check'`, [check])
        return true
      }),
    readLinks: (session) => whenUnlocked(() => readLinks(connection, session)),
    readValues: (link, lookups) => whenUnlocked(() => readValues(connection, link, lookups)),
    scanValues: (link, after, limit) => whenUnlocked(() => scanValues(connection, link, after, limit)),
    commit: (writes) => writer.write(writes.length, () => apply(connection, writes)),
    change: (session, decide) =>
      writer.write(1, () => {
        const { writes, result } = decide(readLinks(connection, session))
        apply(connection, writes)
        return result
      }),
    update: <T>(
      kind: RecordKind,
      key: Uint8Array,
      decide: (old: Uint8Array | undefined, now: number) => Decision<T>,
    ): Promise<T> => writer.write(1, () => update(connection, kind, key, (old) => decide(old, clock.now()))),
    readDocument: (collection, key) => whenUnlocked(() => readDocument(connection, collection, key)),
    scanDocuments: (collection, list, part) => whenUnlocked(() => scanDocuments(connection, collection, list, part)),
    appendDocument: (collection, document) => writer.write(1, () => appendDocument(connection, collection, document)),
    changeDocument: (collection, key, decide) =>
      writer.write(1, () => changeDocument(connection, collection, key, (old) => decide(old, clock.now()))),
    dropDocuments: (collection, list) => writer.write(1, () => dropDocuments(connection, collection, list)),
    close: async () => {
      await writer.idle()
      emptyLog(connection)
      connection.close()
    },
  }
}

/**
 * libsql has no way to finalise statements, so SQLite's own clean-up at the close waits until they are collected. With
 * the log empty, a copy of the file alone is a whole store.
 */
function emptyLog(connection: Connection): void {
  try {
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch {
    // Another process is at it: the log stays, and is read with the file.
  }
}

const LINK_COLUMNS = [
  'link',
  'session',
  'listed',
  'confirmed',
  'ended',
  'kept',
  'created_at',
  'last_online_at',
  'archived_at',
  'replaced',
  'details',
]

const SELECT_LINKS = `SELECT ${LINK_COLUMNS.join(', ')} FROM links`

const PUT_LINK = `
  INSERT INTO links (${LINK_COLUMNS.join(', ')}) VALUES (${LINK_COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT (link) DO UPDATE SET ${LINK_COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}`

/** Multi-row statements were measured as well: not faster than one prepared statement for each row. */
const PUT_VALUE = `
  INSERT INTO link_values (link, lookup, value) VALUES (?, ?, ?)
  ON CONFLICT (link, lookup) DO UPDATE SET value = excluded.value`

function readLinks(connection: Connection, session: string | undefined): readonly LinkRow[] {
  const rows =
    session === undefined
      ? connection.all(SELECT_LINKS)
      : connection.all(`${SELECT_LINKS} WHERE session = ?`, [session])
  return rows.map(linkOf)
}

/** Columns are typed by the schema (STRICT), which only this package writes. */
function linkOf(row: Row): LinkRow {
  return {
    link: row['link'] as number,
    session: row['session'] as string,
    listed: row['listed'] === 1,
    confirmed: row['confirmed'] === 1,
    ended: row['ended'] as LinkRow['ended'],
    kept: row['kept'] === 1,
    createdAt: row['created_at'] as number,
    lastOnlineAt: row['last_online_at'] as number | null,
    archivedAt: row['archived_at'] as number | null,
    replaced: row['replaced'] as number | null,
    details: row['details'] as Uint8Array,
  }
}

function linkParameters(row: LinkRow): readonly Parameter[] {
  return [
    row.link,
    row.session,
    Number(row.listed),
    Number(row.confirmed),
    row.ended,
    Number(row.kept),
    row.createdAt,
    row.lastOnlineAt,
    row.archivedAt,
    row.replaced,
    row.details,
  ]
}

function readValues(
  connection: Connection,
  link: number,
  lookups: readonly Uint8Array[],
): readonly (Uint8Array | undefined)[] {
  if (lookups.length === 1) {
    const one = connection.first('SELECT value AS value FROM link_values WHERE link = ? AND lookup = ?', [
      link,
      lookups[0] as Uint8Array,
    ])
    return [one?.['value'] as Uint8Array | undefined]
  }
  const found = new Map<string, Uint8Array>()
  for (let from = 0; from < lookups.length; from += LOOKUPS) {
    const some = lookups.slice(from, from + LOOKUPS)
    // One statement for every count would fill the cache: the last lookup is repeated up to the full count.
    const padded = Array.from({ length: LOOKUPS }, (_, index) => some[index] ?? (some.at(-1) as Uint8Array))
    for (const row of connection.all(SELECT_VALUES, [link, ...padded]))
      found.set(hex(row['lookup'] as Uint8Array), row['value'] as Uint8Array)
  }
  return lookups.map((lookup) => found.get(hex(lookup)))
}

const SELECT_VALUES = `
  SELECT lookup AS lookup, value AS value FROM link_values
  WHERE link = ? AND lookup IN (${Array.from({ length: LOOKUPS }, () => '?').join(', ')})`

function scanValues(
  connection: Connection,
  link: number,
  after: Uint8Array | undefined,
  limit: number,
): readonly ValueRow[] {
  const rows = connection.all(
    'SELECT lookup AS lookup, value AS value FROM link_values WHERE link = ? AND lookup > ? ORDER BY lookup LIMIT ?',
    [link, after ?? Buffer.alloc(0), limit],
  )
  return rows.map((row) => ({ lookup: row['lookup'] as Uint8Array, value: row['value'] as Uint8Array }))
}

function apply(connection: Connection, writes: readonly Write[]): void {
  /** Asked once for each link, not for each of its values: a quarter of the time of 812 rows. */
  const kept = new Map<number, boolean>()
  for (const write of writes) {
    if (write.type !== 'put-value') {
      kept.clear()
      applyOne(connection, write)
      continue
    }
    const known = kept.get(write.link) ?? isKept(connection, write.link)
    kept.set(write.link, known)
    if (known) connection.run(PUT_VALUE, [write.link, write.lookup, write.value])
  }
}

function isKept(connection: Connection, link: number): boolean {
  return connection.first('SELECT 1 AS kept FROM links WHERE link = ? AND kept = 1', [link]) !== undefined
}

function applyOne(connection: Connection, write: Exclude<Write, { type: 'put-value' }>): void {
  switch (write.type) {
    case 'put-link':
      return connection.run(PUT_LINK, linkParameters(write.row))
    case 'drop-link':
      return connection.run('DELETE FROM links WHERE link = ?', [write.link])
    case 'swap-value':
      return connection.run('UPDATE link_values SET value = ? WHERE link = ? AND lookup = ? AND value = ?', [
        write.value,
        write.link,
        write.lookup,
        write.old,
      ])
    case 'drop-value':
      return connection.run('DELETE FROM link_values WHERE link = ? AND lookup = ?', [write.link, write.lookup])
    case 'drop-values':
      return connection.run('DELETE FROM link_values WHERE link = ? AND lookup <> ?', [write.link, write.except])
    case 'purge':
      return purge(connection, write.archivedBefore, write.expiredBefore)
  }
}

function purge(connection: Connection, archivedBefore: number, expiredBefore: number): void {
  connection.run('DELETE FROM links WHERE listed = 0 AND archived_at <= ?', [archivedBefore])
  connection.run(
    'DELETE FROM link_values WHERE link IN (SELECT link FROM links WHERE listed = 1 AND archived_at <= ?)',
    [archivedBefore],
  )
  connection.run('UPDATE links SET kept = 0, archived_at = NULL WHERE listed = 1 AND archived_at <= ?', [
    archivedBefore,
  ])
  connection.run('DELETE FROM records WHERE expires_at <= ?', [expiredBefore])
  purgeDocuments(connection, expiredBefore)
}

function update<T>(
  connection: Connection,
  kind: RecordKind,
  key: Uint8Array,
  decide: (old: Uint8Array | undefined) => Decision<T>,
): T {
  const row = connection.first('SELECT value AS value FROM records WHERE kind = ? AND key = ?', [kind, key])
  const { put, drop, result } = decide(row?.['value'] as Uint8Array | undefined)
  if (put !== undefined)
    connection.run(
      `INSERT INTO records (kind, key, value, expires_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
      [kind, key, put.value, put.expiresAt],
    )
  else if (drop === true && row !== undefined)
    connection.run('DELETE FROM records WHERE kind = ? AND key = ?', [kind, key])
  return result
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

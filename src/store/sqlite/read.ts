// What a store asks of its rows in SQLite. Each question is one statement, and so sees one moment.
import type { LinkRow, RecordKind, ValueRow } from '../backend.ts'
import { LINK_COLUMNS } from '../link-columns.ts'
import type { Connection, Row } from './connection.ts'

/** Lookups in one question. */
const LOOKUPS = 200

const SELECT_LINKS = `SELECT ${LINK_COLUMNS.join(', ')} FROM links`

export function readLinks(connection: Connection, session: string | undefined): readonly LinkRow[] {
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

export function readValues(
  connection: Connection,
  link: number,
  lookups: readonly Uint8Array[],
): readonly (Uint8Array | undefined)[] {
  if (lookups.length === 1) {
    const [lookup] = lookups as readonly [Uint8Array]
    const value = connection.value('SELECT value FROM link_values WHERE link = ? AND lookup = ?', [link, lookup])
    return [value as Uint8Array | undefined]
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

export function scanValues(
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

export function readRecord(connection: Connection, kind: RecordKind, key: Uint8Array): Uint8Array | undefined {
  const value = connection.value('SELECT value FROM records WHERE kind = ? AND key = ?', [kind, key])
  return value as Uint8Array | undefined
}

export function storedCheck(connection: Connection): Uint8Array | undefined {
  return connection.value(`SELECT value FROM meta WHERE name = 'check'`) as Uint8Array | undefined
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

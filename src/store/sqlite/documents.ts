// The documents of collections in SQLite.
import type { DocumentDecision, DocumentRow, ListPart, NewDocument } from '../backend.ts'
import type { Connection, Row } from './connection.ts'

const COLUMNS = 'key AS key, list AS list, number AS number, value AS value, expires_at AS expires_at'

export function readDocument(connection: Connection, collection: string, key: Uint8Array): DocumentRow | undefined {
  const row = connection.first(`SELECT ${COLUMNS} FROM documents WHERE collection = ? AND key = ?`, [collection, key])
  return row === undefined ? undefined : documentOf(row)
}

const SCAN = `SELECT ${COLUMNS} FROM documents WHERE collection = ? AND list = ? AND number > ? AND number < ?`
const SCAN_OLDEST = `${SCAN} ORDER BY number LIMIT ?`
const SCAN_NEWEST = `${SCAN} ORDER BY number DESC LIMIT ?`

export function scanDocuments(
  connection: Connection,
  collection: string,
  list: Uint8Array,
  { after = 0, before = Number.MAX_SAFE_INTEGER, limit, newestFirst = false }: ListPart,
): readonly DocumentRow[] {
  const sql = newestFirst ? SCAN_NEWEST : SCAN_OLDEST
  return connection.all(sql, [collection, list, after, before, limit]).map(documentOf)
}

/** The counter's own row gives the number: who is second to write gets the higher one. */
export function appendDocument(connection: Connection, collection: string, document: NewDocument): number {
  const { key, list, value, expiresAt } = document
  connection.run(
    `INSERT INTO document_lists (collection, list, last, expires_at) VALUES (?, ?, 1, ?)
     ON CONFLICT (collection, list) DO UPDATE SET last = last + 1, expires_at = max(expires_at, excluded.expires_at)`,
    [collection, list, expiresAt],
  )
  const counter = connection.first('SELECT last AS last FROM document_lists WHERE collection = ? AND list = ?', [
    collection,
    list,
  ])
  const number = counter?.['last'] as number
  connection.run('INSERT INTO documents (collection, key, list, number, value, expires_at) VALUES (?, ?, ?, ?, ?, ?)', [
    collection,
    key,
    list,
    number,
    value,
    expiresAt,
  ])
  return number
}

export function changeDocument<T>(
  connection: Connection,
  collection: string,
  key: Uint8Array,
  decide: (old: DocumentRow | undefined) => DocumentDecision<T>,
): T {
  const old = readDocument(connection, collection, key)
  const { put, drop, result } = decide(old)
  if (put !== undefined && old === undefined) appendDocument(connection, collection, { ...put, key })
  else if (put !== undefined && old !== undefined) {
    connection.run('UPDATE documents SET value = ?, expires_at = ? WHERE collection = ? AND key = ?', [
      put.value,
      put.expiresAt,
      collection,
      key,
    ])
    connection.run('UPDATE document_lists SET expires_at = max(expires_at, ?) WHERE collection = ? AND list = ?', [
      put.expiresAt,
      collection,
      old.list,
    ])
  } else if (drop === true && old !== undefined)
    connection.run('DELETE FROM documents WHERE collection = ? AND key = ?', [collection, key])
  return result
}

export function dropDocuments(connection: Connection, collection: string, list: Uint8Array): void {
  connection.run('DELETE FROM documents WHERE collection = ? AND list = ?', [collection, list])
  connection.run('DELETE FROM document_lists WHERE collection = ? AND list = ?', [collection, list])
}

export function purgeDocuments(connection: Connection, expiredBefore: number): void {
  connection.run('DELETE FROM documents WHERE expires_at <= ?', [expiredBefore])
  connection.run('DELETE FROM document_lists WHERE expires_at <= ?', [expiredBefore])
}

/** Columns are typed by the schema (STRICT), which only this package writes. */
function documentOf(row: Row): DocumentRow {
  return {
    key: row['key'] as Uint8Array,
    list: row['list'] as Uint8Array,
    number: row['number'] as number,
    value: row['value'] as Uint8Array,
    expiresAt: row['expires_at'] as number,
  }
}

// The documents of collections in SQLite.
import type { DocumentRow, ListPart, NewDocument } from '../backend.ts'
import type { Connection, Row } from './connection.ts'

/** What a transaction can do to documents. */
export type DocumentChange =
  | { readonly type: 'append-document'; readonly collection: string; readonly document: DocumentRow }
  | { readonly type: 'put-document'; readonly collection: string; readonly document: NewDocument }
  | { readonly type: 'drop-document'; readonly collection: string; readonly key: Uint8Array }
  | { readonly type: 'drop-documents'; readonly collection: string; readonly list: Uint8Array }

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

/** The number that was given last in a list; 0: none yet. */
export function lastNumber(connection: Connection, collection: string, list: Uint8Array): number {
  const row = connection.first('SELECT last AS last FROM document_lists WHERE collection = ? AND list = ?', [
    collection,
    list,
  ])
  return (row?.['last'] as number | undefined) ?? 0
}

export function applyToDocuments(connection: Connection, change: DocumentChange): void {
  switch (change.type) {
    case 'append-document':
      return append(connection, change.collection, change.document)
    case 'put-document':
      return put(connection, change.collection, change.document)
    case 'drop-document':
      return connection.run('DELETE FROM documents WHERE collection = ? AND key = ?', [change.collection, change.key])
    case 'drop-documents':
      connection.run('DELETE FROM documents WHERE collection = ? AND list = ?', [change.collection, change.list])
      return connection.run('DELETE FROM document_lists WHERE collection = ? AND list = ?', [
        change.collection,
        change.list,
      ])
  }
}

function append(connection: Connection, collection: string, document: DocumentRow): void {
  const { key, list, number, value, expiresAt } = document
  connection.run(
    `INSERT INTO document_lists (collection, list, last, expires_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (collection, list) DO UPDATE
     SET last = excluded.last, expires_at = max(expires_at, excluded.expires_at)`,
    [collection, list, number, expiresAt],
  )
  connection.run('INSERT INTO documents (collection, key, list, number, value, expires_at) VALUES (?, ?, ?, ?, ?, ?)', [
    collection,
    key,
    list,
    number,
    value,
    expiresAt,
  ])
}

function put(connection: Connection, collection: string, { key, list, value, expiresAt }: NewDocument): void {
  connection.run('UPDATE documents SET value = ?, expires_at = ? WHERE collection = ? AND key = ?', [
    value,
    expiresAt,
    collection,
    key,
  ])
  connection.run('UPDATE document_lists SET expires_at = max(expires_at, ?) WHERE collection = ? AND list = ?', [
    expiresAt,
    collection,
    list,
  ])
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

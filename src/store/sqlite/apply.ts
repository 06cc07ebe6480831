// What a store writes into its rows in SQLite. Runs inside a transaction.

import type { LinkRow, RecordKind, Write } from '../backend.ts'
import { LINK_COLUMNS } from '../link-columns.ts'
import type { Connection, Parameter } from './connection.ts'
import { applyToDocuments, type DocumentChange, purgeDocuments } from './documents.ts'

/** All that a transaction can do: the writes of every store, and those of records, documents and the check value. */
export type Change =
  | Write
  | DocumentChange
  | {
      readonly type: 'put-record'
      readonly kind: RecordKind
      readonly key: Uint8Array
      readonly value: Uint8Array
      readonly expiresAt: number
    }
  | { readonly type: 'drop-record'; readonly kind: RecordKind; readonly key: Uint8Array }
  | { readonly type: 'put-check'; readonly check: Uint8Array }

const PUT_LINK = `
  INSERT INTO links (${LINK_COLUMNS.join(', ')}) VALUES (${LINK_COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT (link) DO UPDATE SET ${LINK_COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}`

/** Multi-row statements were measured as well: not faster than one prepared statement for each row. */
const PUT_VALUE = `
  INSERT INTO link_values (link, lookup, value) VALUES (?, ?, ?)
  ON CONFLICT (link, lookup) DO UPDATE SET value = excluded.value`

const DROP_BETWEEN = 'DELETE FROM link_values WHERE link = ? AND lookup BETWEEN ? AND ? AND length(lookup) = length(?)'

export function apply(connection: Connection, changes: readonly Change[]): void {
  /** Asked once for each link, not for each of its values: a quarter of the time of 812 rows. */
  const kept = new Map<number, boolean>()
  for (const write of changes) {
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

const PUT_RECORD = `
  INSERT INTO records (kind, key, value, expires_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`

function isKept(connection: Connection, link: number): boolean {
  return connection.value('SELECT 1 FROM links WHERE link = ? AND kept = 1', [link]) !== undefined
}

function applyOne(connection: Connection, write: Exclude<Change, { type: 'put-value' }>): void {
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
    case 'drop-between':
      return connection.run(DROP_BETWEEN, [write.link, write.first, write.last, write.first])
    case 'drop-values':
      return connection.run('DELETE FROM link_values WHERE link = ? AND lookup <> ?', [write.link, write.except])
    case 'put-record':
      return connection.run(PUT_RECORD, [write.kind, write.key, write.value, write.expiresAt])
    case 'drop-record':
      return connection.run('DELETE FROM records WHERE kind = ? AND key = ?', [write.kind, write.key])
    case 'put-check':
      return connection.run(`UPDATE meta SET value = ? WHERE name = 'check'`, [write.check])
    case 'append-document':
    case 'put-document':
    case 'drop-document':
    case 'drop-documents':
      return applyToDocuments(connection, write)
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

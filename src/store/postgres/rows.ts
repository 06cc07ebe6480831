// Pure. A link as a row and back.
import type { LinkRow } from '../backend.ts'
import type { Row, Statement } from './connection.ts'

/** pg gives bigint as text. Columns are typed by the schema, which only this package writes. */
export function linkOf(row: Row): LinkRow {
  return {
    link: Number(row['link']),
    session: row['session'] as string,
    listed: row['listed'] as boolean,
    confirmed: row['confirmed'] as boolean,
    ended: row['ended'] as LinkRow['ended'],
    kept: row['kept'] as boolean,
    createdAt: Number(row['created_at']),
    lastOnlineAt: numberOrNull(row['last_online_at']),
    archivedAt: numberOrNull(row['archived_at']),
    replaced: numberOrNull(row['replaced']),
    details: row['details'] as Uint8Array,
  }
}

export function linkParameters(row: LinkRow): NonNullable<Statement['values']> {
  return [
    row.link,
    row.session,
    row.listed,
    row.confirmed,
    row.ended,
    row.kept,
    row.createdAt,
    row.lastOnlineAt,
    row.archivedAt,
    row.replaced,
    row.details,
  ]
}

function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value)
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

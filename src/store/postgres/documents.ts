// Pure. The documents of collections: how they are locked and read, and what a transaction does to them.
import type { DocumentRow, ListPart, NewDocument } from '../backend.ts'
import { byteaArray } from './arrays.ts'
import type { Row, Statement } from './connection.ts'
import { hex } from './rows.ts'

export type DocumentOperation =
  | { readonly type: 'append-document'; readonly collection: string; readonly document: NewDocument }
  | { readonly type: 'put-document'; readonly collection: string; readonly document: NewDocument }
  | { readonly type: 'drop-document'; readonly collection: string; readonly key: Uint8Array }
  | { readonly type: 'drop-documents'; readonly collection: string; readonly list: Uint8Array }

/** The documents of a transaction as they will be after the operations so far. */
export interface DocumentPicture {
  documentOf(collection: string, key: Uint8Array): DocumentRow | undefined
  /** The number that a document appended now gets. Known for the lists whose counters are locked. */
  nextNumber(collection: string, list: Uint8Array): number
  apply(operation: DocumentOperation): void
  purge(expiredBefore: number): void
}

export interface Counter {
  readonly collection: string
  readonly list: Uint8Array
  readonly last: number
  readonly expiresAt: number
}

export interface CollectedRow extends DocumentRow {
  readonly collection: string
}

export function createDocumentPicture(
  documents: readonly CollectedRow[],
  counters: readonly Counter[],
): DocumentPicture {
  const rows = new Map(documents.map((row) => [documentPlace(row.collection, row.key), row]))
  const lists = new Map(counters.map((counter) => [documentPlace(counter.collection, counter.list), counter]))

  const dropList = (collection: string, list: Uint8Array): void => {
    for (const [place, row] of rows)
      if (row.collection === collection && hex(row.list) === hex(list)) rows.delete(place)
    const place = documentPlace(collection, list)
    if (lists.has(place)) lists.set(place, { collection, list, last: 0, expiresAt: 0 })
  }

  const numbered = (collection: string, document: NewDocument): number => {
    const place = documentPlace(collection, document.list)
    const counter = lists.get(place)
    // Nobody asks for the number of a document in a list that is not locked.
    if (counter === undefined) return 0
    const expiresAt = Math.max(counter.expiresAt, document.expiresAt)
    lists.set(place, { ...counter, last: counter.last + 1, expiresAt })
    return counter.last + 1
  }

  return {
    documentOf: (collection, key) => rows.get(documentPlace(collection, key)),
    nextNumber: (collection, list) => (lists.get(documentPlace(collection, list))?.last ?? 0) + 1,
    apply(operation) {
      const { type, collection } = operation
      if (type === 'drop-documents') return dropList(collection, operation.list)
      if (type === 'drop-document') return void rows.delete(documentPlace(collection, operation.key))
      const { document } = operation
      const place = documentPlace(collection, document.key)
      const number = rows.get(place)?.number ?? numbered(collection, document)
      rows.set(place, { ...document, collection, number })
    },
    purge(expiredBefore) {
      for (const [place, row] of rows) if (row.expiresAt <= expiredBefore) rows.delete(place)
      for (const [place, counter] of lists)
        if (counter.expiresAt <= expiredBefore) lists.set(place, { ...counter, last: 0, expiresAt: 0 })
    },
  }
}

const COLUMNS = 'collection, key, list, number, value, expires_at'

/** `schema` is quoted, as in all of them. */
export function readDocumentStatement(collection: string, key: Uint8Array, schema: string): Statement {
  return {
    text: `SELECT ${COLUMNS} FROM ${schema}.documents WHERE collection = $1 AND key = $2`,
    values: [collection, key],
  }
}

export function scanDocumentsStatement(
  collection: string,
  list: Uint8Array,
  { after = 0, before = Number.MAX_SAFE_INTEGER, limit, newestFirst = false }: ListPart,
  schema: string,
): Statement {
  return {
    text: `
      SELECT ${COLUMNS} FROM ${schema}.documents
      WHERE collection = $1 AND list = $2 AND number > $3 AND number < $4
      ORDER BY number ${newestFirst ? 'DESC' : 'ASC'} LIMIT $5`,
    values: [collection, list, after, before, limit],
  }
}

export interface DocumentPlace {
  readonly collection: string
  readonly key: Uint8Array
}

export function readDocumentsStatement(places: readonly DocumentPlace[], schema: string): Statement {
  return {
    text: `
      SELECT ${COLUMNS} FROM ${schema}.documents
      WHERE (collection, key) IN (SELECT * FROM unnest($1::text[], $2::bytea[]))`,
    values: [textArray(places.map(({ collection }) => collection)), byteaArray(places.map(({ key }) => key))],
  }
}

/**
 * Locks the counters of lists, and makes those that are not there: whoever is given the next number keeps everybody else
 * from the one after it until the commit, so that numbers come to be read in their order.
 */
export function lockCountersStatement(
  lists: readonly { readonly collection: string; readonly list: Uint8Array }[],
  schema: string,
): Statement {
  const each = new Map(lists.map((list) => [documentPlace(list.collection, list.list), list]))
  const distinct = [...each].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, list]) => list)
  return {
    text: `
      INSERT INTO ${schema}.document_lists AS counted (collection, list, last, expires_at)
      SELECT given.collection, given.list, 0, 0 FROM unnest($1::text[], $2::bytea[]) AS given (collection, list)
      ON CONFLICT (collection, list) DO UPDATE SET last = counted.last
      RETURNING collection, list, last, expires_at`,
    values: [textArray(distinct.map(({ collection }) => collection)), byteaArray(distinct.map(({ list }) => list))],
  }
}

export function documentStatements(operation: DocumentOperation, schema: string): readonly Statement[] {
  switch (operation.type) {
    case 'append-document':
      return [
        {
          text: `
            WITH counter AS (
              INSERT INTO ${schema}.document_lists AS counted (collection, list, last, expires_at)
              VALUES ($1::text, $2::bytea, 1, $5::bigint)
              ON CONFLICT (collection, list) DO UPDATE
              SET last = counted.last + 1, expires_at = greatest(counted.expires_at, excluded.expires_at)
              RETURNING last
            )
            INSERT INTO ${schema}.documents (collection, key, list, number, value, expires_at)
            SELECT $1::text, $3::bytea, $2::bytea, last, $4::bytea, $5::bigint FROM counter`,
          values: parametersOf(operation),
        },
      ]
    case 'put-document':
      return [
        {
          text: `
            WITH put AS (
              UPDATE ${schema}.documents SET value = $4, expires_at = $5::bigint WHERE collection = $1 AND key = $3
            )
            UPDATE ${schema}.document_lists SET expires_at = greatest(expires_at, $5::bigint)
            WHERE collection = $1 AND list = $2`,
          values: parametersOf(operation),
        },
      ]
    case 'drop-document':
      return [
        {
          text: `DELETE FROM ${schema}.documents WHERE collection = $1 AND key = $2`,
          values: [operation.collection, operation.key],
        },
      ]
    case 'drop-documents':
      return [
        // Locked first: only the next statement sees what was appended while we waited.
        {
          text: `DELETE FROM ${schema}.document_lists WHERE collection = $1 AND list = $2`,
          values: [operation.collection, operation.list],
        },
        {
          text: `DELETE FROM ${schema}.documents WHERE collection = $1 AND list = $2`,
          values: [operation.collection, operation.list],
        },
      ]
  }
}

function parametersOf({
  collection,
  document: { key, list, value, expiresAt },
}: Extract<DocumentOperation, { type: 'append-document' | 'put-document' }>): NonNullable<Statement['values']> {
  return [collection, list, key, value, Math.ceil(expiresAt)]
}

export function purgeDocumentsStatements(expiredBefore: number, schema: string): readonly Statement[] {
  return [
    { text: `DELETE FROM ${schema}.documents WHERE expires_at <= $1`, values: [expiredBefore] },
    { text: `DELETE FROM ${schema}.document_lists WHERE expires_at <= $1`, values: [expiredBefore] },
  ]
}

/** Columns are typed by the schema, which only this package writes. */
export function documentOf(row: Row): CollectedRow {
  return {
    collection: row['collection'] as string,
    key: row['key'] as Uint8Array,
    list: row['list'] as Uint8Array,
    number: Number(row['number']),
    value: row['value'] as Uint8Array,
    expiresAt: Number(row['expires_at']),
  }
}

export function counterOf(row: Row): Counter {
  return {
    collection: row['collection'] as string,
    list: row['list'] as Uint8Array,
    last: Number(row['last']),
    expiresAt: Number(row['expires_at']),
  }
}

export function documentPlace(collection: string, key: Uint8Array): string {
  return `${collection} ${hex(key)}`
}

/** As PostgreSQL reads arrays of text: each in quotes, and what would end them escaped. */
function textArray(members: readonly string[]): string {
  return `{${members.map((member) => `"${member.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}

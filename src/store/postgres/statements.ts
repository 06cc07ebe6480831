// Pure. Operations as few statements: writes of the same kind that follow each other become one, with arrays for rows.

import type { RecordKind } from '../backend.ts'
import { LINK_COLUMNS } from '../link-columns.ts'
import { bigintArray, byteaArray } from './arrays.ts'
import type { Statement } from './connection.ts'
import { type DocumentOperation, documentStatements, purgeDocumentsStatements } from './documents.ts'
import { isOfDocuments, type Operation, placeOf } from './operations.ts'
import { hex, linkParameters } from './rows.ts'

/** One statement carries so many values, or bytes, at most: about 30 ms of the server's time. */
const MAX_ROWS = 5_000
const MAX_BYTES = 4_000_000

type ValueOperation = Extract<Operation, { type: 'put-value' | 'drop-value' }>
type SwapOperation = Extract<Operation, { type: 'swap-value' }>
type RecordOperation = Extract<Operation, { type: 'put-record' | 'drop-record' }>

/** In the order of the operations, as far as it can be seen. `schema` is quoted. */
export function statementsOf(operations: readonly Operation[], schema: string): readonly Statement[] {
  const statements: Statement[] = []
  let values = new Map<string, ValueOperation>()
  let swaps: SwapOperation[] = []
  let records = new Map<string, RecordOperation>()
  let documents: Statement[] = []

  const flush = (): void => {
    statements.push(...valueStatements([...values.values()], schema))
    statements.push(...swapStatements(swaps, schema))
    statements.push(...recordStatements([...records.values()], schema), ...documents)
    values = new Map()
    swaps = []
    records = new Map()
    documents = []
  }

  for (const operation of operations) {
    if (isOfDocuments(operation)) {
      // They have tables of their own: nothing else can see in which order.
      documents.push(...documentStatements(operation, schema))
      continue
    }
    switch (operation.type) {
      case 'put-value':
      case 'drop-value':
        if (swaps.length > 0) flush()
        // Only the last one of a value can be seen.
        values.set(`${operation.link} ${hex(operation.lookup)}`, operation)
        break
      case 'swap-value':
        if (values.size > 0) flush()
        swaps.push(operation)
        break
      case 'put-record':
      case 'drop-record':
        records.set(placeOf(operation), operation)
        break
      default:
        flush()
        statements.push(...singleStatements(operation, schema))
    }
  }
  flush()
  return statements
}

function valueStatements(operations: readonly ValueOperation[], schema: string): readonly Statement[] {
  const puts = operations.filter((operation) => operation.type === 'put-value')
  const drops = operations.filter((operation) => operation.type === 'drop-value')
  return [
    ...portions(puts, ({ value }) => value.length).map((some) => ({
      // The lock on the link keeps it, and that it is kept, as they are until the commit.
      text: `
        WITH kept AS MATERIALIZED (
          SELECT link FROM ${schema}.links WHERE link = ANY($4::bigint[]) AND kept ORDER BY link FOR SHARE
        )
        INSERT INTO ${schema}.link_values (link, lookup, value)
        SELECT given.link, given.lookup, given.value
        FROM unnest($1::bigint[], $2::bytea[], $3::bytea[]) AS given (link, lookup, value) JOIN kept USING (link)
        ORDER BY given.link, given.lookup
        ON CONFLICT (link, lookup) DO UPDATE SET value = excluded.value`,
      values: [
        bigintArray(some.map(({ link }) => link)),
        byteaArray(some.map(({ lookup }) => lookup)),
        byteaArray(some.map(({ value }) => value)),
        bigintArray([...new Set(some.map(({ link }) => link))]),
      ],
    })),
    ...portions(drops, () => 0).map((some) => ({
      text: `
        DELETE FROM ${schema}.link_values USING unnest($1::bigint[], $2::bytea[]) AS given (link, lookup)
        WHERE link_values.link = given.link AND link_values.lookup = given.lookup`,
      values: [bigintArray(some.map(({ link }) => link)), byteaArray(some.map(({ lookup }) => lookup))],
    })),
  ]
}

/** One value that is swapped twice at once is two statements. */
function swapStatements(operations: readonly SwapOperation[], schema: string): readonly Statement[] {
  const seen = new Set<string>()
  const rounds: SwapOperation[][] = []
  for (const operation of operations) {
    const place = `${operation.link} ${hex(operation.lookup)}`
    if (rounds.length === 0 || seen.has(place)) {
      seen.clear()
      rounds.push([])
    }
    seen.add(place)
    rounds.at(-1)?.push(operation)
  }
  return rounds.flatMap((round) =>
    portions(round, ({ value, old }) => value.length + old.length).map((some) => ({
      text: `
        UPDATE ${schema}.link_values SET value = given.value
        FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[]) AS given (link, lookup, old, value)
        WHERE link_values.link = given.link AND link_values.lookup = given.lookup AND link_values.value = given.old`,
      values: [
        bigintArray(some.map(({ link }) => link)),
        byteaArray(some.map(({ lookup }) => lookup)),
        byteaArray(some.map(({ old }) => old)),
        byteaArray(some.map(({ value }) => value)),
      ],
    })),
  )
}

function recordStatements(operations: readonly RecordOperation[], schema: string): readonly Statement[] {
  const puts = operations.filter((operation) => operation.type === 'put-record')
  const drops = operations.filter((operation) => operation.type === 'drop-record')
  return [
    ...portions(puts, ({ value }) => value.length).map((some) => ({
      text: `
        INSERT INTO ${schema}.records (kind, key, value, expires_at)
        SELECT given.* FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bigint[])
          AS given (kind, key, value, expires_at)
        ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
      values: [
        kindArray(some),
        byteaArray(some.map(({ key }) => key)),
        byteaArray(some.map(({ value }) => value)),
        bigintArray(some.map(({ expiresAt }) => Math.ceil(expiresAt))),
      ],
    })),
    ...portions(drops, () => 0).map((some) => ({
      text: `
        DELETE FROM ${schema}.records USING unnest($1::text[], $2::bytea[]) AS given (kind, key)
        WHERE records.kind = given.kind AND records.key = given.key`,
      values: [kindArray(some), byteaArray(some.map(({ key }) => key))],
    })),
  ]
}

const PUT_LINK = `(${LINK_COLUMNS.join(', ')}) VALUES (${LINK_COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})
  ON CONFLICT (link) DO UPDATE SET ${LINK_COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}`

/**
 * Where a link goes, or its values, the link is locked by a statement of its own: only the next statement sees values
 * that another process wrote while we waited.
 */
function singleStatements(
  operation: Exclude<Operation, ValueOperation | SwapOperation | RecordOperation | DocumentOperation>,
  schema: string,
): readonly Statement[] {
  switch (operation.type) {
    case 'put-link':
      return [{ text: `INSERT INTO ${schema}.links ${PUT_LINK}`, values: linkParameters(operation.row) }]
    case 'drop-link':
      return [
        { text: `SELECT 1 FROM ${schema}.links WHERE link = $1 FOR UPDATE`, values: [operation.link] },
        { text: `DELETE FROM ${schema}.link_values WHERE link = $1`, values: [operation.link] },
        { text: `DELETE FROM ${schema}.links WHERE link = $1`, values: [operation.link] },
      ]
    case 'drop-between':
      return [
        {
          text: `
            DELETE FROM ${schema}.link_values
            WHERE link = $1 AND lookup BETWEEN $2 AND $3 AND length(lookup) = length($2)`,
          values: [operation.link, operation.first, operation.last],
        },
      ]
    case 'drop-values':
      return [
        {
          text: `DELETE FROM ${schema}.link_values WHERE link = $1 AND lookup <> $2`,
          values: [operation.link, operation.except],
        },
      ]
    case 'purge':
      return [
        {
          text: `SELECT 1 FROM ${schema}.links WHERE archived_at <= $1 ORDER BY link FOR UPDATE`,
          values: [operation.archivedBefore],
        },
        {
          text: `
            WITH dropped AS (
              DELETE FROM ${schema}.links WHERE NOT listed AND archived_at <= $1 RETURNING link
            ), emptied AS (
              UPDATE ${schema}.links SET kept = false, archived_at = NULL
              WHERE listed AND archived_at <= $1 RETURNING link
            )
            DELETE FROM ${schema}.link_values
            WHERE link IN (SELECT link FROM dropped UNION ALL SELECT link FROM emptied)`,
          values: [operation.archivedBefore],
        },
        { text: `DELETE FROM ${schema}.records WHERE expires_at <= $1`, values: [operation.expiredBefore] },
        ...purgeDocumentsStatements(operation.expiredBefore, schema),
        { text: `DELETE FROM ${schema}.writers WHERE used_at < now() - interval '1 day'` },
      ]
  }
}

/** Kinds are words of ours. */
export function kindArray(of: readonly { readonly kind: RecordKind }[]): string {
  return `{${of.map(({ kind }) => kind).join(',')}}`
}

function portions<T>(all: readonly T[], bytesOf: (one: T) => number): readonly (readonly T[])[] {
  const found: T[][] = []
  let bytes = 0
  for (const one of all) {
    const last = found.at(-1)
    const size = bytesOf(one)
    if (last === undefined || last.length >= MAX_ROWS || bytes + size > MAX_BYTES) {
      found.push([one])
      bytes = size
    } else {
      last.push(one)
      bytes += size
    }
  }
  return found
}

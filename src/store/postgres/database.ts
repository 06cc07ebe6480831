// The store's rows in PostgreSQL.

import type { Backend, LinkRow, ValueRow } from '../backend.ts'
import { LINK_COLUMNS } from '../link-columns.ts'
import { byteaArray } from './arrays.ts'
import type { Answer, Session, Statement } from './connection.ts'
import { documentOf, readDocumentStatement, scanDocumentsStatement } from './documents.ts'
import { asStoreError, isPassing, sqlState, Unreachable } from './failure.ts'
import { migrate, schemaState } from './migrate.ts'
import { type Limits, patiently } from './patience.ts'
import type { Pool } from './pool.ts'
import { hex, linkOf } from './rows.ts'
import { createTransactions } from './transaction.ts'
import { createWriter } from './writer.ts'

export interface Database {
  readonly pool: Pool
  readonly schema: string
  readonly limits: Limits
  /** The store's clock, where it is not the database's. */
  readonly now?: (() => number) | undefined
}

export function postgresBackend({ pool, schema, limits, now }: Database): Backend {
  const quoted = `"${schema}"`
  const links = `SELECT ${LINK_COLUMNS.join(', ')} FROM ${quoted}.links`

  /** A server that was never there is told of at once; one that was there may come back. */
  const passes = (thrown: unknown): boolean =>
    isPassing(thrown) && (pool.reached || !(thrown instanceof Unreachable) || sqlState(thrown.cause) !== undefined)

  const writer = createWriter(createTransactions(pool, schema, now), limits, passes)

  /** For what can be done twice without harm. */
  const repeatably = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    try {
      return await patiently(() => pool.use(work), limits.patienceMs, passes)
    } catch (thrown) {
      throw asStoreError(thrown)
    }
  }

  const read = (statement: Statement): Promise<Answer['rows']> =>
    repeatably(async (session) => (await session.ask([statement]))[0]?.rows ?? [])

  return {
    readCheck: () => repeatably(async (session) => (await schemaState(session, schema)).check),
    prepare: (check) => repeatably((session) => migrate(session, schema, check)),
    replaceCheck: async (old, check) => {
      // Also true when it is there already: the answer to the first attempt may have been lost.
      const replaced = await read({
        text: `UPDATE ${quoted}.meta SET value = $2 WHERE name = 'check' AND value IN ($1, $2) RETURNING name`,
        values: [old, check],
      })
      return replaced.length === 1
    },
    readLinks: async (session): Promise<readonly LinkRow[]> => {
      const rows = await read(
        session === undefined ? { text: links } : { text: `${links} WHERE session = $1`, values: [session] },
      )
      return rows.map(linkOf)
    },
    readValues: async (link, lookups) => {
      if (lookups.length === 0) return []
      const rows = await read({
        text: `SELECT lookup, value FROM ${quoted}.link_values WHERE link = $1 AND lookup = ANY($2::bytea[])`,
        values: [link, byteaArray(lookups)],
      })
      const found = new Map(rows.map(valueRowOf).map(({ lookup, value }) => [hex(lookup), value]))
      return lookups.map((lookup) => found.get(hex(lookup)))
    },
    scanValues: async (link, after, limit) => {
      const rows = await read({
        text: `
          SELECT lookup, value FROM ${quoted}.link_values
          WHERE link = $1 AND lookup > $2 ORDER BY lookup LIMIT $3`,
        values: [link, after ?? Buffer.alloc(0), limit],
      })
      return rows.map(valueRowOf)
    },
    commit: async (writes) => {
      if (writes.length > 0) await writer.write({ type: 'commit', writes, result: undefined })
    },
    change: (session, decide) => writer.write({ type: 'change', session, decide }),
    update: (kind, key, decide) => writer.write({ type: 'update', kind, key, decide }),
    readDocument: async (collection, key) => {
      const [row] = await read(readDocumentStatement(collection, key, quoted))
      return row === undefined ? undefined : documentOf(row)
    },
    scanDocuments: async (collection, list, part) => {
      const rows = await read(scanDocumentsStatement(collection, list, part, quoted))
      return rows.map(documentOf)
    },
    appendDocument: (collection, document, also = []) =>
      writer.write({ type: 'append', collection, document, also, result: (number) => number }),
    changeDocument: (collection, key, decide) => writer.write({ type: 'change-document', collection, key, decide }),
    dropDocuments: (collection, list) => writer.write({ type: 'drop-documents', collection, list, result: undefined }),
    close: async () => {
      await writer.idle()
      await pool.close()
    },
  }
}

/** Columns are typed by the schema, which only this package writes. */
function valueRowOf(row: Answer['rows'][number]): ValueRow {
  return { lookup: row['lookup'] as Uint8Array, value: row['value'] as Uint8Array }
}

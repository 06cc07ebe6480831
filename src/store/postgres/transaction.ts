// One transaction: two round trips, whatever the number of jobs. The first locks and reads all that they decide on; then
// they decide, one after another, on a picture of the rows; the second writes and commits.
//
// Each transaction also writes its number into the row of its writer. When the answer to a commit is lost, the row tells:
// it holds the number, or it does not. The lock on it is taken in the first round trip and held to the end, so whoever
// asks waits until the transaction is over, however slowly the server notices that nobody is there any more.
// (pg_xact_status() would need no row, but a server that crashed gives the number of an unfinished transaction to
// another one.)

import { randomBytes } from 'node:crypto'
import type { Addition, Decision, DocumentDecision, DocumentRow, LinkRow, RecordKind, Write } from '../backend.ts'
import { LINK_COLUMNS } from '../link-columns.ts'
import { byteaArray, int8Array } from './arrays.ts'
import type { Answer, Outcome, Session, Statement } from './connection.ts'
import { counterOf, documentOf, lockCountersStatement, readDocumentsStatement } from './documents.ts'
import { ConnectionLost } from './failure.ts'
import { inOrder, lockKey } from './lock.ts'
import {
  byStoreClock,
  createPicture,
  type LockedRows,
  type Operation,
  type Picture,
  type RecordRow,
} from './operations.ts'
import type { Pool } from './pool.ts'
import { linkOf } from './rows.ts'
import { kindArray, statementsOf } from './statements.ts'
import type { Transactions } from './writer.ts'

/** `T` is what the caller gets. */
export type Job<T> =
  | { readonly type: 'commit'; readonly writes: readonly Write[]; readonly result: T }
  | {
      readonly type: 'change'
      readonly session: string
      decide(links: readonly LinkRow[]): { readonly writes: readonly Write[]; readonly result: T }
    }
  | {
      readonly type: 'update'
      readonly kind: RecordKind
      readonly key: Uint8Array
      decide(old: Uint8Array | undefined, now: number): Decision<T>
    }
  | (Addition & { readonly type: 'append'; readonly also: readonly Addition[]; result(number: number): T })
  | {
      readonly type: 'change-document'
      readonly collection: string
      readonly key: Uint8Array
      decide(old: DocumentRow | undefined, now: number): DocumentDecision<T>
    }
  | { readonly type: 'drop-documents'; readonly collection: string; readonly list: Uint8Array; readonly result: T }

export type JobOutcome = { readonly result: unknown } | { readonly refused: unknown }

/** The answer to the commit of transaction `turn` was lost. */
export class Undecided extends Error {
  readonly turn: number
  readonly outcomes: readonly JobOutcome[]

  constructor(turn: number, outcomes: readonly JobOutcome[], cause: unknown) {
    super('the answer to a commit was lost', { cause })
    this.name = 'Undecided'
    this.turn = turn
    this.outcomes = outcomes
  }
}

/**
 * Settings of each transaction, not of the connection: poolers like PgBouncer hand one connection to many. They come
 * with the first statement, which waits for nobody but ourselves. A commit that does not wait for the disk
 * (synchronous_commit = off) would break the store's promise.
 */
const SETTINGS = `
  set_config('statement_timeout', '15s', true),
  set_config('lock_timeout', '5s', true),
  set_config('idle_in_transaction_session_timeout', '10s', true),
  set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true)`

const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now'

const BEGIN: Statement = { text: 'BEGIN ISOLATION LEVEL READ COMMITTED' }

/** `now` is the store's clock where it is not the database's. */
export function createTransactions(pool: Pool, schema: string, now: (() => number) | undefined): Transactions {
  const quoted = `"${schema}"`
  const writer = randomBytes(6).readUIntBE(0, 6)
  let turns = 0

  /** Locks the row of this writer, to the end of the transaction. */
  const ownRow = (turn: number): Statement => ({
    text: `
      INSERT INTO ${quoted}.writers (writer, turn, used_at) VALUES ($1, $2, now())
      ON CONFLICT (writer) DO UPDATE SET turn = excluded.turn, used_at = excluded.used_at
      RETURNING ${NOW}, ${SETTINGS}`,
    values: [writer, turn],
  })

  /** Waits for its lock, and for nothing else. */
  const askOwnRow: Statement = {
    text: `
      INSERT INTO ${quoted}.writers (writer, turn, used_at) VALUES ($1, 0, now())
      ON CONFLICT (writer) DO UPDATE SET used_at = excluded.used_at RETURNING turn`,
    values: [writer],
  }

  return {
    run: (jobs) =>
      pool.use(async (session) => {
        const turn = ++turns
        const seen = await lockedRows(session, jobs, ownRow(turn), schema)
        const storeNow = now?.() ?? seen.now
        const { outcomes, operations } = decisions(jobs, createPicture(seen), storeNow)
        if (operations.length === 0) {
          await session.ask([{ text: 'ROLLBACK' }])
          return outcomes
        }
        const sent = await session.send([...statementsOf(operations, quoted), { text: 'COMMIT' }])
        const lost = failureOf(sent)
        if (lost === undefined) return outcomes
        throw lost.surely ? lost.cause : new Undecided(turn, outcomes, lost.cause)
      }),
    wasCommitted: (turn) =>
      pool.use(async (session) => {
        const [, , asked] = await session.ask([
          BEGIN,
          { text: `SET LOCAL lock_timeout = '15s'` },
          askOwnRow,
          { text: 'COMMIT' },
        ])
        return Number(asked?.rows[0]?.['turn']) === turn
      }),
  }
}

interface Seen extends LockedRows {
  /** The database's clock, once all locks were had. */
  readonly now: number
}

/** Locks before it reads, by statements of their own: only then do the reads see what others wrote while we waited. */
async function lockedRows(
  session: Session,
  jobs: readonly Job<unknown>[],
  own: Statement,
  schema: string,
): Promise<Seen> {
  const sessions = [...new Set(jobs.flatMap((job) => (job.type === 'change' ? [job.session] : [])))]
  const records = jobs.filter((job) => job.type === 'update')
  const documents = jobs.filter((job) => job.type === 'change-document')
  const appends = jobs.filter((job) => job.type === 'append')
  const locks = inOrder([
    ...sessions.map((name) => lockKey(schema, 'session', name)),
    ...records.map(({ kind, key }) => lockKey(schema, kind, key)),
    ...documents.map(({ collection, key }) => lockKey(schema, 'document', collection, key)),
  ])
  const readLinks: Statement = {
    text: `
      SELECT ${LINK_COLUMNS.join(', ')} FROM "${schema}".links
      WHERE session IN (SELECT convert_from(name, 'UTF8') FROM unnest($1::bytea[]) AS name) ORDER BY link FOR UPDATE`,
    values: [byteaArray(sessions.map((name) => Buffer.from(name, 'utf8')))],
  }
  const readRecords: Statement = {
    text: `
      SELECT kind, key, value, expires_at FROM "${schema}".records
      WHERE (kind, key) IN (SELECT * FROM unnest($1::text[], $2::bytea[]))`,
    values: [kindArray(records), byteaArray(records.map(({ key }) => key))],
  }
  const quoted = `"${schema}"`
  const lists = appends
    .flatMap((job) => [job, ...job.also])
    .map(({ collection, document: { list } }) => ({ collection, list }))
  const first: readonly Statement[] = [
    BEGIN,
    own,
    ...(locks.length === 0
      ? []
      : [
          { text: 'SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key', values: [int8Array(locks)] },
          { text: `SELECT ${NOW}` },
        ]),
  ]
  const [head, [linkRows, recordRows, documentRows, counterRows]] = await askedAfter(session, first, [
    sessions.length === 0 ? undefined : readLinks,
    records.length === 0 ? undefined : readRecords,
    documents.length === 0 ? undefined : readDocumentsStatement(documents, quoted),
    lists.length === 0 ? undefined : lockCountersStatement(lists, quoted),
  ])
  return {
    now: Number(head.at(-1)?.rows[0]?.['now']),
    links: (linkRows ?? []).map(linkOf),
    records: (recordRows ?? []).map(recordOf),
    documents: (documentRows ?? []).map(documentOf),
    counters: (counterRows ?? []).map(counterOf),
  }
}

/** All in one round trip: the answers to what comes first, and the rows of each question; none for one that is left out. */
async function askedAfter(
  session: Session,
  first: readonly Statement[],
  questions: readonly (Statement | undefined)[],
): Promise<readonly [readonly Answer[], readonly Answer['rows'][]]> {
  const asked = questions.filter((question) => question !== undefined)
  const answers = await session.ask([...first, ...asked])
  const rowsOf = (question: Statement): Answer['rows'] => answers[first.length + asked.indexOf(question)]?.rows ?? []
  return [answers.slice(0, first.length), questions.map((question) => (question === undefined ? [] : rowsOf(question)))]
}

function recordOf(row: Answer['rows'][number]): RecordRow {
  return {
    kind: row['kind'] as RecordKind,
    key: row['key'] as Uint8Array,
    value: row['value'] as Uint8Array,
    expiresAt: Number(row['expires_at']),
  }
}

/** A job that throws leaves nothing behind, and does not disturb the others. */
function decisions(
  jobs: readonly Job<unknown>[],
  picture: Picture,
  now: number,
): { readonly outcomes: readonly JobOutcome[]; readonly operations: readonly Operation[] } {
  const operations: Operation[] = []
  const outcomes = jobs.map((job): JobOutcome => {
    try {
      const decided = decisionOf(job, picture, now)
      for (const operation of decided.operations) {
        const bounded = byStoreClock(operation, now)
        picture.apply(bounded)
        operations.push(bounded)
      }
      return { result: decided.result }
    } catch (refused) {
      return { refused }
    }
  })
  return { outcomes, operations }
}

function decisionOf(
  job: Job<unknown>,
  picture: Picture,
  now: number,
): { readonly operations: readonly Operation[]; readonly result: unknown } {
  if (job.type === 'commit') return { operations: job.writes, result: job.result }
  if (job.type === 'change') {
    const { writes, result } = job.decide(picture.linksOf(job.session))
    return { operations: writes, result }
  }
  if (job.type === 'append' || job.type === 'change-document' || job.type === 'drop-documents')
    return documentDecision(job, picture, now)
  const { kind, key } = job
  const old = picture.recordOf(kind, key)
  const { put, drop, result } = job.decide(old, now)
  if (put !== undefined) return { operations: [{ type: 'put-record', kind, key, ...put }], result }
  return { operations: drop === true && old !== undefined ? [{ type: 'drop-record', kind, key }] : [], result }
}

function documentDecision(
  job: Extract<Job<unknown>, { type: 'append' | 'change-document' | 'drop-documents' }>,
  { documents }: Picture,
  now: number,
): { readonly operations: readonly Operation[]; readonly result: unknown } {
  const { collection } = job
  if (job.type === 'drop-documents')
    return { operations: [{ type: 'drop-documents', collection, list: job.list }], result: job.result }
  if (job.type === 'append') {
    const { document } = job
    const number = documents.nextNumber(collection, document.list)
    return { operations: [appended({ collection, document }), ...job.also.map(appended)], result: job.result(number) }
  }
  const { key } = job
  const old = documents.documentOf(collection, key)
  const { put, drop, also = [], result } = job.decide(old, now)
  const operations: Operation[] = also.map(appended)
  if (put !== undefined && old === undefined) operations.unshift(appended({ collection, document: { ...put, key } }))
  else if (put !== undefined && old !== undefined)
    operations.push({ type: 'put-document', collection, document: { ...put, key, list: old.list } })
  else if (drop === true && old !== undefined) operations.push({ type: 'drop-document', collection, key })
  return { operations, result }
}

function appended({ collection, document }: Addition): Operation {
  return { type: 'append-document', collection, document }
}

/** Undefined: committed. `surely`: the server said that it rolled back. */
function failureOf(sent: readonly Outcome[]): { readonly cause: unknown; readonly surely: boolean } | undefined {
  const last = sent.at(-1)
  const first = sent.find((outcome) => 'failure' in outcome)
  const cause = first !== undefined && 'failure' in first ? first.failure : undefined
  if (last === undefined || 'failure' in last) return { cause, surely: false }
  if (last.answer.command === 'COMMIT') return undefined
  return { cause: cause ?? new ConnectionLost('the server rolled the transaction back'), surely: true }
}

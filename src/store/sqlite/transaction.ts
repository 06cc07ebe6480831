// One transaction of many proposals. A proposal was made from what was read a moment before, on another connection or
// without a lock, so it says what it read, and is carried out only when that is still so.
import type { DocumentRow, LinkRow, RecordKind } from '../backend.ts'
import { apply, type Change } from './apply.ts'
import type { Connection } from './connection.ts'
import { lastNumber, readDocument } from './documents.ts'
import { whenUnlocked } from './lock.ts'
import { readLinks, readRecord, storedCheck } from './read.ts'

/** What a proposal was made from. */
export type Expected =
  | { readonly type: 'links'; readonly session: string; readonly links: readonly LinkRow[] }
  | {
      readonly type: 'record'
      readonly kind: RecordKind
      readonly key: Uint8Array
      readonly value: Uint8Array | undefined
    }
  | { readonly type: 'check'; readonly check: Uint8Array | undefined }
  | {
      readonly type: 'document'
      readonly collection: string
      readonly key: Uint8Array
      readonly document: DocumentRow | undefined
      readonly appendedTo: readonly ListEnd[]
    }
  | { readonly type: 'lists'; readonly appendedTo: readonly ListEnd[] }

/** A list that new documents go to, and its last number. */
export interface ListEnd {
  readonly collection: string
  readonly list: Uint8Array
  readonly last: number
}

export interface Proposal {
  /** Undefined: to be carried out in any case. */
  readonly expected: Expected | undefined
  readonly changes: readonly Change[]
}

export type Outcome = { readonly done: true } | { readonly done: false; readonly failure: unknown }

export interface GroupOutcome {
  /** Of the proposals in their order, as far as the transaction came. */
  readonly outcomes: readonly Outcome[]
  /** What the next one was made from is no longer so: it and those after it were left undone. */
  readonly moved: boolean
}

/** @throws ThreadLost when it runs in a thread and that ended */
export type RunGroup = (proposals: readonly Proposal[]) => Promise<GroupOutcome>

/** The thread that writes ended with a transaction on its way. */
export class ThreadLost extends Error {
  /** Whether it was at the commit itself, so that nobody knows what the disk has; if not, nothing was written. */
  readonly committing: boolean

  constructor(committing: boolean, cause: unknown) {
    super('the thread that writes the store ended', { cause })
    this.committing = committing
  }
}

const DONE: Outcome = { done: true }

/**
 * Resolves when what was done is durable. A proposal that fails leaves nothing behind, and does not disturb the others.
 * `beforeCommit` is called when the commit is the next and only step.
 *
 * Throws, with nothing done, what SQLite threw, or StoreError when another process's lock was in the way too long.
 */
export async function runGroup(
  connection: Connection,
  proposals: readonly Proposal[],
  beforeCommit: () => void = () => {},
): Promise<GroupOutcome> {
  try {
    await whenUnlocked(() => connection.exec('BEGIN IMMEDIATE'))
    const carryOut = proposals.length === 1 ? carryOutAlone : carryOutInSavepoint
    const outcomes: Outcome[] = []
    for (const proposal of proposals) {
      if (!isStillSo(connection, proposal.expected)) break
      outcomes.push(carryOut(connection, proposal))
    }
    if (connection.inTransaction) {
      beforeCommit()
      connection.exec('COMMIT')
    }
    return { outcomes, moved: outcomes.length < proposals.length }
  } catch (thrown) {
    rollBack(connection)
    throw thrown
  }
}

function carryOutAlone(connection: Connection, { changes }: Proposal): Outcome {
  try {
    apply(connection, changes)
    return DONE
  } catch (failure) {
    rollBack(connection)
    return { done: false, failure }
  }
}

function carryOutInSavepoint(connection: Connection, { changes }: Proposal): Outcome {
  connection.exec('SAVEPOINT proposal')
  try {
    apply(connection, changes)
    connection.exec('RELEASE proposal')
    return DONE
  } catch (failure) {
    // A full disk ends the whole transaction: nothing is left to go back to, and nobody's writes are in it.
    if (!connection.inTransaction) throw failure
    connection.exec('ROLLBACK TO proposal; RELEASE proposal')
    return { done: false, failure }
  }
}

function isStillSo(connection: Connection, expected: Expected | undefined): boolean {
  switch (expected?.type) {
    case undefined:
      return true
    case 'links':
      return sameLinks(readLinks(connection, expected.session), expected.links)
    case 'record':
      return sameBytes(readRecord(connection, expected.kind, expected.key), expected.value)
    case 'check':
      return sameBytes(storedCheck(connection), expected.check)
    case 'document':
      return (
        sameDocument(readDocument(connection, expected.collection, expected.key), expected.document) &&
        areLast(connection, expected.appendedTo)
      )
    case 'lists':
      return areLast(connection, expected.appendedTo)
  }
}

function sameLinks(some: readonly LinkRow[], others: readonly LinkRow[]): boolean {
  return some.length === others.length && some.every((row, index) => sameLink(row, others[index]))
}

function sameLink(row: LinkRow, other: LinkRow | undefined): boolean {
  if (other === undefined) return false
  return (Object.keys(row) as (keyof LinkRow)[]).every((column) =>
    column === 'details' ? sameBytes(row.details, other.details) : row[column] === other[column],
  )
}

function areLast(connection: Connection, ends: readonly ListEnd[]): boolean {
  return ends.every(({ collection, list, last }) => lastNumber(connection, collection, list) === last)
}

/** The number of a document never changes, and names it in its list. */
function sameDocument(some: DocumentRow | undefined, other: DocumentRow | undefined): boolean {
  if (some === undefined || other === undefined) return some === other
  return some.number === other.number && some.expiresAt === other.expiresAt && sameBytes(some.value, other.value)
}

function sameBytes(some: Uint8Array | undefined, others: Uint8Array | undefined): boolean {
  if (some === undefined || others === undefined) return some === others
  return Buffer.compare(some, others) === 0
}

function rollBack(connection: Connection): void {
  if (!connection.inTransaction) return
  try {
    connection.exec('ROLLBACK')
  } catch {
    // SQLite has already done it.
  }
}

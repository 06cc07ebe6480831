// What becomes of a call: it is decided from what is read here and now, and says what it was decided from, so that the
// transaction, which may run in the thread, can find out whether that still holds.
import type { Addition, Decision, DocumentDecision, DocumentRow, LinkRow, RecordKind, Write } from '../backend.ts'
import type { Change } from './apply.ts'
import type { Connection } from './connection.ts'
import { lastNumber, readDocument } from './documents.ts'
import { readLinks, readRecord, storedCheck } from './read.ts'
import type { ListEnd } from './transaction.ts'
import type { Ahead, Proposed } from './writer.ts'

export function proposedCheck(
  connection: Connection,
  ahead: Ahead,
  old: Uint8Array,
  check: Uint8Array,
): Proposed<boolean> | undefined {
  if (ahead.read.has('check')) return undefined
  const stored = storedCheck(connection)
  ahead.read.add('check')
  const isOld = stored !== undefined && Buffer.compare(stored, old) === 0
  const changes: readonly Change[] = isOld ? [{ type: 'put-check', check }] : []
  return { expected: { type: 'check', check: stored }, changes, result: () => isOld }
}

export function proposedLinks<T>(
  connection: Connection,
  ahead: Ahead,
  session: string,
  decide: (links: readonly LinkRow[]) => { readonly writes: readonly Write[]; readonly result: T },
): Proposed<T> | undefined {
  const subject = `links ${session}`
  if (ahead.read.has(subject)) return undefined
  const links = readLinks(connection, session)
  ahead.read.add(subject)
  const decided = attempt(() => decide(links))
  const changes = 'value' in decided ? decided.value.writes : []
  return { expected: { type: 'links', session, links }, changes, result: () => resultOf(decided).result }
}

/** What others in the same transaction make of a record is known: many may change it at the cost of one. */
export function proposedRecord<T>(
  connection: Connection,
  ahead: Ahead,
  kind: RecordKind,
  key: Uint8Array,
  decide: (old: Uint8Array | undefined) => Decision<T>,
): Proposed<T> {
  const place = `${kind} ${hex(key)}`
  const old = ahead.records.has(place) ? ahead.records.get(place) : readRecord(connection, kind, key)
  const decided = attempt(() => decide(old))
  const { put, drop } = 'value' in decided ? decided.value : {}
  const changes: Change[] = []
  if (put !== undefined) changes.push({ type: 'put-record', kind, key, ...put })
  else if (drop === true && old !== undefined) changes.push({ type: 'drop-record', kind, key })
  ahead.records.set(place, put?.value ?? (drop === true ? undefined : old))
  return { expected: { type: 'record', kind, key, value: old }, changes, result: () => resultOf(decided).result }
}

/** Its number follows from the list's counter, which the transaction finds as it was read, or the call is repeated. */
export function proposedAppend(
  connection: Connection,
  ahead: Ahead,
  addition: Addition,
  also: readonly Addition[],
): Proposed<number> {
  const { changes, appendedTo } = appended(connection, ahead, [addition, ...also])
  const number = changes[0]?.document.number ?? 0
  return { expected: { type: 'lists', appendedTo }, changes, result: () => number }
}

export function proposedDocument<T>(
  connection: Connection,
  ahead: Ahead,
  collection: string,
  key: Uint8Array,
  decide: (old: DocumentRow | undefined) => DocumentDecision<T>,
): Proposed<T> | undefined {
  const place = placeOf(collection, key)
  if (ahead.read.has(place)) return undefined
  const old = readDocument(connection, collection, key)
  const decided = attempt(() => decide(old))
  const { put, drop, also = [] } = 'value' in decided ? decided.value : {}
  ahead.read.add(place)
  const isNew = put !== undefined && old === undefined
  const additions = isNew ? [{ collection, document: { ...put, key } }, ...also] : also
  const { changes: appends, appendedTo } = appended(connection, ahead, additions)
  const changes: Change[] = [...appends]
  if (put !== undefined && old !== undefined)
    changes.push({ type: 'put-document', collection, document: { ...put, key, list: old.list } })
  else if (drop === true && old !== undefined) changes.push({ type: 'drop-document', collection, key })
  return {
    expected: { type: 'document', collection, key, document: old, appendedTo },
    changes,
    result: () => resultOf(decided).result,
  }
}

/** What others in the same transaction read of the list's documents is no longer so: they are repeated. */
export function proposedDrop(ahead: Ahead, collection: string, list: Uint8Array): Proposed<void> {
  ahead.counters.set(placeOf(collection, list), 0)
  return { expected: undefined, changes: [{ type: 'drop-documents', collection, list }], result: () => undefined }
}

/** New documents with their numbers, and where their lists ended before them. */
function appended(
  connection: Connection,
  ahead: Ahead,
  additions: readonly Addition[],
): {
  readonly changes: readonly Extract<Change, { type: 'append-document' }>[]
  readonly appendedTo: readonly ListEnd[]
} {
  const ends = new Map<string, ListEnd>()
  const changes = additions.map(({ collection, document }) => {
    const place = placeOf(collection, document.list)
    const last = ahead.counters.get(place) ?? lastNumber(connection, collection, document.list)
    if (!ends.has(place)) ends.set(place, { collection, list: document.list, last })
    ahead.counters.set(place, last + 1)
    ahead.read.add(placeOf(collection, document.key))
    return { type: 'append-document', collection, document: { ...document, number: last + 1 } } as const
  })
  return { changes, appendedTo: [...ends.values()] }
}

function placeOf(collection: string, key: Uint8Array): string {
  return `${collection} ${hex(key)}`
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** A refusal stands or falls, like any decision, with what it was made from. */
type Attempt<T> = { readonly value: T } | { readonly refusal: unknown }

function attempt<T>(decide: () => T): Attempt<T> {
  try {
    return { value: decide() }
  } catch (refusal) {
    return { refusal }
  }
}

function resultOf<T>(attempted: Attempt<T>): T {
  if ('value' in attempted) return attempted.value
  throw attempted.refusal
}

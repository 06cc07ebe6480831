// Pure. What a transaction is to do, and the picture of the rows that its jobs decide on.
import type { LinkRow, RecordKind, Write } from '../backend.ts'
import {
  type CollectedRow,
  type Counter,
  createDocumentPicture,
  type DocumentOperation,
  type DocumentPicture,
} from './documents.ts'
import { hex } from './rows.ts'

export type Operation =
  | Write
  | DocumentOperation
  | {
      readonly type: 'put-record'
      readonly kind: RecordKind
      readonly key: Uint8Array
      readonly value: Uint8Array
      readonly expiresAt: number
    }
  | { readonly type: 'drop-record'; readonly kind: RecordKind; readonly key: Uint8Array }

export interface RecordRow {
  readonly kind: RecordKind
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly expiresAt: number
}

/** The locked rows of a transaction as they will be after the operations so far. */
export interface Picture {
  linksOf(session: string): readonly LinkRow[]
  recordOf(kind: RecordKind, key: Uint8Array): Uint8Array | undefined
  readonly documents: Pick<DocumentPicture, 'documentOf' | 'nextNumber'>
  apply(operation: Operation): void
}

export interface LockedRows {
  readonly links: readonly LinkRow[]
  readonly records: readonly RecordRow[]
  readonly documents: readonly CollectedRow[]
  readonly counters: readonly Counter[]
}

export function createPicture({ links, records, documents, counters }: LockedRows): Picture {
  const rows = new Map(links.map((row) => [row.link, row]))
  const kept = new Map(records.map((record) => [placeOf(record), record]))
  const collected = createDocumentPicture(documents, counters)

  const purge = (archivedBefore: number, expiredBefore: number): void => {
    for (const row of [...rows.values()]) {
      if (row.archivedAt === null || row.archivedAt > archivedBefore) continue
      if (row.listed) rows.set(row.link, { ...row, kept: false, archivedAt: null })
      else rows.delete(row.link)
    }
    for (const [place, record] of kept) if (record.expiresAt <= expiredBefore) kept.delete(place)
    collected.purge(expiredBefore)
  }

  return {
    linksOf: (session) => [...rows.values()].filter((row) => row.session === session),
    recordOf: (kind, key) => kept.get(placeOf({ kind, key }))?.value,
    documents: collected,
    apply(operation) {
      if (isOfDocuments(operation)) return collected.apply(operation)
      if (operation.type === 'put-link') rows.set(operation.row.link, operation.row)
      else if (operation.type === 'drop-link') rows.delete(operation.link)
      else if (operation.type === 'put-record') kept.set(placeOf(operation), operation)
      else if (operation.type === 'drop-record') kept.delete(placeOf(operation))
      else if (operation.type === 'purge') purge(operation.archivedBefore, operation.expiredBefore)
    },
  }
}

/**
 * A sweep by a clock that is ahead of the store's would forget too early: it is set back by as much. The archive's days
 * are counted from the same clock.
 */
export function byStoreClock(operation: Operation, now: number): Operation {
  if (operation.type !== 'purge') return operation
  const ahead = Math.max(0, operation.expiredBefore - now)
  return {
    type: 'purge',
    archivedBefore: operation.archivedBefore - ahead,
    expiredBefore: operation.expiredBefore - ahead,
  }
}

export function placeOf({ kind, key }: { readonly kind: RecordKind; readonly key: Uint8Array }): string {
  return `${kind} ${hex(key)}`
}

export function isOfDocuments(operation: Operation): operation is DocumentOperation {
  return operation.type.endsWith('-document') || operation.type.endsWith('-documents')
}

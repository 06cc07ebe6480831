import type { Clock } from '../lib/clock.ts'
import type { DocumentDecision, DocumentRow, ListPart, NewDocument } from './backend.ts'

/** The documents of a store in memory. Every operation happens at the call itself. */
export interface MemoryDocuments {
  read(collection: string, key: Uint8Array): DocumentRow | undefined
  scan(collection: string, list: Uint8Array, part: ListPart): readonly DocumentRow[]
  append(collection: string, document: NewDocument): number
  change<T>(
    collection: string,
    key: Uint8Array,
    decide: (old: DocumentRow | undefined, now: number) => DocumentDecision<T>,
  ): T
  dropList(collection: string, list: Uint8Array): void
  purge(expiredBefore: number): void
}

interface List {
  last: number
  expiresAt: number
  /** Place of each document, in the order of the numbers. */
  readonly places: Set<string>
}

export function createMemoryDocuments(clock: Clock): MemoryDocuments {
  const rows = new Map<string, DocumentRow>()
  const lists = new Map<string, List>()

  const append = (collection: string, document: NewDocument): number => {
    const place = placeOf(collection, document.key)
    if (rows.has(place)) throw new Error('a document of this key is there already')
    const listPlace = placeOf(collection, document.list)
    const list = lists.get(listPlace) ?? { last: 0, expiresAt: 0, places: new Set() }
    lists.set(listPlace, list)
    list.last += 1
    list.expiresAt = Math.max(list.expiresAt, document.expiresAt)
    list.places.add(place)
    rows.set(place, { ...document, number: list.last })
    return list.last
  }

  const drop = (collection: string, row: DocumentRow): void => {
    const place = placeOf(collection, row.key)
    rows.delete(place)
    lists.get(placeOf(collection, row.list))?.places.delete(place)
  }

  return {
    read: (collection, key) => rows.get(placeOf(collection, key)),
    scan(collection, list, { after = 0, before = Number.POSITIVE_INFINITY, limit, newestFirst = false }) {
      const places = [...(lists.get(placeOf(collection, list))?.places ?? [])]
      const found: DocumentRow[] = []
      for (const place of newestFirst ? places.reverse() : places) {
        const row = rows.get(place)
        if (row === undefined || row.number <= after || row.number >= before) continue
        if (found.push(row) === limit) break
      }
      return found
    },
    append,
    change(collection, key, decide) {
      const old = rows.get(placeOf(collection, key))
      const { put, drop: dropped, also = [], result } = decide(old, clock.now())
      if (put !== undefined && old === undefined) append(collection, { ...put, key })
      else if (put !== undefined && old !== undefined) {
        rows.set(placeOf(collection, key), { ...old, value: put.value, expiresAt: put.expiresAt })
        const list = lists.get(placeOf(collection, old.list))
        if (list !== undefined) list.expiresAt = Math.max(list.expiresAt, put.expiresAt)
      } else if (dropped === true && old !== undefined) drop(collection, old)
      for (const one of also) append(one.collection, one.document)
      return result
    },
    dropList(collection, list) {
      const place = placeOf(collection, list)
      for (const document of lists.get(place)?.places ?? []) rows.delete(document)
      lists.delete(place)
    },
    purge(expiredBefore) {
      for (const [place, list] of lists) {
        for (const document of list.places) {
          const row = rows.get(document)
          if (row !== undefined && row.expiresAt > expiredBefore) continue
          rows.delete(document)
          list.places.delete(document)
        }
        if (list.expiresAt <= expiredBefore) lists.delete(place)
      }
    },
  }
}

function placeOf(collection: string, hash: Uint8Array): string {
  return `${collection} ${Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('hex')}`
}

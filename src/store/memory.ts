import type { Clock } from '../lib/clock.ts'
import type { Backend, Decision, LinkRow, RecordKind, ValueRow, Write } from './backend.ts'
import { createMemoryDocuments, type MemoryDocuments } from './memory-documents.ts'

interface Tables {
  readonly links: Map<number, LinkRow>
  readonly values: Map<number, Map<string, ValueRow>>
  readonly records: Map<string, { readonly value: Uint8Array; readonly expiresAt: number }>
  readonly documents: MemoryDocuments
}

/** A store that lives as long as its process: for tests and trials. Every operation happens at the call itself. */
export function memoryBackend(clock: Clock): Backend {
  const tables: Tables = {
    links: new Map(),
    values: new Map(),
    records: new Map(),
    documents: createMemoryDocuments(clock),
  }
  let stored: Uint8Array | undefined

  const linksOf = (session: string | undefined): LinkRow[] =>
    [...tables.links.values()].filter((row) => session === undefined || row.session === session)

  return {
    readCheck: async () => stored,
    prepare: async (check) => {
      stored ??= check
      return stored
    },
    replaceCheck: async (old, check) => {
      if (stored === undefined || !Buffer.from(old).equals(stored)) return false
      stored = check
      return true
    },
    readLinks: async (session) => linksOf(session),
    readValues: async (link, lookups) => lookups.map((lookup) => tables.values.get(link)?.get(hex(lookup))?.value),
    scanValues: async (link, after, limit) => scanned(tables.values.get(link), after, limit),
    commit: async (writes) => apply(tables, writes),
    change: async (session, decide) => {
      const { writes, result } = decide(linksOf(session))
      apply(tables, writes)
      return result
    },
    update: async <T>(
      kind: RecordKind,
      key: Uint8Array,
      decide: (old: Uint8Array | undefined, now: number) => Decision<T>,
    ): Promise<T> => {
      const place = `${kind} ${hex(key)}`
      const { put, drop, result } = decide(tables.records.get(place)?.value, clock.now())
      if (put !== undefined) tables.records.set(place, put)
      else if (drop === true) tables.records.delete(place)
      return result
    },
    readDocument: async (collection, key) => tables.documents.read(collection, key),
    scanDocuments: async (collection, list, part) => tables.documents.scan(collection, list, part),
    appendDocument: async (collection, document, also = []) => {
      const number = tables.documents.append(collection, document)
      for (const one of also) tables.documents.append(one.collection, one.document)
      return number
    },
    changeDocument: async (collection, key, decide) => tables.documents.change(collection, key, decide),
    dropDocuments: async (collection, list) => tables.documents.dropList(collection, list),
    close: async () => {},
  }
}

function scanned(
  values: ReadonlyMap<string, ValueRow> | undefined,
  after: Uint8Array | undefined,
  limit: number,
): ValueRow[] {
  const rows = [...(values?.values() ?? [])].sort((a, b) => Buffer.compare(a.lookup, b.lookup))
  return rows.filter((row) => after === undefined || Buffer.compare(row.lookup, after) > 0).slice(0, limit)
}

function apply(tables: Tables, writes: readonly Write[]): void {
  for (const write of writes) applyOne(tables, write)
}

function applyOne({ links, values, records, documents }: Tables, write: Write): void {
  switch (write.type) {
    case 'put-link':
      links.set(write.row.link, write.row)
      return
    case 'drop-link':
      links.delete(write.link)
      values.delete(write.link)
      return
    case 'put-value':
      if (links.get(write.link)?.kept !== true) return
      ofLink(values, write.link).set(hex(write.lookup), { lookup: write.lookup, value: write.value })
      return
    case 'swap-value': {
      const row = values.get(write.link)?.get(hex(write.lookup))
      if (row === undefined || hex(row.value) !== hex(write.old)) return
      values.get(write.link)?.set(hex(write.lookup), { lookup: write.lookup, value: write.value })
      return
    }
    case 'drop-value':
      values.get(write.link)?.delete(hex(write.lookup))
      return
    case 'drop-between':
      return dropFrom(values.get(write.link), ({ lookup }) => isBetween(write, lookup))
    case 'drop-values':
      return dropFrom(values.get(write.link), ({ lookup }) => hex(lookup) !== hex(write.except))
    case 'purge':
      for (const row of links.values()) purgeLink(links, values, row, write.archivedBefore)
      for (const [place, record] of records) if (record.expiresAt <= write.expiredBefore) records.delete(place)
      documents.purge(write.expiredBefore)
  }
}

function purgeLink(links: Tables['links'], values: Tables['values'], row: LinkRow, archivedBefore: number): void {
  if (row.archivedAt === null || row.archivedAt > archivedBefore) return
  values.delete(row.link)
  if (row.listed) links.set(row.link, { ...row, kept: false, archivedAt: null })
  else links.delete(row.link)
}

function ofLink(values: Tables['values'], link: number): Map<string, ValueRow> {
  const held = values.get(link) ?? new Map<string, ValueRow>()
  values.set(link, held)
  return held
}

function dropFrom(values: Map<string, ValueRow> | undefined, goes: (row: ValueRow) => boolean): void {
  for (const [key, row] of values ?? []) if (goes(row)) values?.delete(key)
}

function isBetween(
  { first, last }: { readonly first: Uint8Array; readonly last: Uint8Array },
  lookup: Uint8Array,
): boolean {
  const isAsLong = lookup.length === first.length
  return isAsLong && Buffer.compare(lookup, first) >= 0 && Buffer.compare(lookup, last) <= 0
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

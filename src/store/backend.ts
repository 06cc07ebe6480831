// What a database has to do for a store: a few coarse operations on rows that it does not understand. All meaning
// (sealing, life cycle, limits, leases) is shared code above, so that every database means the same.

/**
 * One act of linking under a session's name. A name has at most one listed link; links that were replaced, removed or
 * retired stay in the archive for a while. Nothing in clear here tells whose account it is.
 */
export interface LinkRow {
  /** Random, 48 bits: told to nobody, never used again. */
  readonly link: number
  readonly session: string
  /** Whether `list()` and `get()` show it. */
  readonly listed: boolean
  /** A login was seen. */
  readonly confirmed: boolean
  readonly ended: 'logged-out' | 'bad-session' | null
  /** Whether its credentials are still there. */
  readonly kept: boolean
  /** ms since the epoch, as all times of a row. */
  readonly createdAt: number
  readonly lastOnlineAt: number | null
  /** Since when it is in the archive; null: it is not. */
  readonly archivedAt: number | null
  /** The link that was listed before this one. */
  readonly replaced: number | null
  /** Sealed: jid, lid, device name. */
  readonly details: Uint8Array
}

export type Write =
  | { readonly type: 'put-link'; readonly row: LinkRow }
  /** The link and all its values. */
  | { readonly type: 'drop-link'; readonly link: number }
  /** Does nothing when the link is gone or no longer kept: a socket that closes late brings nothing back. */
  | { readonly type: 'put-value'; readonly link: number; readonly lookup: Uint8Array; readonly value: Uint8Array }
  /** Only when the value is still `old`. */
  | {
      readonly type: 'swap-value'
      readonly link: number
      readonly lookup: Uint8Array
      readonly old: Uint8Array
      readonly value: Uint8Array
    }
  | { readonly type: 'drop-value'; readonly link: number; readonly lookup: Uint8Array }
  /** All values whose lookups lie between these two, or are one of them, and are as long as `first`. */
  | { readonly type: 'drop-between'; readonly link: number; readonly first: Uint8Array; readonly last: Uint8Array }
  /** All values of a link but one. */
  | { readonly type: 'drop-values'; readonly link: number; readonly except: Uint8Array }
  /**
   * Forgets links that were archived at `archivedBefore` or earlier (a listed one keeps its row, without values), and
   * records, documents and counters of lists that expired at `expiredBefore` or earlier.
   */
  | { readonly type: 'purge'; readonly archivedBefore: number; readonly expiredBefore: number }

export interface ValueRow {
  readonly lookup: Uint8Array
  readonly value: Uint8Array
}

export type RecordKind = 'limit' | 'lease'

/** What becomes of a record: written, dropped, or (neither) left as it is. */
export interface Decision<T> {
  readonly put?: { readonly value: Uint8Array; readonly expiresAt: number }
  readonly drop?: boolean
  readonly result: T
}

/**
 * A small sealed thing of a collection: a token, an invitation, an event. Found by its key, and listed in the order in
 * which the documents of its list came to be. Which list it is in never changes, nor does its number.
 */
export interface DocumentRow {
  /** Keyed hash; one document of a collection has it. */
  readonly key: Uint8Array
  /** Keyed hash. */
  readonly list: Uint8Array
  /** Counts the documents of a list from 1. Not used again while the list's counter lives. */
  readonly number: number
  readonly value: Uint8Array
  /** ms since the epoch. */
  readonly expiresAt: number
}

/** A new document; its number is the database's to give. */
export type NewDocument = Omit<DocumentRow, 'number'>

/** A new document of any collection, that comes to be in the transaction of another. */
export interface Addition {
  readonly collection: string
  readonly document: NewDocument
}

/** What becomes of a document: written, dropped, or (neither) left as it is. */
export interface DocumentDecision<T> {
  /** `list` is where a new document goes; one that is there stays in its own. */
  readonly put?: Omit<NewDocument, 'key'>
  readonly drop?: boolean
  readonly also?: readonly Addition[]
  readonly result: T
}

/** Which part of a list: `after` and `before` are numbers, neither included. */
export interface ListPart {
  readonly after?: number
  readonly before?: number
  readonly limit: number
  /** The highest numbers first. */
  readonly newestFirst?: boolean
}

/**
 * Writes take effect in the order of the calls, and each call whole or not at all. A promise of a write resolves when a
 * power cut could no longer take it back. Failures are StoreErrors. `decide` is called synchronously, on rows
 * as they are when the transaction commits: when they have changed by then, it is called again.
 */
export interface Backend {
  /** The check value of the store that is there; undefined when nothing was made yet. Changes nothing. */
  readCheck(): Promise<Uint8Array | undefined>
  /**
   * Makes or updates the tables, and puts `check` when no check value is there yet. Resolves with the one that counts:
   * another process may have been first.
   */
  prepare(check: Uint8Array): Promise<Uint8Array>
  /** Puts `check` in place of `old`; false when `old` is no longer there. */
  replaceCheck(old: Uint8Array, check: Uint8Array): Promise<boolean>
  /** All links of a session, or of all. */
  readLinks(session?: string): Promise<readonly LinkRow[]>
  /** One answer for each lookup, in their order. */
  readValues(link: number, lookups: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>
  /** The values of a link in the order of their lookups, after the given one. */
  scanValues(link: number, after: Uint8Array | undefined, limit: number): Promise<readonly ValueRow[]>
  commit(writes: readonly Write[]): Promise<void>
  /** Reads a session's links and writes what `decide` makes of them, atomically. */
  change<T>(
    session: string,
    decide: (links: readonly LinkRow[]) => { readonly writes: readonly Write[]; readonly result: T },
  ): Promise<T>
  /** Reads a record and writes what `decide` makes of it, atomically. `now` is the store's clock. */
  update<T>(
    kind: RecordKind,
    key: Uint8Array,
    decide: (old: Uint8Array | undefined, now: number) => Decision<T>,
  ): Promise<T>
  /** Expired documents are read as well until they are swept out. */
  readDocument(collection: string, key: Uint8Array): Promise<DocumentRow | undefined>
  scanDocuments(collection: string, list: Uint8Array, part: ListPart): Promise<readonly DocumentRow[]>
  /**
   * Adds a document, and resolves with its number. Numbers of a list grow in the order in which its documents can be
   * read: whoever has read up to 5 never finds a 4 later. The counter of a list expires with the last of its documents.
   * The keys must be new. `also`: added with it, or not at all.
   */
  appendDocument(collection: string, document: NewDocument, also?: readonly Addition[]): Promise<number>
  /** Reads a document and writes what `decide` makes of it, atomically. `now` is the store's clock. */
  changeDocument<T>(
    collection: string,
    key: Uint8Array,
    decide: (old: DocumentRow | undefined, now: number) => DocumentDecision<T>,
  ): Promise<T>
  /** All documents of a list, and its counter. */
  dropDocuments(collection: string, list: Uint8Array): Promise<void>
  close(): Promise<void>
}

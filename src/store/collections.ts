// Collections of small documents as sealed JSON: found by a keyed hash, listed in the order in which they came to be,
// changed atomically between processes. No database knows what is in them, nor by what names they are found.
import { randomUUID } from 'node:crypto'
import { StoreError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Addition, Backend, DocumentRow, ListPart } from './backend.ts'
import type { Lookup, Seal } from './seal.ts'

/** For documents that stay until they are dropped. */
export const NEVER = Number.MAX_SAFE_INTEGER

/** What becomes of a document. Neither `put` nor `drop`: it stays as it is, and nothing is written. */
export interface DocumentChange<V, T> {
  readonly put?: { readonly value: V; readonly expiresAt: number }
  readonly drop?: boolean
  /** What `sealed()` of any collection made: comes to be with the change, or not at all. */
  readonly also?: readonly Addition[]
  readonly result: T
}

export interface Listed<V> {
  readonly number: number
  readonly value: V
}

/**
 * Documents of one kind. `list` names the list a document is in; documents that are never listed by it can share one.
 * What expired (ms since the epoch) is not there, whether it was swept out or not. All methods throw StoreError.
 */
export interface Collection<V> {
  get(key: string): Promise<V | undefined>
  /**
   * `change` may be called again when the transaction had to be repeated: it must do nothing but decide. `list`: where a
   * document goes that was not there before.
   */
  change<T>(key: string, list: string, change: (old: V | undefined, now: number) => DocumentChange<V, T>): Promise<T>
  put(key: string, list: string, value: V, expiresAt: number): Promise<void>
  drop(key: string): Promise<void>
  /** A document that is found in its list alone. Resolves with its number there. */
  append(list: string, value: V, expiresAt: number, also?: readonly Addition[]): Promise<number>
  /** A document for a list, to be added in the transaction of another change. To be used once. */
  sealed(list: string, value: V, expiresAt: number): Addition
  /** In the order of their numbers, at most `limit`. */
  list(list: string, part: ListPart): Promise<readonly Listed<V>[]>
  /** All of a list, page by page, after the given number. */
  all(list: string, after?: number): AsyncIterable<Listed<V>>
  dropList(list: string): Promise<void>
}

export interface Collections {
  /**
   * `read` turns what was stored into what it means, and throws for what it cannot be. Values are what JSON can hold.
   */
  open<V>(name: string, read: (stored: unknown) => V): Collection<V>
  /** A secret of this store by name, 32 bytes: the same whenever and wherever the store is opened. */
  secret(name: string): Uint8Array
}

const PAGE = 200

export function createCollections(backend: Backend, seal: Seal, lookup: Lookup, clock: Clock): Collections {
  return {
    secret: (name) => Buffer.concat([lookup('secret', name, '1'), lookup('secret', name, '2')]),
    open: (name, read) => createCollection({ name, read, backend, seal, lookup, clock }),
  }
}

interface Parts<V> {
  readonly name: string
  readonly read: (stored: unknown) => V
  readonly backend: Backend
  readonly seal: Seal
  readonly lookup: Lookup
  readonly clock: Clock
}

function createCollection<V>({ name, read, backend, seal, lookup, clock }: Parts<V>): Collection<V> {
  const keyOf = (key: string): Buffer => lookup('document', name, key)
  const listOf = (list: string): Buffer => lookup('list', name, list)
  const placeOf = (key: Uint8Array): string => `document\0${name}\0${Buffer.from(key).toString('hex')}`

  const sealed = (key: Uint8Array, value: V): Buffer =>
    seal.seal(Buffer.from(JSON.stringify(value), 'utf8'), placeOf(key))

  const opened = (row: DocumentRow | undefined, now: number): V | undefined => {
    if (row === undefined || row.expiresAt <= now) return undefined
    const text = seal.open(row.value, placeOf(row.key)).toString('utf8')
    try {
      return read(JSON.parse(text))
    } catch (cause) {
      throw new StoreError('store-error', `a document of the collection ${name} cannot be read`, { cause })
    }
  }

  const change: Collection<V>['change'] = (key, list, decide) => {
    const hashed = keyOf(key)
    return backend.changeDocument(name, hashed, (row, now) => {
      const { put, drop, also = [], result } = decide(opened(row, now), now)
      if (put === undefined) return { result, also, drop: drop === true }
      return { put: { list: listOf(list), value: sealed(hashed, put.value), expiresAt: put.expiresAt }, also, result }
    })
  }

  const addition = (of: string, value: V, expiresAt: number): Addition => {
    const key = keyOf(`${of} ${randomUUID()}`)
    return { collection: name, document: { key, list: listOf(of), value: sealed(key, value), expiresAt } }
  }

  const list: Collection<V>['list'] = async (of, part) => {
    const rows = await backend.scanDocuments(name, listOf(of), part)
    const now = clock.now()
    const found: Listed<V>[] = []
    for (const row of rows) {
      const value = opened(row, now)
      if (value !== undefined) found.push({ number: row.number, value })
    }
    return found
  }

  async function* all(of: string, from = 0): AsyncGenerator<Listed<V>, void, void> {
    for (let after = from; ; ) {
      const rows = await backend.scanDocuments(name, listOf(of), { after, limit: PAGE })
      for (const row of rows) {
        const value = opened(row, clock.now())
        if (value !== undefined) yield { number: row.number, value }
        after = row.number
      }
      if (rows.length < PAGE) return
    }
  }

  return {
    get: async (key) => opened(await backend.readDocument(name, keyOf(key)), clock.now()),
    change,
    put: (key, of, value, expiresAt) => change(key, of, () => ({ put: { value, expiresAt }, result: undefined })),
    drop: (key) => change(key, '', () => ({ drop: true, result: undefined })),
    append: (of, value, expiresAt, also = []) => {
      const { document } = addition(of, value, expiresAt)
      return backend.appendDocument(name, document, also)
    },
    sealed: addition,
    list,
    all,
    dropList: (of) => backend.dropDocuments(name, listOf(of)),
  }
}

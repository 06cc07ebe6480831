// Small shared facts (limits, leases) as sealed JSON, found by a keyed hash, changed atomically between processes.
import type { Backend, RecordKind } from './backend.ts'
import type { Lookup, Seal } from './seal.ts'

/** What becomes of a record. Neither `put` nor `drop`: it stays as it is, and nothing is written. */
export interface RecordChange<V, T> {
  readonly put?: { readonly value: V; readonly expiresAt: number }
  readonly drop?: boolean
  readonly result: T
}

export interface Records {
  /** `now` is the store's clock. `change` may be called again when the transaction had to be repeated. */
  update<V, T>(
    kind: RecordKind,
    key: string,
    read: (stored: unknown) => V | undefined,
    change: (old: V | undefined, now: number) => RecordChange<V, T>,
  ): Promise<T>
}

export function createRecords(backend: Pick<Backend, 'update'>, seal: Seal, lookup: Lookup): Records {
  return {
    update(kind, key, read, change) {
      const hashed = lookup('record', kind, key)
      const place = `record\0${kind}\0${hashed.toString('hex')}`
      return backend.update(kind, hashed, (sealed, now) => {
        const old = sealed === undefined ? undefined : read(JSON.parse(seal.open(sealed, place).toString('utf8')))
        const { put, drop, result } = change(old, now)
        if (put === undefined) return { result, drop: drop === true }
        const value = seal.seal(Buffer.from(JSON.stringify(put.value), 'utf8'), place)
        return { put: { value, expiresAt: put.expiresAt }, result }
      })
    },
  }
}

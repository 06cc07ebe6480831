// The values of one link as they are in the database: rows for credentials and keys, and one block of pre-keys.
import type { AuthenticationCreds } from 'baileys'
import type { Backend, ValueRow, Write } from './backend.ts'
import { unpack } from './codec.ts'
import { findPreKey, preKeyIds, preKeyNumber } from './pre-key-block.ts'
import { collected, nextTurn, SLICE } from './slices.ts'
import type { LinkId, StoredKey, ValueCodec } from './values.ts'

/** type → id → packed value; null: deleted. */
export type PackedKeys = ReadonlyMap<string, ReadonlyMap<string, Uint8Array | null>>

export type ValueChange =
  | { readonly type: 'credentials'; readonly packed: Uint8Array }
  | { readonly type: 'keys'; readonly keys: PackedKeys }
  /** All keys go, the credentials stay. */
  | { readonly type: 'clear' }

export interface LinkContents {
  readonly credentials: AuthenticationCreds
  readonly keys: readonly LinkKey[]
}

export interface LinkKey {
  readonly type: string
  readonly id: string
  readonly value: unknown
}

export interface StoredValues {
  readCredentials(): Promise<AuthenticationCreds | undefined>
  /** Only what exists, unpacked. */
  readKeys(type: string, ids: readonly string[]): Promise<ReadonlyMap<string, unknown>>
  /** Credentials and keys of one moment, unpacked. Undefined when the link has none (any more). */
  readAll(): Promise<LinkContents | undefined>
  /** What the changes mean for the rows; sealed in slices, so that the event loop runs in between. */
  writesOf(changes: readonly ValueChange[]): Promise<readonly Write[]>
}

/** More values than any link has: all in one question, so that they belong together. */
const ALL = 0x7fffffff

export function createStoredValues(backend: Backend, codec: ValueCodec, of: LinkId): StoredValues {
  const { link } = of

  const readBlock = async (): Promise<Buffer | undefined> => {
    const [sealed] = await backend.readValues(link, [codec.preKeyBlockLookup(of)])
    return sealed === undefined ? undefined : codec.openPreKeyBlock(of, sealed)
  }

  const readRows = async (type: string, ids: readonly string[]): Promise<ReadonlyMap<string, StoredKey>> => {
    const found = new Map<string, StoredKey>()
    const lookups = ids.map((id) => codec.keyLookup(of, type, id))
    const rows = await backend.readValues(link, lookups)
    for (const [index, id] of ids.entries()) {
      const [row, lookup] = [rows[index], lookups[index]]
      if (row !== undefined && lookup !== undefined) found.set(id, codec.openKey(of, lookup, row))
    }
    return found
  }

  /** A pre-key of the block that is used up keeps a row that says so: the block itself never changes. */
  const writeOf = ({ type, id, packed }: StoredKey, inBlock: ReadonlySet<number>): Write => {
    const lookup = codec.keyLookup(of, type, id)
    const usedUp = packed === null && inBlock.has(preKeyOf(type, id) ?? -1)
    if (packed === null && !usedUp) return { type: 'drop-value', link, lookup }
    return { type: 'put-value', link, lookup, value: codec.sealKey(of, lookup, { type, id, packed }) }
  }

  function* rowsOf(change: ValueChange, inBlock: ReadonlySet<number>): Generator<Write> {
    const lookup = codec.credentialsLookup(of)
    if (change.type === 'clear') yield { type: 'drop-values', link, except: lookup }
    else if (change.type === 'keys') for (const key of eachKey(change.keys)) yield writeOf(key, inBlock)
    else yield { type: 'put-value', link, lookup, value: codec.sealCredentials(of, change.packed) }
  }

  function* keysOf(rows: readonly ValueRow[], block: Buffer | undefined): Generator<LinkKey> {
    const written = new Set<string>()
    for (const { lookup, value } of rows) {
      const { type, id, packed } = codec.openKey(of, lookup, value)
      if (type === 'pre-key') written.add(id)
      if (packed !== null) yield { type, id, value: unpack(packed) }
    }
    if (block === undefined) return
    for (const number of preKeyIds(block)) {
      const id = String(number)
      if (!written.has(id)) yield { type: 'pre-key', id, value: findPreKey(block, number) }
    }
  }

  return {
    async readCredentials() {
      const [sealed] = await backend.readValues(link, [codec.credentialsLookup(of)])
      return sealed === undefined ? undefined : codec.openCredentials(of, sealed)
    },
    async readKeys(type, ids) {
      const found = new Map<string, unknown>()
      const rows = await readRows(type, ids)
      for (const [id, { packed }] of rows) if (packed !== null) found.set(id, unpack(packed))
      const missing = ids.filter((id) => !rows.has(id) && preKeyOf(type, id) !== undefined)
      const block = missing.length === 0 ? undefined : await readBlock()
      for (const id of missing) {
        const preKey = block === undefined ? undefined : findPreKey(block, Number(id))
        if (preKey !== undefined) found.set(id, preKey)
      }
      return found
    },
    async readAll() {
      const rows = await backend.scanValues(link, undefined, ALL)
      const ownLookups = { credentials: codec.credentialsLookup(of), block: codec.preKeyBlockLookup(of) }
      const own = (name: 'credentials' | 'block'): Uint8Array | undefined =>
        rows.find(({ lookup }) => ownLookups[name].equals(lookup))?.value
      const [credentials, block] = [own('credentials'), own('block')]
      if (credentials === undefined) return undefined
      const keyRows = rows.filter(({ value }) => value !== credentials && value !== block)
      const preKeys = block === undefined ? undefined : codec.openPreKeyBlock(of, block)
      return { credentials: codec.openCredentials(of, credentials), keys: await collected(keysOf(keyRows, preKeys)) }
    },
    async writesOf(changes) {
      const block = changes.some(usesUpPreKeys) ? await readBlock() : undefined
      const inBlock = new Set(block === undefined ? [] : preKeyIds(block))
      const writes: Write[] = []
      for (const change of changes) {
        for (const write of rowsOf(change, inBlock)) {
          writes.push(write)
          if (writes.length % SLICE === 0) await nextTurn()
        }
        if (change.type === 'clear') inBlock.clear()
      }
      return writes
    },
  }
}

export function* eachKey(keys: PackedKeys): Generator<StoredKey> {
  for (const [type, values] of keys) for (const [id, packed] of values) yield { type, id, packed }
}

function preKeyOf(type: string, id: string): number | undefined {
  return type === 'pre-key' ? preKeyNumber(id) : undefined
}

function usesUpPreKeys(change: ValueChange): boolean {
  return change.type === 'keys' && [...(change.keys.get('pre-key')?.values() ?? [])].includes(null)
}

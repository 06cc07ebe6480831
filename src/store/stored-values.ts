// The values of one link as they are in the database: rows for credentials and keys, one block of pre-keys, and buckets
// of those that came later. A row of a pre-key counts before its bucket, and that before the block.
import type { AuthenticationCreds } from 'baileys'
import type { Backend, ValueRow, Write } from './backend.ts'
import { unpack } from './codec.ts'
import { findPreKey, preKeyIds, preKeyNumber } from './pre-key-block.ts'
import { BUCKET_SIZE, type Bucket, bucketOf, packBucket, preKeysIn, splitPreKeys } from './pre-key-buckets.ts'
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

  /** The pre-keys of these buckets, packed, by their ids. */
  const readBuckets = async (buckets: readonly number[]): Promise<ReadonlyMap<string, Uint8Array>> => {
    const preKeys = new Map<string, Uint8Array>()
    const rows = await backend.readValues(link, buckets.map(codec.preKeyBucketLookup))
    for (const [index, bucket] of buckets.entries()) {
      const sealed = rows[index]
      if (sealed === undefined) continue
      for (const { id, packed } of preKeysIn(bucket, codec.openPreKeyBucket(of, bucket, sealed)))
        preKeys.set(id, packed)
    }
    return preKeys
  }

  /** Those of these pre-keys that have no row, from buckets and block. */
  const readShared = async (ids: readonly string[]): Promise<ReadonlyMap<string, unknown>> => {
    const found = new Map<string, unknown>()
    const inBuckets = await readBuckets([...new Set(ids.map((id) => bucketOf(Number(id))))])
    const rest = ids.filter((id) => !inBuckets.has(id))
    const block = rest.length === 0 ? undefined : await readBlock()
    for (const id of ids) {
      const packed = inBuckets.get(id)
      const preKey = packed === undefined ? block && findPreKey(block, Number(id)) : unpack(packed)
      if (preKey !== undefined) found.set(id, preKey)
    }
    return found
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

  /** A pre-key of the block or a bucket that is used up keeps a row that says so: those themselves never change. */
  const writeOf = ({ type, id, packed }: StoredKey, shared: ReadonlySet<number>): Write => {
    const lookup = codec.keyLookup(of, type, id)
    const usedUp = packed === null && shared.has(preKeyOf(type, id) ?? -1)
    if (packed === null && !usedUp) return { type: 'drop-value', link, lookup }
    return { type: 'put-value', link, lookup, value: codec.sealKey(of, lookup, { type, id, packed }) }
  }

  /** What was there of these pre-keys goes, since a row of its own would count before the bucket. */
  const bucketWrites = function* (buckets: readonly Bucket[], shared: Set<number>): Generator<Write> {
    for (const { first, last } of runsOf(buckets))
      yield {
        type: 'drop-between',
        link,
        first: codec.keyLookup(of, 'pre-key', String(first)),
        last: codec.keyLookup(of, 'pre-key', String(last)),
      }
    for (const { bucket, values } of buckets) {
      yield bucketRow(codec, of, { bucket, values })
      for (let index = 0; index < BUCKET_SIZE; index++) shared.add(bucket * BUCKET_SIZE + index)
    }
  }

  /** @param shared the pre-keys that block or buckets hold; those that this change adds are added */
  function* writesOfChange(change: ValueChange, shared: Set<number>): Generator<Write> {
    const lookup = codec.credentialsLookup(of)
    if (change.type === 'credentials')
      return yield { type: 'put-value', link, lookup, value: codec.sealCredentials(of, change.packed) }
    if (change.type === 'clear') {
      shared.clear()
      return yield { type: 'drop-values', link, except: lookup }
    }
    for (const [type, values] of change.keys) {
      const { buckets, single } = type === 'pre-key' ? splitPreKeys(values) : { buckets: [], single: values }
      yield* bucketWrites(buckets, shared)
      for (const [id, packed] of single) yield writeOf({ type, id, packed }, shared)
    }
  }

  /** Which of the pre-keys that the changes use up are in the block or in a bucket. */
  const sharedOnes = async (changes: readonly ValueChange[]): Promise<Set<number>> => {
    const usedUp = [...new Set(changes.flatMap(usedUpPreKeys))]
    if (usedUp.length === 0) return new Set()
    const [block, inBuckets] = [await readBlock(), await readBuckets([...new Set(usedUp.map(bucketOf))])]
    return new Set([...(block === undefined ? [] : preKeyIds(block)), ...[...inBuckets.keys()].map(Number)])
  }

  function* bucketKeys({ lookup, value }: ValueRow): Generator<LinkKey> {
    const bucket = codec.bucketAt(lookup)
    if (bucket === undefined) return
    for (const { id, packed } of preKeysIn(bucket, codec.openPreKeyBucket(of, bucket, value)))
      yield { type: 'pre-key', id, value: unpack(packed) }
  }

  /** Rows, then buckets, then the block: what comes first counts. Without a value: used up. */
  function* storedKeys(rows: readonly ValueRow[], block: Buffer | undefined): Generator<LinkKey> {
    for (const { lookup, value } of rows) {
      if (codec.bucketAt(lookup) !== undefined) continue
      const { type, id, packed } = codec.openKey(of, lookup, value)
      yield { type, id, value: packed === null ? undefined : unpack(packed) }
    }
    for (const row of rows) yield* bucketKeys(row)
    for (const number of block === undefined ? [] : preKeyIds(block))
      yield { type: 'pre-key', id: String(number), value: block && findPreKey(block, number) }
  }

  /** Without pre-keys that are used up. */
  function* keysOf(rows: readonly ValueRow[], block: Buffer | undefined): Generator<LinkKey> {
    const seen = new Set<string>()
    for (const key of storedKeys(rows, block)) {
      if (key.type === 'pre-key' && seen.has(key.id)) continue
      if (key.type === 'pre-key') seen.add(key.id)
      if (key.value !== undefined) yield key
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
      if (missing.length > 0) for (const [id, preKey] of await readShared(missing)) found.set(id, preKey)
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
      const shared = await sharedOnes(changes)
      const writes: Write[] = []
      for (const change of changes) {
        for (const write of writesOfChange(change, shared)) {
          writes.push(write)
          if (writes.length % SLICE === 0) await nextTurn()
        }
      }
      return writes
    },
  }
}

export function bucketRow(codec: ValueCodec, of: LinkId, bucket: Bucket): Write {
  return {
    type: 'put-value',
    link: of.link,
    lookup: codec.preKeyBucketLookup(bucket.bucket),
    value: codec.sealPreKeyBucket(of, bucket.bucket, packBucket(bucket)),
  }
}

/** First and last pre-key of buckets that follow one another. */
function runsOf(buckets: readonly Bucket[]): readonly { readonly first: number; readonly last: number }[] {
  const runs: { first: number; last: number }[] = []
  for (const { bucket } of [...buckets].sort((a, b) => a.bucket - b.bucket)) {
    const [first, last] = [bucket * BUCKET_SIZE, (bucket + 1) * BUCKET_SIZE - 1]
    const before = runs.at(-1)
    if (before?.last === first - 1) before.last = last
    else runs.push({ first, last })
  }
  return runs
}

function preKeyOf(type: string, id: string): number | undefined {
  return type === 'pre-key' ? preKeyNumber(id) : undefined
}

function usedUpPreKeys(change: ValueChange): readonly number[] {
  const preKeys = change.type === 'keys' ? [...(change.keys.get('pre-key') ?? [])] : []
  const numbers = preKeys.map(([id, packed]) => (packed === null ? preKeyNumber(id) : undefined))
  return numbers.filter((number) => number !== undefined)
}

// Pure. Pre-keys that are written many at a time: 32 that follow one another share one value, one sealing and one row
// (812 written at once: 68 rows). Ids are counters, so bucket 3 holds 96 to 127, always all of them. A pre-key of a
// bucket that is used up or written anew has a row of its own, which counts instead.
import { preKeyNumber } from './pre-key-block.ts'

/** Of 8, 16, 32 and 64, the size that leaves the fewest rows of 812 pre-keys, which start in the middle of a bucket. */
export const BUCKET_SIZE = 32

export interface Bucket {
  readonly bucket: number
  /** Packed values, in the order of their ids. */
  readonly values: readonly Uint8Array[]
}

export interface SplitPreKeys {
  readonly buckets: readonly Bucket[]
  /** id → packed value, of those that fill no bucket; null: used up */
  readonly single: ReadonlyMap<string, Uint8Array | null>
}

export function splitPreKeys(preKeys: ReadonlyMap<string, Uint8Array | null>): SplitPreKeys {
  if (preKeys.size < BUCKET_SIZE) return { buckets: [], single: preKeys }
  const gathered = new Map<number, Uint8Array[]>()
  for (const [id, packed] of preKeys) {
    const number = preKeyNumber(id)
    if (number === undefined || packed === null) continue
    const values = gathered.get(bucketOf(number)) ?? []
    gathered.set(bucketOf(number), values)
    values[number % BUCKET_SIZE] = packed
  }
  const buckets = [...gathered].filter(([, values]) => isFull(values)).map(([bucket, values]) => ({ bucket, values }))
  const full = new Set(buckets.map(({ bucket }) => bucket))
  const inBucket = (id: string): boolean => {
    const number = preKeyNumber(id)
    return number !== undefined && full.has(bucketOf(number))
  }
  return { buckets, single: new Map([...preKeys].filter(([id]) => !inBucket(id))) }
}

export function bucketOf(number: number): number {
  return Math.floor(number / BUCKET_SIZE)
}

/** The values one after the other, each behind its length (4 bytes, big-endian). */
export function packBucket({ values }: Bucket): Buffer {
  const bytes = Buffer.allocUnsafe(values.reduce((sum, { length }) => sum + 4 + length, 0))
  let at = 0
  for (const value of values) {
    at = bytes.writeUInt32BE(value.length, at)
    bytes.set(value, at)
    at += value.length
  }
  return bytes
}

export interface PreKeyOfBucket {
  readonly id: string
  readonly packed: Uint8Array
}

export function* preKeysIn(bucket: number, bytes: Buffer): Generator<PreKeyOfBucket> {
  let at = 0
  for (let index = 0; index < BUCKET_SIZE; index++) {
    const end = at + 4 + bytes.readUInt32BE(at)
    yield { id: String(bucket * BUCKET_SIZE + index), packed: bytes.subarray(at + 4, end) }
    at = end
  }
}

/** Neither a gap nor an end too early; `every` passes over gaps. */
function isFull(values: readonly Uint8Array[]): boolean {
  return values.length === BUCKET_SIZE && Object.keys(values).length === BUCKET_SIZE
}

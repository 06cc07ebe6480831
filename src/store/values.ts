// Pure but for the sealing. The values of a link as rows: credentials, the block of pre-keys, and the keys of Baileys'
// key store.
import type { AuthenticationCreds } from 'baileys'
import { unpack } from './codec.ts'
import { preKeyNumber } from './pre-key-block.ts'
import type { Lookup, Seal } from './seal.ts'

export interface LinkId {
  readonly session: string
  readonly link: number
}

export interface ValueCodec {
  /** The row of one of Baileys' keys. Ids hold telephone numbers, so rows are found by a keyed hash. */
  keyLookup(of: LinkId, type: string, id: string): Buffer
  credentialsLookup(of: LinkId): Buffer
  preKeyBlockLookup(of: LinkId): Buffer
  /** The row of a bucket of pre-keys. */
  preKeyBucketLookup(bucket: number): Buffer
  /** Which bucket this is the row of, if of one. */
  bucketAt(lookup: Uint8Array): number | undefined
  sealKey(of: LinkId, lookup: Buffer, key: StoredKey): Buffer
  openKey(of: LinkId, lookup: Uint8Array, sealed: Uint8Array): StoredKey
  sealCredentials(of: LinkId, packed: Uint8Array): Buffer
  openCredentials(of: LinkId, sealed: Uint8Array): AuthenticationCreds
  sealPreKeyBlock(of: LinkId, block: Uint8Array): Buffer
  openPreKeyBlock(of: LinkId, sealed: Uint8Array): Buffer
  sealPreKeyBucket(of: LinkId, bucket: number, packed: Uint8Array): Buffer
  openPreKeyBucket(of: LinkId, bucket: number, sealed: Uint8Array): Buffer
  /** Any value of a link, sealed with the current key. */
  resealed(of: LinkId, lookup: Uint8Array, sealed: Uint8Array): Buffer
}

/** `packed` is null for a pre-key of the block that is used up. */
export interface StoredKey {
  readonly type: string
  readonly id: string
  readonly packed: Uint8Array | null
}

export function createValueCodec(seal: Seal, lookup: Lookup): ValueCodec {
  const own = (of: LinkId, name: string): Buffer => lookup('link', String(of.link), name)
  const credentialsLookup = (of: LinkId): Buffer => own(of, 'credentials')
  const preKeyBlockLookup = (of: LinkId): Buffer => own(of, 'pre-keys')

  return {
    credentialsLookup,
    preKeyBlockLookup,
    preKeyBucketLookup,
    bucketAt,
    keyLookup: (of, type, id) => preKeyLookup(type, id) ?? lookup('key', String(of.link), type, id),
    sealKey: (of, found, key) => seal.seal(withName(key), place(of, found)),
    openKey: (of, found, sealed) => named(seal.open(sealed, place(of, found))),
    sealCredentials: (of, packed) => seal.seal(packed, place(of, credentialsLookup(of))),
    openCredentials: (of, sealed) => unpack(seal.open(sealed, place(of, credentialsLookup(of)))) as AuthenticationCreds,
    sealPreKeyBlock: (of, block) => seal.seal(block, place(of, preKeyBlockLookup(of))),
    openPreKeyBlock: (of, sealed) => seal.open(sealed, place(of, preKeyBlockLookup(of))),
    sealPreKeyBucket: (of, bucket, packed) => seal.seal(packed, place(of, preKeyBucketLookup(bucket))),
    openPreKeyBucket: (of, bucket, sealed) => seal.open(sealed, place(of, preKeyBucketLookup(bucket))),
    resealed: (of, lookup, sealed) => seal.seal(seal.open(sealed, place(of, lookup)), place(of, lookup)),
  }
}

/** What a value is bound to. The lookup stands for type and id. */
function place(of: LinkId, lookup: Uint8Array): string {
  return `value\0${of.session}\0${of.link}\0${Buffer.from(lookup).toString('hex')}`
}

/** The ids of pre-keys are counters and tell nothing; hashing 812 of them takes 5 ms. */
function preKeyLookup(type: string, id: string): Buffer | undefined {
  const number = type === 'pre-key' ? preKeyNumber(id) : undefined
  return number === undefined ? undefined : numbered(PRE_KEY, number)
}

function preKeyBucketLookup(bucket: number): Buffer {
  return numbered(BUCKET, bucket)
}

function bucketAt(lookup: Uint8Array): number | undefined {
  if (lookup.length !== NUMBERED_BYTES || lookup[0] !== BUCKET) return undefined
  return Buffer.from(lookup).readUInt32BE(1)
}

/** What a lookup of 5 bytes begins with; hashes have 16 bytes. */
const PRE_KEY = 0
const BUCKET = 1
const NUMBERED_BYTES = 5

function numbered(what: number, number: number): Buffer {
  const found = Buffer.alloc(NUMBERED_BYTES)
  found[0] = what
  found.writeUInt32BE(number, 1)
  return found
}

/** Type and id lead the value, each with its length (4 bytes, big-endian): the row alone does not tell them. */
function withName({ type, id, packed }: StoredKey): Buffer {
  const [typeBytes, idBytes] = [Buffer.byteLength(type), Buffer.byteLength(id)]
  const bytes = Buffer.allocUnsafe(4 + typeBytes + 4 + idBytes + (packed?.length ?? 0))
  const typeEnd = bytes.writeUInt32BE(typeBytes, 0) + bytes.write(type, 4)
  const idEnd = bytes.writeUInt32BE(idBytes, typeEnd) + bytes.write(id, typeEnd + 4)
  if (packed !== null) bytes.set(packed, idEnd)
  return bytes
}

function named(plain: Buffer): StoredKey {
  const typeEnd = 4 + plain.readUInt32BE(0)
  const idEnd = typeEnd + 4 + plain.readUInt32BE(typeEnd)
  const packed = plain.subarray(idEnd)
  return {
    type: plain.toString('utf8', 4, typeEnd),
    id: plain.toString('utf8', typeEnd + 4, idEnd),
    packed: packed.length === 0 ? null : packed,
  }
}

// The sealed check value: it opens with the right key only, and holds the store's own secret, from which the hashes of
// look-ups and the sealing of limits and leases come. The secret is drawn once and never changes, so that after a change
// of the store key every row is still found. While a change of the key is under way, it also names the keys that values
// may still be sealed with: `secret (32) ‖ key id (4) …`.
import { randomBytes } from 'node:crypto'
import { StoreError } from '../errors.ts'
import type { Backend } from './backend.ts'
import { createLookup, createSeal, KEY_ID_BYTES, keyIdOf, type Lookup, type Seal } from './seal.ts'
import { createValueCodec, type ValueCodec } from './values.ts'

const PLACE = 'check'
const SECRET_BYTES = 32

/** What a store works with once its key is known to be right. */
export interface Unlocked {
  readonly seal: Seal
  readonly lookup: Lookup
  readonly codec: ValueCodec
  /** For records, under the store's own secret: no change of the key touches them. */
  readonly recordSeal: Seal
  /** As it is stored now, sealed with the current key. */
  readonly check: Check
}

export interface Check {
  readonly sealed: Uint8Array
  readonly secret: Uint8Array
  /** Ids of the keys that values may still be sealed with, beside the current one. None: no change is under way. */
  readonly pending: readonly Uint8Array[]
}

/**
 * Tries the key, and only then brings the tables up to date. A check value of a previous key is sealed with the current
 * one: from here on the old key alone opens the store no more, and the new one alone not until everything is sealed anew.
 * @throws StoreError wrong-key
 */
export async function unlock(backend: Backend, seal: Seal): Promise<Unlocked> {
  const found = (await backend.readCheck()) ?? seal.seal(randomBytes(SECRET_BYTES), PLACE)
  openCheck(seal, found)
  const check = await underCurrentKey(backend, seal, openCheck(seal, await backend.prepare(found)))
  const lookup = createLookup(check.secret)
  return { seal, lookup, codec: createValueCodec(seal, lookup), recordSeal: createSeal(check.secret), check }
}

async function underCurrentKey(backend: Backend, seal: Seal, check: Check): Promise<Check> {
  if (seal.isCurrent(check.sealed)) return check
  const [current] = seal.keyIds
  const pending = [keyIdOf(check.sealed), ...check.pending].filter((id) => Buffer.compare(id, current ?? id) !== 0)
  const next = sealedCheck(seal, check.secret, pending)
  if (await backend.replaceCheck(check.sealed, next.sealed)) return next
  return underCurrentKey(backend, seal, await readCheck(backend, seal)) // another process was first
}

export function sealedCheck(seal: Seal, secret: Uint8Array, pending: readonly Uint8Array[]): Check {
  return { sealed: seal.seal(Buffer.concat([secret, ...pending]), PLACE), secret, pending }
}

/** @throws StoreError wrong-key when another process has changed the key meanwhile */
export async function readCheck(backend: Backend, seal: Seal): Promise<Check> {
  const sealed = await backend.readCheck()
  if (sealed === undefined) throw new StoreError('store-error', 'the check value of the store is gone')
  return openCheck(seal, sealed)
}

/** The store's own secret, and keys that a change still needs. @throws StoreError wrong-key */
export function openCheck(seal: Seal, sealed: Uint8Array): Check {
  const check = parsed(sealed, opened(seal, sealed))
  const isHere = (id: Uint8Array): boolean => seal.keyIds.some((known) => Buffer.compare(known, id) === 0)
  if (check.pending.every(isHere)) return check
  throw new StoreError(
    'wrong-key',
    'the change of the key was interrupted and still needs an old key: nothing was touched',
    {
      advice: 'Give the old key in `previousKeys` (PAIRCODE_KEY_OLD) once more, until the change is done.',
    },
  )
}

function opened(seal: Seal, sealed: Uint8Array): Buffer {
  try {
    return seal.open(sealed, PLACE)
  } catch (cause) {
    throw new StoreError('wrong-key', 'the store does not open with this key: nothing was touched', { cause })
  }
}

function parsed(sealed: Uint8Array, plain: Buffer): Check {
  const ids = plain.subarray(SECRET_BYTES)
  return {
    sealed,
    secret: plain.subarray(0, SECRET_BYTES),
    pending: Array.from({ length: ids.length / KEY_ID_BYTES }, (_, index) =>
      ids.subarray(index * KEY_ID_BYTES, (index + 1) * KEY_ID_BYTES),
    ),
  }
}

// The sealed check value: it opens with the right key only, and holds the store's own secret, from which the hashes of
// look-ups and the sealing of limits and leases come. The secret is drawn once and never changes, so that after a change
// of the store key every row is still found.
import { randomBytes } from 'node:crypto'
import { StoreError } from '../errors.ts'
import type { Backend } from './backend.ts'
import { reseal } from './reseal.ts'
import { createLookup, createSeal, type Lookup, type Seal } from './seal.ts'
import { createValueCodec, type ValueCodec } from './values.ts'

const PLACE = 'check'

/** What a store works with once its key is known to be right. */
export interface Unlocked {
  readonly seal: Seal
  readonly lookup: Lookup
  readonly codec: ValueCodec
  /** For records, which outlive no change of the key by much and are not sealed anew. */
  readonly recordSeal: Seal
}

/**
 * Tries the key, and only then brings the tables up to date. Seals everything anew when the key was changed.
 * @throws StoreError wrong-key
 */
export async function unlock(backend: Backend, seal: Seal): Promise<Unlocked> {
  const found = (await backend.readCheck()) ?? newCheck(seal)
  openCheck(seal, found)
  const check = await backend.prepare(found)
  const secret = openCheck(seal, check)
  const lookup = createLookup(secret)
  const codec = createValueCodec(seal, lookup)
  if (!seal.isCurrent(check)) {
    await reseal(backend, seal, codec)
    await backend.replaceCheck(check, seal.seal(secret, PLACE))
  }
  return { seal, lookup, codec, recordSeal: createSeal(secret) }
}

function newCheck(seal: Seal): Buffer {
  return seal.seal(randomBytes(32), PLACE)
}

/** The store's own secret. @throws StoreError wrong-key */
export function openCheck(seal: Seal, check: Uint8Array): Buffer {
  try {
    return seal.open(check, PLACE)
  } catch (cause) {
    throw new StoreError('wrong-key', 'the store does not open with this key: nothing was touched', { cause })
  }
}

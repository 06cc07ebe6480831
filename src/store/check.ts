// The sealed check value: it opens with the right key only, and holds the key of the store's lookups. Because that key
// is drawn once and merely sealed by the store key, the store key can be changed while every row is still found.
import { randomBytes } from 'node:crypto'
import { StoreError } from '../errors.ts'
import type { Backend } from './backend.ts'
import type { Seal } from './seal.ts'

const PLACE = 'check'

export function newCheck(seal: Seal): Buffer {
  return seal.seal(randomBytes(32), PLACE)
}

/**
 * The key of the lookups.
 * @throws StoreError wrong-key
 */
export function openCheck(seal: Seal, check: Uint8Array): Buffer {
  try {
    return seal.open(check, PLACE)
  } catch (cause) {
    throw new StoreError('wrong-key', 'the store does not open with this key: nothing was touched', { cause })
  }
}

/** Brings the tables up to date, once the key is known to be right. Returns the key of the lookups. */
export async function unlock(backend: Backend, seal: Seal): Promise<Buffer> {
  const found = await backend.readCheck()
  const check = found ?? newCheck(seal)
  openCheck(seal, check)
  return openCheck(seal, await backend.prepare(check))
}

import { createHash, timingSafeEqual } from 'node:crypto'

/** In constant time whatever the lengths, since hashes are compared. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(hashed(one), hashed(other))
}

function hashed(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest()
}

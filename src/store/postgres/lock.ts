import { createHash } from 'node:crypto'

/**
 * The advisory lock of something that must be read and changed as one, also when it has no row yet. Two that share a
 * key by chance wait for each other once in a while, nothing more.
 */
export function lockKey(schema: string, ...of: readonly (string | Uint8Array)[]): bigint {
  const hash = createHash('sha256').update(`paircode\0${schema}`)
  for (const part of of) hash.update('\0').update(part)
  return hash.digest().readBigInt64BE(0)
}

/** In one order for everybody, so that no two wait for each other. */
export function inOrder(keys: readonly bigint[]): readonly bigint[] {
  return [...new Set(keys)].sort((a, b) => (a < b ? -1 : Number(a > b)))
}

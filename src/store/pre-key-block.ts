// Pure. The pre-keys of a fresh link as one value: one sealing and one row instead of 812 (20 ms less, measured). A
// block never changes; a pre-key that is used up or written anew has a row of its own, which counts instead.
import type { KeyPair } from '../wire/bridge.ts'

const ID_BYTES = 4
const KEY_BYTES = 32
const ENTRY_BYTES = ID_BYTES + 2 * KEY_BYTES

/** Entries of id (4 bytes, big-endian) ‖ public (32) ‖ private (32), in the order of their ids. */
export function packPreKeys(preKeys: readonly { readonly id: number; readonly keyPair: KeyPair }[]): Buffer {
  const block = Buffer.alloc(preKeys.length * ENTRY_BYTES)
  const sorted = [...preKeys].sort((a, b) => a.id - b.id)
  for (const [index, { id, keyPair }] of sorted.entries()) {
    const at = index * ENTRY_BYTES
    block.writeUInt32BE(id, at)
    block.set(checkedKey(keyPair.public), at + ID_BYTES)
    block.set(checkedKey(keyPair.private), at + ID_BYTES + KEY_BYTES)
  }
  return block
}

export function findPreKey(block: Buffer, id: number): { public: Buffer; private: Buffer } | undefined {
  let low = 0
  let high = block.length / ENTRY_BYTES - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = block.readUInt32BE(middle * ENTRY_BYTES)
    if (found === id) return entryAt(block, middle)
    if (found < id) low = middle + 1
    else high = middle - 1
  }
  return undefined
}

/** The ids in a block, in order. */
export function preKeyIds(block: Buffer): readonly number[] {
  return Array.from({ length: block.length / ENTRY_BYTES }, (_, index) => block.readUInt32BE(index * ENTRY_BYTES))
}

/** A pre-key's id is a counter in decimal; undefined for anything else. */
export function preKeyNumber(id: string): number | undefined {
  if (!/^(0|[1-9]\d{0,9})$/.test(id)) return undefined
  const number = Number(id)
  return number <= 0xffffffff ? number : undefined
}

function entryAt(block: Buffer, index: number): { public: Buffer; private: Buffer } {
  const keys = block.subarray(index * ENTRY_BYTES + ID_BYTES, (index + 1) * ENTRY_BYTES)
  return { public: Buffer.from(keys.subarray(0, KEY_BYTES)), private: Buffer.from(keys.subarray(KEY_BYTES)) }
}

function checkedKey(key: Uint8Array): Uint8Array {
  if (key.length === KEY_BYTES) return key
  throw new TypeError(`a pre-key has keys of 32 bytes, not ${key.length}`)
}

// Pure. Arrays in PostgreSQL's binary format (src/backend/utils/adt/arrayfuncs.c, array_recv): as text, each byte of a
// value would take two characters and be parsed on both sides. pg sends a Buffer as a binary parameter, whatever its type.

const BYTEA = 17
const INT8 = 20
const HEAD_BYTES = 20

export function byteaArray(members: readonly Uint8Array[]): Buffer {
  return packed(BYTEA, members)
}

/** Whole numbers that JavaScript holds exactly. */
export function bigintArray(members: readonly number[]): Buffer {
  return int8Array(members.map((member) => BigInt(member)))
}

/** Signed, 64 bits each. */
export function int8Array(members: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(members.length * 8)
  for (const [index, member] of members.entries()) bytes.writeBigInt64BE(member, index * 8)
  return packed(
    INT8,
    members.map((_, index) => bytes.subarray(index * 8, index * 8 + 8)),
  )
}

/** dimensions (4) ‖ has nulls (4) ‖ element type (4) ‖ length (4) ‖ lower bound (4) ‖ members, each with its length (4) */
function packed(elementType: number, members: readonly Uint8Array[]): Buffer {
  const size = members.reduce((sum, member) => sum + 4 + member.length, HEAD_BYTES)
  const array = Buffer.allocUnsafe(size)
  array.writeInt32BE(1, 0)
  array.writeInt32BE(0, 4)
  array.writeInt32BE(elementType, 8)
  array.writeInt32BE(members.length, 12)
  array.writeInt32BE(1, 16)
  let at = HEAD_BYTES
  for (const member of members) {
    array.writeInt32BE(member.length, at)
    array.set(member, at + 4)
    at += 4 + member.length
  }
  return array
}

// What goes to the thread that writes. All bytes of a message travel in one buffer that is made for it: to clone the
// views themselves would clone what they are views of, which may be megabytes, or bytes of others.
import type { Change } from './apply.ts'
import type { Expected, Proposal } from './transaction.ts'

/** A proposal, or the next piece of a long one. */
export interface Piece {
  /** Which of the group's proposals it belongs to. */
  readonly of: number
  readonly expected: Expected | undefined
  readonly changes: readonly Change[]
}

export interface Parcel {
  /** Pieces, with the lengths of byte arrays in place of them. */
  readonly frame: unknown
  /** The byte arrays one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Rows in one parcel: about half a ms of packing, between which the event loop runs. */
const PARCEL_ROWS = 200

/** A group in parcels of bounded size, at least one, in order. */
export function* parcelsOf(proposals: readonly Proposal[]): Generator<Parcel> {
  let pieces: Piece[] = []
  let rows = 0
  for (const [of, { expected, changes }] of proposals.entries()) {
    let from = 0
    do {
      const some = changes.slice(from, from + PARCEL_ROWS - rows)
      pieces.push({ of, expected: from === 0 ? expected : undefined, changes: some })
      from += some.length
      rows += Math.max(1, some.length)
      if (rows < PARCEL_ROWS) continue
      yield packed(pieces)
      pieces = []
      rows = 0
    } while (from < changes.length)
  }
  yield packed(pieces)
}

/** The group that was sent. */
export function proposalsOf(parcels: readonly Parcel[]): readonly Proposal[] {
  const proposals: { expected: Expected | undefined; changes: Change[] }[] = []
  for (const { of, expected, changes } of parcels.flatMap(unpacked)) {
    const proposal = proposals[of]
    if (proposal === undefined) proposals[of] = { expected, changes: [...changes] }
    else proposal.changes.push(...changes)
  }
  return proposals
}

/** In place of a byte array. Nothing else in a piece is an object with this one key. */
interface Length {
  readonly bytes: number
}

function packed(pieces: readonly Piece[]): Parcel {
  const arrays: Uint8Array[] = []
  const frame = framed(pieces, arrays)
  const bytes = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const array of arrays) {
    bytes.set(array, at)
    at += array.length
  }
  return { frame, bytes }
}

function framed(value: unknown, arrays: Uint8Array[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) {
    arrays.push(value)
    return { bytes: value.length } satisfies Length
  }
  if (Array.isArray(value)) return value.map((element) => framed(element, arrays))
  const copy: Record<string, unknown> = {}
  for (const name in value) copy[name] = framed((value as Record<string, unknown>)[name], arrays)
  return copy
}

function unpacked({ frame, bytes }: Parcel): readonly Piece[] {
  let at = 0
  const restored = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(restored)
    if ('bytes' in value) {
      at += (value as Length).bytes
      return bytes.subarray(at - (value as Length).bytes, at)
    }
    const copy: Record<string, unknown> = {}
    for (const name in value) copy[name] = restored((value as Record<string, unknown>)[name])
    return copy
  }
  return restored(frame) as readonly Piece[]
}

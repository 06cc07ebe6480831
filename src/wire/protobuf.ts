// Pure. Protocol buffers, small: the few messages that linking touches are written with these two functions and held
// byte-equal to Baileys' by a test (test/wire/messages.test.ts). The whole schema would cost 79 ms and 24 MB at import.

/** One field to write. Numbers and booleans become varints; strings, bytes are length-delimited; undefined is left out. */
export type Field = readonly [number: number, value: number | boolean | string | Uint8Array | undefined]

/** One field as read. */
export type Value = number | Uint8Array

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5

/** Fields go out in the order given. Numbers are non-negative and at most 2^53 - 1. */
export function encodeMessage(fields: readonly Field[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [number, value] of fields) {
    if (value === undefined) continue
    if (typeof value === 'number' || typeof value === 'boolean') {
      parts.push(varint(number * 8 + VARINT), varint(Number(value)))
      continue
    }
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
    parts.push(varint(number * 8 + LENGTH_DELIMITED), varint(bytes.length), bytes)
  }
  return Uint8Array.from(Buffer.concat(parts))
}

/** Throws a RangeError on anything that is not a message. A field that comes twice keeps its last value, as the format says. */
export function decodeMessage(bytes: Uint8Array): ReadonlyMap<number, Value> {
  const fields = new Map<number, Value>()
  const reader = { bytes, at: 0 }
  while (reader.at < bytes.length) {
    const key = readVarint(reader)
    const number = Math.floor(key / 8)
    if (number === 0) throw new RangeError('not a protobuf message: field number 0')
    const value = readValue(reader, key % 8)
    if (value !== undefined) fields.set(number, value)
  }
  return fields
}

/** The bytes of a field; undefined when it is absent or of another type. */
export function bytesField(message: ReadonlyMap<number, Value>, number: number): Uint8Array | undefined {
  const value = message.get(number)
  return value instanceof Uint8Array ? value : undefined
}

/** The number of a varint field; undefined when it is absent or of another type. */
export function numberField(message: ReadonlyMap<number, Value>, number: number): number | undefined {
  const value = message.get(number)
  return typeof value === 'number' ? value : undefined
}

/** The UTF-8 text of a field; undefined when it is absent or of another type. */
export function textField(message: ReadonlyMap<number, Value>, number: number): string | undefined {
  const value = bytesField(message, number)
  return value === undefined ? undefined : Buffer.from(value).toString('utf8')
}

interface Reader {
  readonly bytes: Uint8Array
  at: number
}

/** Undefined for numbers of fixed width, which no message here has: they are passed over. */
function readValue(reader: Reader, type: number): Value | undefined {
  if (type === VARINT) return readVarint(reader)
  if (type === LENGTH_DELIMITED) return take(reader, readVarint(reader))
  if (type === FIXED64 || type === FIXED32) {
    take(reader, type === FIXED64 ? 8 : 4)
    return undefined
  }
  throw new RangeError(`not a protobuf message: wire type ${type}`)
}

function take(reader: Reader, length: number): Uint8Array {
  const end = reader.at + length
  if (end > reader.bytes.length) throw new RangeError('not a protobuf message: cut short')
  const value = reader.bytes.slice(reader.at, end)
  reader.at = end
  return value
}

/** Values above 2^53 lose their low bits; none that linking reads is that large. */
function readVarint(reader: Reader): number {
  let value = 0
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = reader.bytes[reader.at]
    if (byte === undefined) throw new RangeError('not a protobuf message: cut short')
    reader.at += 1
    value += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) return value
  }
  throw new RangeError('not a protobuf message: endless number')
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesField,
  decodeMessage,
  encodeMessage,
  type Field,
  numberField,
  textField,
} from '../../src/wire/protobuf.ts'
import { bytesOf, isWellFormed } from './hex.ts'

/** The number of a field: 1 to 2^29 - 1. */
const fieldNumber = fc.integer({ min: 1, max: 2 ** 29 - 1 })
const fieldValue = fc.oneof(
  fc.maxSafeNat(),
  fc.boolean(),
  fc.string({ unit: 'binary' }).filter(isWellFormed),
  fc.uint8Array({ maxLength: 300 }),
)
const someFields: fc.Arbitrary<Field[]> = fc.array(fc.tuple(fieldNumber, fieldValue), { maxLength: 12 })

/** A varint as the format defines it, by BigInt. */
function varint(value: bigint): readonly number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)]
}

/** The format's own rules, written a second time. */
function reference(fields: readonly Field[]): Uint8Array {
  const bytes: number[] = []
  for (const [number, value] of fields) {
    if (value === undefined) continue
    const isVarint = typeof value === 'number' || typeof value === 'boolean'
    bytes.push(...varint(BigInt(number) * 8n + (isVarint ? 0n : 2n)))
    if (isVarint) {
      bytes.push(...varint(BigInt(value)))
      continue
    }
    const content = typeof value === 'string' ? Buffer.from(value) : value
    bytes.push(...varint(BigInt(content.length)), ...content)
  }
  return Uint8Array.from(bytes)
}

describe('encodeMessage', () => {
  it('writes what the format says, fields in the order given', () => {
    fc.assert(
      fc.property(someFields, (fields) => {
        expect(encodeMessage(fields)).toEqual(reference(fields))
      }),
    )
  })

  it.each([
    [[1, 150] as const, '089601'],
    [[2, 'testing'] as const, '120774657374696e67'],
    [[3, Uint8Array.of(0x08, 0x96, 0x01)] as const, '1a03089601'],
  ])('writes the examples of the protocol buffers documentation: %j', (field, hex) => {
    expect(Buffer.from(encodeMessage([field])).toString('hex')).toBe(hex)
  })

  it('leaves undefined out, and writes zero, false and empty values', () => {
    const fields: Field[] = [
      [1, undefined],
      [2, 0],
      [3, false],
      [4, ''],
      [5, new Uint8Array(0)],
    ]
    expect(Buffer.from(encodeMessage(fields)).toString('hex')).toBe('1000180022002a00')
  })

  it('gives nothing for no fields', () => {
    expect(encodeMessage([])).toEqual(new Uint8Array(0))
  })
})

describe('decodeMessage', () => {
  it('reads back what was written, the last of each field number', () => {
    fc.assert(
      fc.property(someFields, (fields) => {
        const message = decodeMessage(encodeMessage(fields))
        const last = new Map(fields)
        expect([...message.keys()].sort()).toEqual([...last.keys()].sort())
        for (const [number, value] of last) {
          if (typeof value === 'number' || typeof value === 'boolean')
            expect(numberField(message, number)).toBe(Number(value))
          else if (typeof value === 'string') expect(textField(message, number)).toBe(value)
          else expect(bytesField(message, number)).toEqual(value)
        }
      }),
    )
  })

  it('keeps the last value of a field that comes twice, also when the types differ', () => {
    expect(numberField(decodeMessage(bytesOf('0801 0802')), 1)).toBe(2)
    const changed = decodeMessage(bytesOf('0801 0a0161'))
    expect(numberField(changed, 1)).toBeUndefined()
    expect(textField(changed, 1)).toBe('a')
  })

  it('reads a number that is written longer than it must be', () => {
    expect(numberField(decodeMessage(bytesOf('08 8100')), 1)).toBe(1)
  })

  it('skips over the fixed-width fields of others', () => {
    const message = decodeMessage(bytesOf('09 0102030405060708 15 01020304 1807'))
    expect(numberField(message, 3)).toBe(7)
  })

  it('does not take a fixed-width number for bytes or text', () => {
    const message = decodeMessage(bytesOf('09 0102030405060708 15 01020304'))
    expect(bytesField(message, 1)).toBeUndefined()
    expect(bytesField(message, 2)).toBeUndefined()
    expect(textField(message, 2)).toBeUndefined()
  })

  it('gives no value of another type', () => {
    const message = decodeMessage(
      encodeMessage([
        [1, 5],
        [2, 'five'],
      ]),
    )
    expect(bytesField(message, 1)).toBeUndefined()
    expect(textField(message, 1)).toBeUndefined()
    expect(numberField(message, 2)).toBeUndefined()
    expect(numberField(message, 3)).toBeUndefined()
  })

  it.each([
    ['a key without a value', '08'],
    ['a number that goes on', '0880'],
    ['a key that goes on', '80'],
    ['a length without bytes', '0a05'],
    ['bytes cut short', '0a0561626364'],
    ['a length of 4 GiB', '0affffffff0f61'],
    ['a length of 2^63', '0a8080808080808080800161'],
    ['fewer than 8 bytes of a 64-bit field', '0901020304050607'],
    ['fewer than 4 bytes of a 32-bit field', '0d010203'],
    ['a number of 11 bytes', '08ffffffffffffffffffff01'],
    ['a key of 11 bytes', 'ffffffffffffffffffff0108'],
    ['the start of a group', '0b'],
    ['a whole group', '0b10010c'],
    ['the end of a group', '0c'],
    ['wire type 6', '0e00'],
    ['wire type 7', '0f00'],
    ['field number 0', '0001'],
    ['field number 0 with bytes', '020161'],
    ['good fields, then junk', '0801 07'],
  ])('refuses %s with a RangeError', (_what, hex) => {
    expect(() => decodeMessage(bytesOf(hex))).toThrow(RangeError)
  })

  it('throws a RangeError when the last field is cut anywhere', () => {
    const whole = encodeMessage([
      [1, 300],
      [2, Buffer.alloc(200, 7)],
    ])
    const firstField = 3
    for (let length = firstField + 1; length < whole.length; length += 1)
      expect(() => decodeMessage(whole.subarray(0, length)), `${length} bytes`).toThrow(RangeError)
  })

  it('throws nothing but a RangeError on random bytes', () => {
    const nearlyValid = fc
      .tuple(someFields, fc.nat(), fc.nat({ max: 255 }))
      .map(([fields, at, byte]) => Uint8Array.from(encodeMessage(fields)).fill(byte, at % 400, (at % 400) + 1))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), nearlyValid), (bytes) => {
        try {
          decodeMessage(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

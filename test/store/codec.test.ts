import { proto } from 'baileys'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pack, unpack } from '../../src/store/codec.ts'

const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array))
const leaf = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string().map((text) => `=${text}`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.boolean(),
  fc.constant(null),
  bytes,
)
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'type', 'data', '=b'))
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie('array'), tie('object')),
  array: fc.array(tie('tree'), { maxLength: 5 }),
  object: fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }).map(record),
}))

/** With own members only, `__proto__` too. */
function record(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const [name, value] of entries)
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  return object
}

describe('the codec', () => {
  it('gives every value back that JSON and Buffers can express', () => {
    fc.assert(
      fc.property(tree, (value) => {
        // An object that looks exactly like a Buffer in JSON comes back as that Buffer: see below.
        fc.pre(!JSON.stringify(value)?.includes('"type":"Buffer"'))
        expect(unpack(pack(value))).toEqual(value)
      }),
      { numRuns: 2_000 },
    )
  })

  it('packs a key pair to 64 bytes and a tag', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (a, b) => {
          const packed = pack({ private: a, public: Buffer.from(b) })
          expect(packed).toHaveLength(65)
          expect(unpack(packed)).toStrictEqual({ public: Buffer.from(b), private: Buffer.from(a) })
        },
      ),
    )
  })

  it('keeps what only resembles a key pair as it is', () => {
    const short = { public: Buffer.alloc(31), private: Buffer.alloc(32) }
    const typed = { public: Buffer.alloc(33, 5), private: Buffer.alloc(32) }
    const more = { public: Buffer.alloc(32), private: Buffer.alloc(32), keyId: 1 }
    for (const value of [short, typed, more]) expect(unpack(pack(value))).toStrictEqual(value)
  })

  it('stores bytes as bytes, and gives them back as a Buffer of their own', () => {
    const value = new Uint8Array([1, 2, 3])
    const packed = pack(value)
    expect(packed).toHaveLength(4)
    const back = unpack(packed)
    expect(Buffer.isBuffer(back)).toBe(true)
    packed.fill(0)
    expect(back).toStrictEqual(Buffer.from([1, 2, 3]))
  })

  it('stores only the part of the memory that a view shows', () => {
    const memory = Buffer.from('secret before|shown|secret after')
    expect(unpack(pack({ part: memory.subarray(14, 19) }))).toStrictEqual({ part: Buffer.from('shown') })
  })

  it('reads Buffers that went through JSON before, in both spellings, as Baileys does', () => {
    expect(unpack(pack({ hash: { type: 'Buffer', data: 'AQID' } }))).toStrictEqual({ hash: Buffer.from([1, 2, 3]) })
    expect(unpack(pack({ hash: { type: 'Buffer', data: [1, 2, 3] } }))).toStrictEqual({ hash: Buffer.from([1, 2, 3]) })
    expect(unpack(pack({ hash: JSON.parse(JSON.stringify(Buffer.from('x'))) }))).toStrictEqual({
      hash: Buffer.from('x'),
    })
  })

  it('does not take other objects for Buffers', () => {
    for (const value of [
      { type: 'Buffer' },
      { type: 'Buffer', data: [256] },
      { type: 'Buffer', data: 7 },
      { type: 'Buffer', data: 'AQID', more: 1 },
      { 0: 1, 1: 2 },
    ])
      expect(unpack(pack(value))).toStrictEqual(value)
  })

  it('drops undefined members and turns undefined elements to null, as JSON does', () => {
    expect(unpack(pack({ a: undefined, b: [undefined, 1], c: { d: undefined } }))).toStrictEqual({
      b: [null, 1],
      c: {},
    })
  })

  it('keeps a member called __proto__ without touching any prototype', () => {
    const back = unpack(pack(record([['__proto__', { polluted: true }]]))) as object
    expect(Object.keys(back)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })

  it('keeps the bytes of Baileys’ protobuf classes, whose own toJSON would make text of them', () => {
    const data = proto.Message.AppStateSyncKeyData.create({
      keyData: Buffer.alloc(32, 7),
      fingerprint: { rawId: 5, currentIndex: 1, deviceIndexes: [0, 1] },
      timestamp: 1_700_000_000,
    })
    const back = unpack(pack(data)) as proto.Message.IAppStateSyncKeyData
    expect(back.keyData).toStrictEqual(Buffer.alloc(32, 7))
    const encoded = (of: proto.Message.IAppStateSyncKeyData): Buffer =>
      Buffer.from(proto.Message.AppStateSyncKeyData.encode(proto.Message.AppStateSyncKeyData.fromObject(of)).finish())
    expect(encoded(back)).toStrictEqual(encoded(data))
  })

  it('writes dates as JSON does', () => {
    expect(unpack(pack({ at: new Date(0) }))).toStrictEqual({ at: '1970-01-01T00:00:00.000Z' })
  })

  it('refuses what it could not give back', () => {
    const circle: Record<string, unknown> = {}
    circle['again'] = circle
    for (const value of [undefined, () => 1, Symbol('s'), 1n, { n: 1n }, circle])
      expect(() => pack(value)).toThrow(TypeError)
  })

  it('refuses bytes that it did not write', () => {
    for (const bad of [[], [0], [9, 1, 2], [2, 1, 2]])
      expect(() => unpack(Uint8Array.from(bad))).toThrow('not a packed value')
    expect(() => unpack(Buffer.from('\u0003{broken'))).toThrow()
  })
})

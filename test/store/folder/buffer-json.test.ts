import { BufferJSON } from 'baileys'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBufferJson, writeBufferJson } from '../../../src/store/folder/buffer-json.ts'

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'data', 'toJSON'))
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    bytes,
    fc.array(tie('tree'), { maxLength: 4 }),
    // Objects of bytes under numbers are byte strings, here as in Baileys: see below.
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 4 }).map((entries) => record([...entries, ['x', 'text']])),
  ),
}))

function record(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const object: Record<string, unknown> = Object.create(null)
  for (const [name, value] of entries) object[name] = value
  return object
}

describe('JSON with byte strings', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(readBufferJson(writeBufferJson(value))).toEqual(value)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is written and read as Baileys does', () => {
    const value = {
      hash: Buffer.from([1, 2, 3]),
      list: [Buffer.alloc(0), 'text', 7, null],
      deep: { key: Buffer.of(9) },
    }
    const text = writeBufferJson(value)
    expect(text).toBe(JSON.stringify(value, BufferJSON.replacer))
    expect(JSON.parse(text, BufferJSON.reviver)).toEqual(value)
    expect(readBufferJson(text)).toEqual(value)
    expect(writeBufferJson(new Uint8Array([1, 2, 3]))).toBe('{"type":"Buffer","data":"AQID"}')
  })

  it.each([
    ['base64', '{"type":"Buffer","data":"AQID"}'],
    ['numbers', '{"type":"Buffer","data":[1,2,3]}'],
    ['numbers under their places', '{"0":1,"1":2,"2":3}'],
  ])('reads bytes written as %s', (_, text) => {
    expect(readBufferJson(`{"in":[${text}]}`)).toEqual({ in: [Buffer.from([1, 2, 3])] })
  })

  it.each(['{}', '{"1":1}', '{"0":256}', '{"0":-1}', '{"0":1.5}', '{"0":"1"}', '{"0":1,"x":2}', '{"type":"Buffer"}'])(
    'takes %s for an object',
    (text) => {
      const value = readBufferJson(text)
      expect(value).not.toBeInstanceOf(Uint8Array)
      expect(JSON.stringify(value)).toBe(text)
    },
  )

  it('objects have no prototype, so that no member can be mistaken for one', () => {
    const value = readBufferJson('{"__proto__":{"polluted":true},"constructor":1,"in":[{}]}') as Record<string, unknown>
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'in'])
    expect(value['polluted']).toBeUndefined()
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.getPrototypeOf((value['in'] as unknown[])[0])).toBeNull()
  })

  it.each([
    '',
    '{',
    '{"a":1}x',
    'undefined',
    '\uFEFF{}',
    '{"type":"Buffer","data":[1,256]}',
    '{"type":"Buffer","data":["1"]}',
    '['.repeat(200) + ']'.repeat(200),
    `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
  ])('refuses %.40j', (text) => {
    expect(() => readBufferJson(text)).toThrow()
  })
})

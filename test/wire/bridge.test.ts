import { deflateSync } from 'node:zlib'
import { decodeBinaryNode } from 'baileys/lib/WABinary/decode.js'
import { encodeBinaryNode } from 'baileys/lib/WABinary/encode.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeNode, encodeNode } from '../../src/wire/bridge.ts'
import { bytesOf, type Node, node, textOf } from '../../src/wire/nodes.ts'
import { hexOf } from './hex.ts'
import { type AnyNode, compared, someJid, someStanza, someText, TOKENS } from './stanzas.ts'
import { webAssembly } from './web-assembly.ts'

const byBaileys = (stanza: Node): Uint8Array => encodeBinaryNode(stanza as never)
const readByBaileys = async (bytes: Uint8Array): Promise<AnyNode> =>
  (await decodeBinaryNode(Buffer.from(bytes))) as AnyNode

/** A stanza as a frame's plaintext, with bit 02 set in its flag byte. */
const compressed = (stanza: Node): Uint8Array =>
  Buffer.concat([Buffer.of(2), deflateSync(encodeNode(stanza).subarray(1))])

function errorOf(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

describe('stanzas', () => {
  it('come back as they went out', () => {
    fc.assert(
      fc.property(someStanza, (stanza) => {
        expect(compared(decodeNode(encodeNode(stanza)))).toEqual(compared(stanza))
      }),
      { numRuns: 200 },
    )
  })

  it('that we write are read by Baileys', async () => {
    await fc.assert(
      fc.asyncProperty(someStanza, async (stanza) => {
        expect(compared(await readByBaileys(encodeNode(stanza)))).toEqual(compared(stanza))
      }),
      { numRuns: 200 },
    )
  })

  it('that Baileys writes are read by us', () => {
    fc.assert(
      fc.property(someStanza, (stanza) => {
        expect(compared(decodeNode(byBaileys(stanza)))).toEqual(compared(stanza))
      }),
      { numRuns: 200 },
    )
  })

  it('may hold every word of the dictionary, as name, value and content', async () => {
    const children = TOKENS.map((token) => node(token, { [token]: token }, token))
    for (let at = 0; at < children.length; at += 500) {
      const stanza = node('list', {}, children.slice(at, at + 500))
      expect(compared(decodeNode(byBaileys(stanza)))).toEqual(compared(stanza))
      expect(compared(await readByBaileys(encodeNode(stanza)))).toEqual(compared(stanza))
    }
  })

  it.each([0, 1, 255, 256, 65_535, 65_536, 2 ** 20 - 1, 2 ** 20, 3_000_000])('may hold %i bytes', (length) => {
    const content = new Uint8Array(length).fill(0xa5)
    const read = decodeNode(encodeNode(node('enc', {}, content)))
    expect(Buffer.from(bytesOf(read) ?? []).equals(content)).toBe(true)
    expect(
      Buffer.from(bytesOf(decodeNode(byBaileys(node('enc', {}, content.subarray(0, 70_000))))) ?? []),
    ).toHaveLength(Math.min(length, 70_000))
  })

  it.each([1, 255, 256, 1_000])('may have %i children', (count) => {
    const stanza = node(
      'list',
      {},
      Array.from({ length: count }, (_, at) => node('user', { id: `u${at}` })),
    )
    expect(compared(decodeNode(byBaileys(stanza)))).toEqual(compared(stanza))
    expect(compared(decodeNode(encodeNode(stanza)))).toEqual(compared(stanza))
  })

  it('are compressed when bit 02 of the flag byte says so', () => {
    fc.assert(
      fc.property(someStanza, (stanza) => {
        expect(compared(decodeNode(compressed(stanza)))).toEqual(compared(stanza))
      }),
      { numRuns: 100 },
    )
  })
})

describe('JIDs', () => {
  it.each([
    '12025550123@s.whatsapp.net',
    '12025550123:12@s.whatsapp.net',
    '98765432101234@lid',
    '98765432101234:7@lid',
    '12025550123@hosted',
    '12025550123:99@hosted',
    '98765432101234@hosted.lid',
    '98765432101234:99@hosted.lid',
    '12025550123-1600000000@g.us',
    'status@broadcast',
  ])('%s comes back as it was given', async (jid) => {
    const stanza = node('device', { jid })
    expect((await readByBaileys(encodeNode(stanza))).attrs['jid']).toBe(jid)
    expect(decodeNode(byBaileys(stanza)).attrs['jid']).toBe(jid)
    expect(decodeNode(encodeNode(stanza)).attrs['jid']).toBe(jid)
  })

  it('come back as they were given, whoever they name', () => {
    fc.assert(
      fc.property(someJid, (jid) => {
        expect(decodeNode(byBaileys(node('device', { jid }))).attrs['jid']).toBe(jid)
      }),
    )
  })

  it('of the server go out in the bytes of Baileys, and come in as the bare name', () => {
    const ours = encodeNode(node('iq', { to: 's.whatsapp.net', type: 'get' }))
    expect(hexOf(ours)).toBe(hexOf(byBaileys(node('iq', { to: '@s.whatsapp.net', type: 'get' }))))
    for (const from of ['@s.whatsapp.net', 's.whatsapp.net'])
      expect(decodeNode(byBaileys(node('iq', { from }))).attrs['from']).toBe('s.whatsapp.net')
  })
})

describe('content', () => {
  it('is the same by bytesOf and textOf, whether the dictionary made text or bytes of it', () => {
    fc.assert(
      fc.property(someText, (text) => {
        for (const content of [text, Buffer.from(text)]) {
          const read = decodeNode(encodeNode(node('ref', {}, content)))
          expect(textOf(read)).toBe(text)
          expect(Buffer.from(bytesOf(read) ?? []).equals(Buffer.from(text))).toBe(true)
        }
      }),
    )
  })

  it.each(['12345', 'result', 'ABCDEF', 'text', 'ü'])('%s can be read as text and as bytes', (text) => {
    const read = decodeNode(byBaileys(node('ref', {}, text)))
    expect(textOf(read)).toBe(text)
    expect(Buffer.from(bytesOf(read) ?? []).toString('utf8')).toBe(text)
  })

  it('of no bytes is not the same as no content', () => {
    expect(bytesOf(decodeNode(encodeNode(node('ref', {}, new Uint8Array(0)))))).toHaveLength(0)
    expect(decodeNode(encodeNode(node('ref')))).not.toHaveProperty('content')
  })

  it('is a copy, which the next stanza does not touch', () => {
    const read = decodeNode(encodeNode(node('ref', {}, Buffer.alloc(200, 1))))
    for (let round = 0; round < 50; round += 1) decodeNode(encodeNode(node('ref', {}, Buffer.alloc(200, 2))))
    expect(Buffer.from(bytesOf(read) ?? []).equals(Buffer.alloc(200, 1))).toBe(true)
  })
})

describe('attributes', () => {
  it('that are empty or blank are not sent', () => {
    expect(decodeNode(encodeNode(node('iq', { id: '5', to: '', from: ' ' }))).attrs).toEqual({ id: '5' })
  })

  it('named like the prototype of objects change no prototype', () => {
    const attrs = JSON.parse('{"__proto__": "x", "constructor": "y", "id": "5"}') as Record<string, string>
    const read = decodeNode(encodeNode(node('iq', attrs)))
    expect(read.attrs['id']).toBe('5')
    expect(Object.getPrototypeOf(read.attrs)).toBe(Object.prototype)
    expect({}).not.toHaveProperty('id')
  })
})

describe('what is not a stanza', () => {
  const stanza = encodeNode(node('iq', { id: '5', from: 's.whatsapp.net' }, [node('ref', {}, Buffer.alloc(30, 1))]))

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a flag byte alone', Buffer.of(0)],
    ['a flag byte for compression alone', Buffer.of(2)],
    ['an empty list', Buffer.of(0, 0)],
    ['bytes after the stanza', Buffer.concat([stanza, Buffer.of(1)])],
    ['two stanzas', Buffer.concat([stanza, stanza.subarray(1)])],
    ['a promise of 4 GiB', Buffer.from('00f80219feffffffff01', 'hex')],
    ['a promise of 65,535 children', Buffer.from('00f80219f9ffff', 'hex')],
    ['a promise of 65,535 attributes', Buffer.from('00f9ffff19', 'hex')],
    ['text that is not UTF-8', Buffer.from('00f80319fc0161fc02fffe', 'hex')],
    ['a word that the dictionary does not have', Buffer.from('00f801f4', 'hex')],
    ['a stanza where its name should be', Buffer.from('00f801f80119', 'hex')],
    ['what is not zlib', Buffer.from('02010203', 'hex')],
    ['zlib of nothing', Buffer.concat([Buffer.of(2), deflateSync(Buffer.alloc(0))])],
    ['zlib that is cut', Buffer.concat([Buffer.of(2), deflateSync(stanza.subarray(1))]).subarray(0, 12)],
    ['zlib of junk', Buffer.concat([Buffer.of(2), deflateSync(Buffer.from('junk'))])],
  ])('is an Error: %s', (_what, plaintext) => {
    const error = errorOf(() => decodeNode(plaintext))
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(webAssembly.RuntimeError)
  })

  it('is an Error wherever a stanza is cut', () => {
    for (let length = 0; length < stanza.length; length += 1)
      expect(
        errorOf(() => decodeNode(stanza.subarray(0, length))),
        `${length} bytes`,
      ).toBeInstanceOf(Error)
  })

  it('throws nothing but an Error, and leaves the bridge sound', () => {
    const changed = fc
      .tuple(fc.nat({ max: stanza.length - 1 }), fc.nat({ max: 255 }))
      .map(([at, byte]) => Uint8Array.from(stanza).fill(byte, at, at + 1))
    const flagged = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.concat([Buffer.of(0, 0xf8), bytes]))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), flagged, changed), (bytes) => {
        const error = errorOf(() => decodeNode(bytes))
        if (error !== undefined) expect(error).toBeInstanceOf(Error)
        expect(error).not.toBeInstanceOf(webAssembly.RuntimeError)
      }),
      { numRuns: 1_500 },
    )
    expect(compared(decodeNode(stanza)).attrs).toEqual({ id: '5', from: 's.whatsapp.net' })
  })

  it.each([
    ['zeros', Buffer.alloc(16 * 1024 * 1024)],
    ['a stanza just too large', encodeNode(node('enc', {}, new Uint8Array(4 * 1024 * 1024))).subarray(1)],
  ])('is an Error when it inflates beyond 4 MiB: %s', (_what, inflated) => {
    const bomb = Buffer.concat([Buffer.of(2), deflateSync(inflated)])
    expect(bomb.length).toBeLessThan(100 * 1024)
    const before = process.memoryUsage().arrayBuffers
    expect(errorOf(() => decodeNode(bomb))).toBeInstanceOf(Error)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
  })

  it('is a stanza all the same when it inflates to a little less than 4 MiB', () => {
    const large = node('enc', {}, new Uint8Array(4 * 1024 * 1024 - 64).fill(7))
    expect(bytesOf(decodeNode(compressed(large)))).toHaveLength(4 * 1024 * 1024 - 64)
  })
})

describe('encodeNode', () => {
  it('starts with the flag byte 00', () => {
    expect(encodeNode(node('iq'))[0]).toBe(0)
  })

  it('gives bytes of its own', () => {
    const first = encodeNode(node('iq', { id: '1' }))
    const copy = Uint8Array.from(first)
    encodeNode(node('iq', { id: '2', xmlns: 'md' }, [node('ref')]))
    expect(first).toEqual(copy)
  })

  it('leaves the stanza as it was', () => {
    const stanza = Object.freeze(node('iq', Object.freeze({ id: '1' }), Object.freeze([Object.freeze(node('ref'))])))
    expect(() => encodeNode(stanza)).not.toThrow()
    expect(stanza).toEqual({ tag: 'iq', attrs: { id: '1' }, content: [{ tag: 'ref', attrs: {} }] })
  })

  it('throws an Error, not text, for what no type would let through', () => {
    for (const content of [null, 5, [undefined]]) {
      const error = errorOf(() => encodeNode({ tag: 'iq', attrs: {}, content: content as never }))
      expect(error, String(content)).toBeInstanceOf(Error)
    }
  })
})

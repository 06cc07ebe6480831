import { encodeBinaryNode } from 'baileys/lib/WABinary/encode.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeNode } from 'whatsapp-rust-bridge'
import { encodeNode } from '../../src/wire/bridge.ts'
import { assertShallow } from '../../src/wire/nesting.ts'
import { bytesOf, hexOf } from './hex.ts'
import { nested } from './nested.ts'
import { someStanza } from './stanzas.ts'

/** How deep a stanza is to the bridge itself, which counts as the truth; undefined when it is no stanza to it. */
function depthToTheBridge(body: Uint8Array): number | undefined {
  interface Raw {
    readonly content?: unknown
  }
  const depthOf = ({ content }: Raw): number =>
    Array.isArray(content) ? 1 + Math.max(0, ...content.map((child: Raw) => depthOf(child))) : 1
  try {
    const root = decodeNode(Buffer.concat([Buffer.of(0), body]))
    try {
      return depthOf(root.toJSON())
    } finally {
      root.free()
    }
  } catch {
    return undefined
  }
}

function refusal(body: Uint8Array): unknown {
  try {
    assertShallow(body)
  } catch (error) {
    return error
  }
  return undefined
}

describe('assertShallow', () => {
  it('lets every stanza through that either encoder writes', () => {
    fc.assert(
      fc.property(someStanza, (stanza) => {
        expect(refusal(encodeNode(stanza).subarray(1))).toBeUndefined()
        expect(refusal(encodeBinaryNode(stanza as never).subarray(1))).toBeUndefined()
      }),
      { numRuns: 150 },
    )
  })

  it.each([1, 10, 40])('lets %i levels through', (depth) => {
    expect(refusal(nested(depth).subarray(1))).toBeUndefined()
  })

  it.each([60, 1_000, 200_000])('refuses %i levels with a RangeError', (depth) => {
    expect(refusal(nested(depth).subarray(1))).toBeInstanceOf(RangeError)
  })

  it('refuses depth behind siblings, and behind strings of every kind', () => {
    const deep = nested(60).subarray(1)
    const prefixes = [
      'f80219f803 f80119 f80119', // the third child of three
      'f80219f90003 f80119 f80119', // the same, counted by 16 bits
      'f80419 05ec10 f801', // an attribute of dictionary words
      'f80419 fc0161 fc03616263 f801', // of text
      'f80419 fd00000161 fe0000000161 f801', // of longer text
      'f80419 05 ff8312345f f801', // of digits
      'f80419 05 fb02abcd f801', // of hex
      'f80419 05 fa ff0112 03 f801', // of a JID
      'f80419 05 f70001ff0112 f801', // of a JID with a device
    ]
    for (const prefix of prefixes)
      expect(refusal(Buffer.concat([bytesOf(prefix), deep])), prefix).toBeInstanceOf(RangeError)
  })

  it.each([
    ['a JID in a JID in a JID', `f80319 05 ${'fa'.repeat(10_000)}`],
    ['device JIDs in one another', `f80319 05 ${'f70000'.repeat(10_000)}`],
    ['an empty list', '00'],
    ['nothing', ''],
    ['65,535 children that are not there', 'f80219f9ffff'],
    ['65,535 attributes that are not there', 'f9ffff19'],
    ['4 GiB that are not there', 'f80219feffffffff01'],
    ['a word where a stanza should be', '19'],
  ])('refuses %s with a RangeError', (_what, hex) => {
    expect(refusal(bytesOf(hex))).toBeInstanceOf(RangeError)
  })

  describe('judges as the bridge reads', () => {
    // Whoever skips a byte too many or too few sees another stanza than the bridge does, and may miss how deep it is.
    const agreesWithTheBridge = (bytes: Uint8Array): boolean | undefined => {
      const depth = depthToTheBridge(bytes)
      if (depth === undefined) return undefined
      expect(refusal(bytes) === undefined, `depth ${depth}: ${hexOf(bytes).slice(0, 80)}`).toBe(depth <= 48)
      return depth <= 48
    }
    const fromHex = (...hex: readonly string[]): fc.Arbitrary<Uint8Array> => fc.constantFrom(...hex.map(bytesOf))
    const children = fc.constantFrom(nested(60), nested(2)).map((plaintext) => plaintext.subarray(1))

    /** Every way in which the format writes a text, with bytes in it that look like lists. */
    const texts = [
      '05', // a word
      'ec10', // a word of the dictionaries
      'eff8',
      'fc00', // bytes, by lengths of 8, 20 (of 24) and 32 bits
      'fc020019',
      'fd0000020019',
      'fdf000020019',
      'fe000000020019',
      'ff00', // digits
      'ff80',
      'ff021812',
      'ff82181f',
      'fb02f801', // hex
      'fb82f80f',
      'faff011203', // JIDs: plain, of the server, of a device, of two other networks
      'fa0003',
      'f70001ff0112',
      'f7f801ff0112',
      'f6ff0112f801fc046d736772',
      'f5ff0112f801f801fc07696e7465726f70',
    ]
    const text = fromHex(...texts)

    it('behind texts of every kind', () => {
      const body = fc
        .tuple(fc.array(text, { maxLength: 5 }), children)
        .map(([values, behind]) =>
          Buffer.concat([
            Buffer.of(0xf8, 2 + 2 * values.length, 0x19),
            ...values.flatMap((value) => [Buffer.of(0x05), value]),
            Buffer.of(0xf8, 1),
            behind,
          ]),
        )
      const seen = new Set<boolean | undefined>()
      fc.assert(
        fc.property(body, (bytes) => {
          seen.add(agreesWithTheBridge(bytes))
        }),
        { numRuns: 400 },
      )
      expect(seen).toContain(true)
      expect(seen).toContain(false)
    })

    it.each(texts)('behind the text %s', (hex) => {
      const behind = (depth: number): Uint8Array =>
        Buffer.concat([bytesOf(`f804 19 05 ${hex} f801`), nested(depth).subarray(1)])
      expect(agreesWithTheBridge(behind(2))).toBe(true)
      expect(agreesWithTheBridge(behind(60))).toBe(false)
    })

    it('in whatever order its parts come', () => {
      const part = fc.oneof(
        fromHex('f801', 'f802', 'f803', 'f804', 'f90002', '00', '19', 'fa', 'f7', 'f6', 'f5'),
        text,
        fc.uint8Array({ maxLength: 2 }),
      )
      const body = fc
        .tuple(fromHex('f80219f801', 'f80319', 'f80419', 'f80219'), fc.array(part, { maxLength: 8 }), children)
        .map(([start, parts, behind]) => Buffer.concat([start, ...parts, behind]))
      fc.assert(
        fc.property(body, (bytes) => {
          agreesWithTheBridge(bytes)
        }),
        { numRuns: 2_000 },
      )
    })
  })

  it('throws nothing but a RangeError on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const error = refusal(Buffer.concat([Buffer.of(0xf8), bytes]))
        if (error !== undefined) expect(error).toBeInstanceOf(RangeError)
      }),
      { numRuns: 1_000 },
    )
  })
})

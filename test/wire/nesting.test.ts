import { encodeBinaryNode } from 'baileys/lib/WABinary/encode.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeNode } from 'whatsapp-rust-bridge'
import { encodeNode } from '../../src/wire/bridge.ts'
import { assertShallow } from '../../src/wire/nesting.ts'
import { bytesOf } from './hex.ts'
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

  it('judges as the bridge reads: what is a shallow stanza to it passes, what is a deep one does not', () => {
    // Words, texts, lists and JIDs in any order, with a deep stanza somewhere behind: whoever skips a byte too many or too
    // few sees another stanza than the bridge does.
    const piece = fc.oneof(
      fc
        .constantFrom('f802', 'f803', 'f804', 'f90002', 'f801', '00', '19', 'ec10', 'ef05')
        .map((hex) => Buffer.from(hex, 'hex')),
      fc
        .constantFrom('fc0161', 'fd000001f8', 'fe00000001f8', 'ff01f8', 'ff8112', 'fb01f8')
        .map((hex) => Buffer.from(hex, 'hex')),
      fc.constantFrom('fa', 'f7', 'f6', 'f5', 'faff011203', 'f70000ff0112').map((hex) => Buffer.from(hex, 'hex')),
      fc
        .constantFrom('f6ff01120003fc046d736772', 'f5ff011200030004fc07696e7465726f70', 'fd100001f8', 'ff80', 'ff00')
        .map((hex) => Buffer.from(hex, 'hex')),
      fc.uint8Array({ maxLength: 2 }),
    )
    const deep = nested(60).subarray(1)
    const body = fc
      .tuple(
        fc.constantFrom('f80219f801', 'f80319', 'f80419', 'f80219'),
        fc.array(piece, { maxLength: 8 }),
        fc.boolean(),
      )
      .map(([start, pieces, isDeep]) =>
        Buffer.concat([Buffer.from(start, 'hex'), ...pieces, isDeep ? deep : Buffer.alloc(0)]),
      )
    let read = 0
    let refused = 0
    fc.assert(
      fc.property(body, (bytes) => {
        const depth = depthToTheBridge(bytes)
        if (depth === undefined) return
        read += 1
        if (depth > 48) refused += 1
        expect(refusal(bytes) === undefined, `depth ${depth}: ${bytes.toString('hex').slice(0, 60)}`).toBe(depth <= 48)
      }),
      { numRuns: 4_000 },
    )
    expect(Math.min(read - refused, refused)).toBeGreaterThan(5)
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

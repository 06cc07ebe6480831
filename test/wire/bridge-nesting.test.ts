import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Node, node } from '../../src/wire/nodes.ts'
import { watchBridgeMemory } from './bridge-memory.ts'
import { nested } from './nested.ts'

const { bridge, bytes } = await watchBridgeMemory()
const MIB = 1024 * 1024

function outcome(plaintext: Uint8Array): Node | Error {
  try {
    return bridge.decodeNode(plaintext)
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

/** Everything that a process needs the bridge for still works. */
function expectSound(): void {
  const keys = bridge.generateKeyPair()
  const message = Buffer.from('message')
  expect(bridge.verify(keys.public, message, bridge.sign(keys.private, message))).toBe(true)
  expect(bridge.decodeNode(bridge.encodeNode(node('iq', { id: '5' })))).toEqual({ tag: 'iq', attrs: { id: '5' } })
}

describe('a stanza in a stanza in a stanza', () => {
  it('is read down to any depth that WhatsApp uses', () => {
    let depth = 0
    for (let read: Node | undefined = bridge.decodeNode(nested(30)); Array.isArray(read.content); depth += 1)
      read = read.content[0] as Node
    expect(depth).toBe(30)
  })

  it('takes memory by its size, not by the square of its depth', () => {
    const before = bytes()
    outcome(nested(1_000))
    expect(bytes() - before).toBeLessThanOrEqual(4 * MIB)
    expectSound()
  })

  it.each([4_000, 20_000, 200_000])('%i levels deep is an Error that leaves the bridge sound', (depth) => {
    for (let round = 0; round < 3; round += 1) expect(outcome(nested(depth))).toBeInstanceOf(Error)
    expectSound()
  })

  it('that is deep only once it is inflated is an Error that leaves the bridge sound', () => {
    const plaintext = Buffer.concat([Buffer.of(2), deflateSync(nested(800_000).subarray(1))])
    expect(plaintext.length).toBeLessThan(64 * 1024)
    expect(outcome(plaintext)).toBeInstanceOf(Error)
    expectSound()
  })

  it.each([
    ['JIDs', 'fa'],
    ['JIDs with a device', 'f70000'],
  ])('of %s in one another is an Error that leaves the bridge sound', (_what, level) => {
    const plaintext = Buffer.concat([Buffer.from('00f8031905', 'hex'), Buffer.from(level.repeat(100_000), 'hex')])
    expect(outcome(plaintext)).toBeInstanceOf(Error)
    expectSound()
  })
})

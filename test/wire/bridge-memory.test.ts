import { describe, expect, it } from 'vitest'
import { node } from '../../src/wire/nodes.ts'
import { watchBridgeMemory } from './bridge-memory.ts'

const { bridge, bytes } = await watchBridgeMemory()
const MIB = 1024 * 1024

describe('the memory of the bridge', () => {
  it('can be measured', () => {
    expect(bytes()).toBeGreaterThan(64 * 1024)
  })

  const refs = Array.from({ length: 6 }, (_, at) => node('ref', {}, Buffer.alloc(200, at)))
  const pairDevice = bridge.encodeNode(
    node('iq', { id: '5', type: 'set', from: 's.whatsapp.net', xmlns: 'md' }, [node('pair-device', {}, refs)]),
  )
  const flat = bridge.encodeNode(node('iq', { id: '5', type: 'result', from: 's.whatsapp.net' }))
  const junk = Buffer.from('00f80219f9ffff', 'hex')

  // It never shrinks: whatever a stanza leaves behind stays for the life of the process, or until the garbage collector
  // happens to look (docs/decisions; the bridge frees a node only when told to).
  it.each([
    ['a stanza without children', () => bridge.decodeNode(flat)],
    ['pair-device with its six refs', () => bridge.decodeNode(pairDevice)],
    ['a stanza written', () => bridge.encodeNode(node('iq', { id: '5' }, refs))],
    ['junk refused', () => expect(() => bridge.decodeNode(junk)).toThrow(Error)],
    ['a key pair made', () => bridge.generateKeyPair()],
  ])('does not grow with the number of stanzas: %s', (_what, use) => {
    for (let warm = 0; warm < 1_000; warm += 1) use()
    const before = bytes()
    for (let round = 0; round < 19_000; round += 1) use()
    expect(bytes() - before).toBeLessThanOrEqual(MIB)
  })
})

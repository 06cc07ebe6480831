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

  // It never shrinks: what a stanza leaves behind is gone for the life of the process, or until the garbage collector happens
  // to find its handle. Nothing here gives the collector a turn, so that the figure is the same on every machine.
  it.each([
    ['a stanza without children', 5_000, () => bridge.decodeNode(flat)],
    ['pair-device with its six refs', 20_000, () => bridge.decodeNode(pairDevice)],
    ['a stanza written', 3_000, () => bridge.encodeNode(node('iq', { id: '5' }, refs))],
    ['junk refused', 2_000, () => expect(() => bridge.decodeNode(junk)).toThrow(Error)],
    ['a key pair made', 2_000, () => bridge.generateKeyPair()],
  ])('does not grow with their number: %s, %i times', (_what, times, use) => {
    for (let warm = 0; warm < 500; warm += 1) use()
    const before = bytes()
    for (let round = 0; round < times; round += 1) use()
    expect(bytes() - before).toBeLessThanOrEqual(MIB)
  })
})

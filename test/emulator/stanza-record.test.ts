import { expect, test } from 'vitest'
import { createStanzaRecord } from '../../src/emulator/stanza-record.ts'
import { node } from '../../src/wire/nodes.ts'

test('the newest stanzas are kept, in order, in one array that stays the same', () => {
  const record = createStanzaRecord({ maxStanzas: 10 })
  const { stanzas } = record
  for (let i = 0; i < 25; i++) record.add('client', node(`n${i}`))
  expect(stanzas.length).toBeLessThanOrEqual(10)
  expect(stanzas.length).toBeGreaterThanOrEqual(9)
  expect(stanzas.at(-1)).toEqual({ number: 25, from: 'client', node: node('n24') })
  expect(stanzas[0]?.node.tag).toBe(`n${25 - stanzas.length}`)
})

test('large stanzas count for what they hold', () => {
  const record = createStanzaRecord({ maxStanzas: 1_000, maxNodes: 50 })
  const upload = node(
    'iq',
    {},
    Array.from({ length: 20 }, () => node('key')),
  )
  for (let i = 0; i < 10; i++) record.add('client', upload)
  expect(record.stanzas).toHaveLength(2)
  record.add('server', node('small'))
  expect(record.stanzas.at(-1)?.from).toBe('server')
})

test('a single stanza is kept however large it is', () => {
  const record = createStanzaRecord({ maxNodes: 5 })
  record.add(
    'client',
    node(
      'iq',
      {},
      Array.from({ length: 20 }, () => node('key')),
    ),
  )
  expect(record.stanzas).toHaveLength(1)
})

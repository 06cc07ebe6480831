import { expect, test } from 'vitest'
import { createMailbox } from '../../src/emulator/mailbox.ts'
import { node } from '../../src/wire/nodes.ts'

const message = (id: string, text = '') => node('message', { id, from: 'a', type: 'text' }, Buffer.from(text))

test('what was put in waits, in order, until it is settled', () => {
  const mailbox = createMailbox()
  mailbox.put(message('1'))
  mailbox.put(message('2'))
  expect(mailbox.waiting().map(({ attrs }) => attrs['id'])).toEqual(['1', '2'])
  mailbox.settle('message', '1')
  mailbox.settle('message', 'unknown')
  expect(mailbox.waiting().map(({ attrs }) => attrs['id'])).toEqual(['2'])
})

test('a message sent again takes the place of the first', () => {
  const mailbox = createMailbox()
  mailbox.put(message('1', 'first'))
  mailbox.put(message('1', 'second'))
  expect(mailbox.waiting()).toEqual([message('1', 'second')])
  mailbox.settle('message', '1')
  expect(mailbox.size).toBe(0)
})

test('a message and receipts of the same id are kept apart, and settled by their kind', () => {
  const mailbox = createMailbox()
  mailbox.put(message('1'))
  mailbox.put(node('receipt', { id: '1', from: 'a' }))
  mailbox.put(node('receipt', { id: '1', from: 'a', type: 'read' }))
  expect(mailbox.size).toBe(3)
  mailbox.settle('receipt', '1')
  expect(mailbox.waiting()).toEqual([message('1')])
})

test('beyond its bound the oldest goes', () => {
  const mailbox = createMailbox(2)
  for (const id of ['1', '2', '3']) mailbox.put(message(id))
  expect(mailbox.waiting().map(({ attrs }) => attrs['id'])).toEqual(['2', '3'])
})

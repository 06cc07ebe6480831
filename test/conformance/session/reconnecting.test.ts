// Real sockets of Baileys one after the other: what a bot hears, and what it must not.
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { Emulator } from '../../../src/emulator/index.ts'
import type { WASocket } from '../../../src/index.ts'
import { CONTACT, type LinkedSession, linkSession, NUMBER } from './linked-session.ts'

let linked: LinkedSession

beforeAll(async () => {
  linked = await linkSession()
}, 60_000)
beforeEach(() => linked.reset())
afterAll(() => linked.stop())

const textsOf = (texts: string[]) => (socket: WASocket) =>
  socket.ev.on('messages.upsert', ({ messages }) => {
    for (const { message } of messages) {
      const text = message?.conversation ?? message?.extendedTextMessage?.text
      if (typeof text === 'string') texts.push(text)
    }
  })

test('a bot hears each socket from its first event to its last, and never two at once', async () => {
  const { emulator, connect } = linked
  const { connection, reaches, states, clock } = connect()
  const heard: string[] = []
  let made = 0
  connection.on('socket', (socket) => {
    made += 1
    const name = made
    socket.ev.on('connection.update', ({ connection: at }) => {
      if (at !== undefined) heard.push(`${name} ${at}`)
    })
    socket.ev.process((events) => {
      if (name < made) heard.push(`${name} still tells ${Object.keys(events).join()}`)
    })
  })
  await reaches('online')
  emulator.streamError(515)
  await expect.poll(() => states.length, { timeout: 20_000 }).toBe(3)
  emulator.streamError(503)
  await reaches('waiting')
  await clock.advance(60_000)
  await reaches('online')
  await connection.close()
  expect(heard).toEqual([1, 2, 3].flatMap((name) => [`${name} connecting`, `${name} open`, `${name} close`]))
})

test('messages that were acknowledged but still in Baileys’ buffer are told when the connection ends', async () => {
  // Before it has read the history, Baileys answers messages at once and tells them 20 s later.
  const { emulator, contact, connect, stop } = await linkSession('memory:', false)
  onTestFinished(stop)
  await contact.send(NUMBER, 'buffered')
  const { connection, states, reaches } = connect()
  const texts: string[] = []
  connection.on('socket', textsOf(texts))
  await reaches('online')
  const isReceiptForContact = ({ from, node }: Emulator['stanzas'][number]): boolean => {
    const { tag, attrs } = node as { tag: string; attrs: Record<string, string> }
    return from === 'client' && tag === 'receipt' && attrs['to'] === `${CONTACT.slice(1)}@s.whatsapp.net`
  }
  await expect.poll(() => emulator.stanzas.some(isReceiptForContact), { timeout: 20_000 }).toBe(true)
  expect(texts).toEqual([])
  emulator.streamError(515)
  await expect.poll(() => states.length, { timeout: 20_000 }).toBe(3)
  expect(texts).toEqual(['buffered'])
})

test('messages that come while nobody is online come with the next login, once', async () => {
  const { contact, connect } = linked
  const first = connect()
  const texts: string[] = []
  first.connection.on('socket', textsOf(texts))
  await first.reaches('online')
  await first.connection.close()
  await contact.send(NUMBER, 'while away')
  const second = connect()
  second.connection.on('socket', textsOf(texts))
  await expect.poll(() => texts, { timeout: 20_000 }).toEqual(['while away'])
  await second.connection.socket?.sendMessage(`${CONTACT.slice(1)}@s.whatsapp.net`, { text: 'here again' })
  expect(await contact.received()).toMatchObject({ text: 'here again' })
})

test('a bot that listens only after a minute hears of the next socket at once, too', async () => {
  const { connect } = linked
  const { connection, reaches, clock } = connect()
  await reaches('online')
  await clock.advance(60_000)
  const given: unknown[] = []
  connection.on('socket', (socket) => void given.push(socket))
  expect(given).toEqual([connection.socket])
})

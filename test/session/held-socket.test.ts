// A held socket over Baileys' own event buffer and a stand-in for its WebSocket.
import { EventEmitter } from 'node:events'
import type { WASocket } from 'baileys'
import { makeEventBuffer } from 'baileys'
import { expect, test } from 'vitest'
import { silentLogger } from '../../src/lib/logger.ts'
import { holdSocket } from '../../src/session/held-socket.ts'

function socketWithMessages(): { socket: WASocket; processed: string[] } {
  const ws = new EventEmitter()
  const ev = makeEventBuffer(silentLogger as never)
  const processed: string[] = []
  // As Baileys does: its own listener answers for a message the moment it hears of it.
  ws.on('CB:message', (stanza: { id: string }) => {
    processed.push(stanza.id)
    ev.emit('messages.upsert', { messages: [{ key: { id: stanza.id } }], type: 'notify' } as never)
  })
  return { socket: { ws, ev } as unknown as WASocket, processed }
}

const ids = (heard: string[]) => (upsert: { messages: { key: { id?: string | null } }[] }) =>
  void heard.push(...upsert.messages.map(({ key }) => key.id ?? ''))

test('messages wait unread until the release, then come in order, and later ones directly', () => {
  const { socket, processed } = socketWithMessages()
  const held = holdSocket(socket)
  socket.ws.emit('CB:message', { id: 'one' })
  socket.ws.emit('CB:message', { id: 'two' })
  expect(processed).toEqual([])
  const heard: string[] = []
  socket.ev.on('messages.upsert', ids(heard) as never)
  held.release()
  socket.ws.emit('CB:message', { id: 'three' })
  expect(heard).toEqual(['one', 'two', 'three'])
  expect(processed).toEqual(['one', 'two', 'three'])
  expect(socket.ws.listenerCount('CB:message')).toBe(1)
})

test('other events are kept and told once, only to whoever subscribed since', () => {
  const { socket } = socketWithMessages()
  const inner: string[] = []
  socket.ev.on('connection.update', ({ connection }) => void inner.push(connection ?? ''))
  const held = holdSocket(socket)
  socket.ev.emit('connection.update', { connection: 'connecting' })
  socket.ev.emit('connection.update', { connection: 'open' })
  const heard: string[] = []
  const maps: string[] = []
  socket.ev.on('connection.update', ({ connection }) => void heard.push(connection ?? ''))
  socket.ev.process((map) => void maps.push(Object.keys(map).join()))
  held.release()
  held.release()
  socket.ev.emit('connection.update', { connection: 'close' })
  expect(heard).toEqual(['connecting', 'open', 'close'])
  expect(maps).toEqual(['connection.update', 'connection.update', 'connection.update'])
  expect(inner).toEqual(['connecting', 'open', 'close'])
})

test('a listener that was taken back before the release hears nothing', () => {
  const { socket } = socketWithMessages()
  const held = holdSocket(socket)
  socket.ev.emit('connection.update', { connection: 'open' })
  const heard: unknown[] = []
  const listener = (update: unknown): void => void heard.push(update)
  socket.ev.on('connection.update', listener)
  socket.ev.off('connection.update', listener)
  const stop = socket.ev.process((map) => void heard.push(map))
  stop()
  held.release()
  expect(heard).toEqual([])
})

test('what one socket kept is told first by the next, but for news of its own connection', () => {
  const one = holdSocket(socketWithMessages().socket)
  one.socket.ev.emit('connection.update', { connection: 'open' })
  one.socket.ev.emit('chats.update', [{ id: 'one' }])
  one.socket.ws.emit('CB:message', { id: 'unread' })
  const { socket } = socketWithMessages()
  const two = holdSocket(socket, one.takeEvents())
  socket.ev.emit('connection.update', { connection: 'connecting' })
  const heard: unknown[] = []
  socket.ev.on('chats.update', (chats) => void heard.push(...chats))
  socket.ev.on('connection.update', ({ connection }) => void heard.push(connection))
  two.release()
  expect(heard).toEqual([{ id: 'one' }, 'connecting'])
  expect(one.takeEvents()).toEqual([])
})

test('a listener that throws while it is told what was kept does not keep it from the others', () => {
  const { socket, processed } = socketWithMessages()
  const held = holdSocket(socket)
  socket.ev.emit('chats.update', [{ id: 'one' }])
  socket.ws.emit('CB:message', { id: 'two' })
  socket.ev.on('chats.update', () => {
    throw new Error('a fault of the bot')
  })
  const heard: unknown[] = []
  socket.ev.on('chats.update', (chats) => void heard.push(...chats))
  held.release()
  expect(heard).toEqual([{ id: 'one' }])
  expect(processed).toEqual(['two'])
})

test('who listens to message stanzas while they wait hears them, after Baileys', () => {
  const { socket, processed } = socketWithMessages()
  const held = holdSocket(socket)
  socket.ws.emit('CB:message', { id: 'one' })
  const heard: unknown[] = []
  socket.ws.on('CB:message', ({ id }: { id: string }) => void heard.push(`${id} after ${processed.join()}`))
  held.release()
  expect(heard).toEqual(['one after one'])
  expect(socket.ws.listenerCount('CB:message')).toBe(2)
})

test('a socket that nobody got leaves its messages unread and nothing behind', () => {
  const { socket, processed } = socketWithMessages()
  const held = holdSocket(socket)
  socket.ws.emit('CB:message', { id: 'one' })
  held.takeEvents()
  held.release()
  expect(processed).toEqual([])
  expect(socket.ws.listenerCount('CB:message')).toBe(1)
})

// Over Baileys' own event buffer, brought into the state in which it forgets to empty itself.
import type { WASocket } from 'baileys'
import { makeEventBuffer } from 'baileys'
import { expect, test, vi } from 'vitest'
import { silentLogger } from '../../src/lib/logger.ts'
import { watchBuffer } from '../../src/session/stuck-buffer.ts'
import { createStillClock } from './still-clock.ts'

function socketWith(accountSyncCounter: number): WASocket {
  const ev = makeEventBuffer(silentLogger as never)
  return { ev, authState: { creds: { accountSyncCounter } } } as unknown as WASocket
}

/** As the first sync does: the buffer is emptied inside a buffered function, before its own delayed flush. */
async function forgetToFlush({ ev }: WASocket): Promise<void> {
  await ev.createBufferedFunction(async () => void ev.flush())()
  vi.advanceTimersByTime(100)
  await ev.createBufferedFunction(async () => void ev.emit('chats.upsert', [{ id: 'kept' }]))()
  vi.advanceTimersByTime(10_000)
}

test('what Baileys forgot in its buffer is told after two looks', async () => {
  vi.useFakeTimers()
  try {
    const socket = socketWith(1)
    const clock = createStillClock()
    const heard: unknown[] = []
    socket.ev.on('chats.upsert', (chats) => void heard.push(...chats))
    const stop = watchBuffer(socket, clock)
    await forgetToFlush(socket)
    expect([socket.ev.isBuffering(), heard.length]).toEqual([true, 0])
    clock.advance(1_000)
    expect(heard).toEqual([])
    clock.advance(1_000)
    expect(heard).toEqual([{ id: 'kept' }])
    stop()
    expect(clock.waiting).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('before the first sync the buffer is left alone', () => {
  const socket = socketWith(0)
  const clock = createStillClock()
  const stop = watchBuffer(socket, clock)
  socket.ev.buffer()
  clock.advance(10_000)
  expect(socket.ev.isBuffering()).toBe(true)
  stop()
  socket.ev.destroy()
})

// Ten thousand reconnects leave nothing behind: no listener, no timer, no memory.
import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test } from 'vitest'
import { keep, until } from './kept-online.ts'
import type { StandIn } from './stand-in-socket.ts'

const RECONNECTS = 10_000
/** Between the first thousand and the last: measured 0.3 MB. */
const MOST_GROWTH = 5 * 1024 * 1024

test('10,000 reconnects of every kind leave no listener, no timer and no memory', async () => {
  const abortListeners = countAbortListeners()
  const { signal } = new AbortController()
  const { connection, sockets, clock } = await keep({ options: { signal } })
  const heard = { sockets: 0, events: 0 }
  connection.on('socket', (socket) => {
    heard.sockets += 1
    const listener = (): void => {
      heard.events += 1
      socket.ev.off('connection.update', listener)
    }
    socket.ev.on('connection.update', listener)
  })
  await until(() => sockets.count === 1)
  const untouched = { timers: clock.waiting, abort: abortListeners() }
  const left = { most: 0, timers: 0, abort: 0 }
  let early = 0

  for (let round = 1; round <= RECONNECTS; round += 1) {
    const { current } = sockets
    endIt(current, round)
    await until(() => sockets.count === round + 1 || connection.state.name === 'waiting')
    if (sockets.count === round) clock.next()
    await until(() => sockets.count === round + 1)
    left.most = Math.max(left.most, current.listenerCount())
    left.timers = Math.max(left.timers, clock.waiting)
    left.abort = Math.max(left.abort, abortListeners())
    if (round === RECONNECTS / 10) early = heapUsed()
  }

  const growth = heapUsed() - early
  expect(left).toEqual({ most: 0, timers: untouched.timers, abort: untouched.abort })
  expect(heard).toEqual({ sockets: RECONNECTS + 1, events: RECONNECTS })
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  expect(growth).toBeLessThan(MOST_GROWTH)
  await connection.close()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  expect(clock.waiting).toBe(0)
  expect(sockets.current.listenerCount()).toBe(0)
}, 120_000)

function endIt(socket: StandIn, round: number): void {
  if (round % 2 === 0) socket.open()
  if (round % 4 === 0) return socket.streamError({ code: '515' })
  if (round % 3 === 0) return socket.failure({ reason: '503' })
  if (round % 5 === 0) return socket.streamError({ code: '429' })
  socket.close()
}

/** All listeners for an abort that were added and not taken off, on whatever signal. */
function countAbortListeners(): () => number {
  const { addEventListener, removeEventListener } = EventTarget.prototype
  const listening = new WeakMap<EventTarget, Set<unknown>>()
  let count = 0
  EventTarget.prototype.addEventListener = function (this: EventTarget, ...args: Parameters<typeof addEventListener>) {
    const [type, listener] = args
    const set = listening.get(this) ?? new Set()
    listening.set(this, set)
    if (this instanceof AbortSignal && type === 'abort' && !set.has(listener)) {
      set.add(listener)
      count += 1
    }
    return addEventListener.apply(this, args)
  }
  EventTarget.prototype.removeEventListener = function (
    this: EventTarget,
    ...args: Parameters<typeof removeEventListener>
  ) {
    if (listening.get(this)?.delete(args[1]) === true) count -= 1
    return removeEventListener.apply(this, args)
  }
  onTestFinished(() => {
    Object.assign(EventTarget.prototype, { addEventListener, removeEventListener })
  })
  return () => count
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

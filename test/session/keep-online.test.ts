// What follows from each end, seen from outside: states, sockets, the store.
import { describe, expect, test } from 'vitest'
import { LinkError } from '../../src/errors.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import type { Connection } from '../../src/session/connection.ts'
import { openStore } from '../../src/store/index.ts'
import { keep, saveLink, until } from './kept-online.ts'

const REPLACED = [{ tag: 'conflict', attrs: { type: 'replaced' } }]
const REMOVED = [{ tag: 'conflict', attrs: { type: 'device_removed' } }]

describe('the first connection', () => {
  test('is connecting, then online; its login is noted in the store', async () => {
    const { connection, sockets, states, store, clock } = await keep({ confirmed: false })
    expect(connection.state).toEqual({ name: 'connecting' })
    await until(() => sockets.count === 1)
    sockets.current.open()
    expect(connection.state).toEqual({ name: 'online', since: new Date(clock.now()) })
    await connection.close()
    expect(states).toEqual(['online', 'stopped closed'])
    expect(sockets.current.isEnded).toBe(true)
    expect(await store.get('sales')).toMatchObject({ state: 'linked', lastOnlineAt: new Date(clock.now()) })
    expect(clock.waiting).toBe(0)
  })

  test('that never opens is given up after 90 s, and tried again', async () => {
    const { connection, sockets, clock, states } = await keep()
    await until(() => sockets.count === 1)
    clock.advance(90_000)
    await until(() => states.includes('waiting 1000'))
    expect(sockets.current.isEnded).toBe(true)
    expect(connection.state).toMatchObject({ reason: 'WhatsApp stopped answering' })
    clock.advance(1_000)
    await until(() => sockets.count === 2)
  })

  test('of a session that is not there, or has ended, stops at once', async () => {
    const store = await openStore('memory:')
    await saveLink(store, true)
    await store.remove('sales')
    const none = await openStore('memory:')
    await saveLink(none, true)
    const { connection: first, sockets } = await keep({ store: none })
    await until(() => sockets.count === 1)
    sockets.current.failure({ reason: '401' })
    expect(await first.stopped).toBe('logged-out')
    const again = await keep({ store: none })
    expect(await again.connection.stopped).toBe('logged-out')
    expect(again.sockets.count).toBe(0)
    await none.remove('sales')
    const { connect } = await import('../../src/session/connect.ts')
    expect(await connect({ session: 'sales', store: none }).stopped).toBe('not-linked')
    expect(await connect({ session: 'sales', store }).stopped).toBe('not-linked')
  })
})

test('what connect() is given is looked at before anything is touched', async () => {
  const { connect } = await import('../../src/session/connect.ts')
  const store = await openStore('memory:')
  const given = { session: 'sales', store }
  const wrong = [
    undefined,
    null,
    7,
    { ...given, signal: {} },
    { ...given, clock: {} },
    { ...given, logger: { level: 'info' } },
    { ...given, socket: 'fast' },
    { ...given, makeWASocket: 'baileys' },
    { ...given, endpoint: 5 },
    { ...given, endpoint: { url: 'ws://127.0.0.1:1' } },
  ]
  const codes = wrong.map((options) => {
    try {
      return connect(options as never).state.name
    } catch (error) {
      return error instanceof LinkError ? error.code : String(error)
    }
  })
  expect(codes).toEqual(wrong.map(() => 'invalid-options'))
  await store.close()
})

describe('an end that stops', () => {
  test.each([
    ['401', {}, true, 'logged-out', 'logged-out'],
    ['401', {}, false, 'never-confirmed', 'logged-out'],
    ['403', {}, true, 'forbidden', 'logged-out'],
    ['406', {}, true, 'forbidden', 'logged-out'],
    ['402', {}, true, 'temporary-ban', 'linked'],
    ['405', {}, true, 'outdated-version', 'linked'],
    ['400', {}, true, 'refused', 'linked'],
    ['409', {}, true, 'refused', 'linked'],
    ['418', {}, true, 'refused', 'linked'],
    ['999', {}, true, 'refused', 'linked'],
  ])(
    'failure %s %o (login seen before: %s): %s, and the store says %s',
    async (reason, attrs, confirmed, stop, kept) => {
      const { connection, sockets, store, clock } = await keep({ confirmed })
      await until(() => sockets.count === 1)
      sockets.current.failure({ reason, ...attrs })
      expect(await connection.stopped).toBe(stop)
      expect(connection.state).toEqual({ name: 'stopped', reason: stop })
      expect(connection.socket).toBeUndefined()
      expect((await store.get('sales'))?.state).toBe(kept)
      expect(await store.list({ archived: true })).toHaveLength(kept === 'linked' ? 0 : 1)
      expect([sockets.count, clock.waiting]).toEqual([1, 0])
    },
  )

  test.each([
    ['a session opened elsewhere', {}, REPLACED, 'replaced', 'linked'],
    ['a removed device without a code', {}, REMOVED, 'logged-out', 'logged-out'],
    ['a removed device', { code: '401' }, REMOVED, 'logged-out', 'logged-out'],
    ['a forced log-out', { code: '516' }, undefined, 'logged-out', 'logged-out'],
    ['code 409', { code: '409' }, undefined, 'replaced', 'linked'],
  ])('a stream error for %s', async (_, attrs, content, stop, kept) => {
    const { connection, sockets, store } = await keep()
    await until(() => sockets.count === 1)
    sockets.current.open()
    sockets.current.streamError(attrs as Record<string, string>, content)
    expect(await connection.stopped).toBe(stop)
    expect((await store.get('sales'))?.state).toBe(kept)
    expect(sockets.count).toBe(1)
  })

  test('a ban says until when, and keeps the session', async () => {
    const { connection, sockets, clock, store } = await keep()
    await until(() => sockets.count === 1)
    sockets.current.failure({ reason: '402', code: '101', expire: '3600' })
    await connection.stopped
    expect(connection.state).toEqual({
      name: 'stopped',
      reason: 'temporary-ban',
      until: new Date(clock.now() + 3_600_000),
    })
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
  })

  test('401 right after a login that WhatsApp let in is a log-out, though it never came online', async () => {
    const { connection, sockets } = await keep({ confirmed: false })
    await until(() => sockets.count === 1)
    sockets.current.success()
    sockets.current.streamError({ code: '401' })
    expect(await connection.stopped).toBe('logged-out')
  })
})

describe('an end that is tried again', () => {
  test('a restart is followed at once, without a wait', async () => {
    const { connection, sockets, states } = await keep()
    await until(() => sockets.count === 1)
    sockets.current.open()
    sockets.current.streamError({ code: '515' })
    await until(() => sockets.count === 2)
    expect(states).toEqual(['online', 'connecting'])
    sockets.current.open()
    await connection.close()
    expect(states).toEqual(['online', 'connecting', 'online', 'stopped closed'])
  })

  test.each([
    ['503', 1_000],
    ['500', 1_000],
    ['429', 30_000],
  ])('a stream error with code %s waits %i ms at most', async (code, inMs) => {
    const { sockets, states } = await keep()
    await until(() => sockets.count === 1)
    sockets.current.streamError({ code })
    await until(() => states.length > 0)
    expect(states).toEqual([`waiting ${inMs}`])
  })

  test('the waits double up to a minute, and start over after a stable minute', async () => {
    const { sockets, states, clock } = await keep()
    const lose = async (onlineMs?: number): Promise<void> => {
      const before = sockets.count
      await until(() => sockets.count === before && !sockets.current.isEnded)
      if (onlineMs !== undefined) {
        sockets.current.open()
        clock.advance(onlineMs)
      }
      const told = states.length
      sockets.current.close()
      await until(() => states.length > told)
      clock.next()
      await until(() => sockets.count === before + 1)
    }
    await until(() => sockets.count === 1)
    for (let failures = 1; failures <= 8; failures += 1) await lose()
    await lose(59_999)
    await lose(60_000)
    await lose()
    const waits = states.filter((state) => state.startsWith('waiting')).map((state) => Number(state.split(' ')[1]))
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 1_000, 2_000])
  })

  test('the old socket is closed before the next one is made', async () => {
    const { sockets, clock } = await keep()
    let open = 0
    sockets.onMade = ({ socket }) => {
      open += 1
      expect(open).toBe(1)
      socket.ev.on('connection.update', ({ connection }) => {
        if (connection === 'close') open -= 1
      })
    }
    await until(() => sockets.count === 1)
    for (let round = 2; round < 20; round += 1) {
      if (round % 2 === 0) sockets.current.streamError({ code: '515' })
      else sockets.current.close()
      await until(() => sockets.count === round || clock.waiting === 1)
      if (sockets.count < round) clock.next()
      await until(() => sockets.count === round)
    }
  })
})

describe('whoever listens', () => {
  test('gets each socket before its first event, and the current one at once when it comes late', async () => {
    const { connection, sockets } = await keep()
    const heard: string[] = []
    sockets.onMade = ({ socket }) => {
      // What a fork might do: events before anybody can listen.
      queueMicrotask(() => void socket.ev.emit('connection.update', { connection: 'connecting' }))
    }
    connection.on('socket', (socket) => {
      socket.ev.on('connection.update', ({ connection: name }) => heard.push(`first ${name}`))
    })
    await until(() => sockets.count === 1)
    await until(() => heard.length === 1)
    connection.on('socket', (socket) => void heard.push(`late ${socket === sockets.current.socket}`))
    sockets.current.open()
    expect(heard).toEqual(['first connecting', 'late true', 'first open'])
  })

  test('may throw, at once or later, and neither the others nor the connection mind', async () => {
    const errors: unknown[] = []
    const logger = { ...silentLogger, error: (o: unknown) => void errors.push(o) }
    const { connection, sockets, states } = await keep({ options: { logger } })
    connection.on('socket', () => {
      throw new Error('sync')
    })
    connection.on('socket', (async () => {
      throw new Error('async')
    }) as never)
    connection.on('state', () => {
      throw new Error('state')
    })
    await until(() => sockets.count === 1)
    sockets.current.open()
    connection.on('socket', () => {
      throw new Error('late')
    })
    await until(() => errors.length === 4)
    expect(errors).toEqual([
      { event: 'socket', reason: 'sync' },
      { event: 'socket', reason: 'async' },
      { event: 'state', reason: 'state' },
      { event: 'socket', reason: 'late' },
    ])
    await connection.close()
    expect(states).toEqual(['online', 'stopped closed'])
  })

  test('hears nothing any more once it is taken off', async () => {
    const { connection, sockets, states } = await keep()
    const heard: unknown[] = []
    const listener = (): void => void heard.push(1)
    connection.on('socket', listener).on('state', listener).off('socket', listener).off('state', listener)
    await until(() => sockets.count === 1)
    sockets.current.open()
    expect(heard).toEqual([])
    expect(states).toEqual(['online'])
  })

  test('may take the socket from the connection instead: what was kept is told, and messages come, at once', async () => {
    const { connection, sockets } = await keep()
    await until(() => sockets.count === 1)
    sockets.current.open()
    sockets.current.socket.ev.emit('chats.update', [{ id: 'kept' }])
    sockets.current.socket.ws.emit('CB:message', { id: 'unread' })
    const heard: unknown[] = []
    sockets.current.socket.ws.on('CB:message', (stanza: unknown) => void heard.push(stanza))
    connection.socket?.ev.on('chats.update', (chats) => void heard.push(...chats))
    connection.socket?.ev.on('messages.upsert', () => {})
    await until(() => heard.length > 0)
    expect(heard).toEqual([{ id: 'kept' }, { id: 'unread' }])
  })

  test('that is no function, or listens to what there is not, is refused by name', async () => {
    const { connection } = await keep()
    const on = connection.on as (event: string, listener: unknown) => unknown
    for (const [event, listener, named] of [
      ['socket', undefined, 'listener'],
      ['state', {}, 'listener'],
      ['stopped', () => {}, '"socket" and "state"'],
    ] as const)
      expect(() => on(event, listener)).toThrow(
        expect.objectContaining({ code: 'invalid-options', message: expect.stringContaining(named) }),
      )
    const off = connection.off as (event: string, listener: unknown) => unknown
    expect(() => off('socket', undefined)).not.toThrow()
  })

  test('hears from the next socket what the last one kept for it', async () => {
    const { connection, sockets, clock } = await keep()
    await until(() => sockets.count === 1)
    sockets.current.open()
    sockets.current.socket.ev.emit('chats.update', [{ id: 'kept' }])
    sockets.current.close()
    await until(() => connection.state.name === 'waiting')
    const heard: unknown[] = []
    connection.on('socket', (socket) => {
      socket.ev.on('chats.update', (chats) => void heard.push(...chats))
      socket.ev.on('connection.update', ({ connection: name }) => void heard.push(name))
    })
    clock.next()
    await until(() => sockets.count === 2 && heard.length > 0)
    sockets.current.open()
    expect(heard).toEqual([{ id: 'kept' }, 'open'])
  })
})

describe('closing', () => {
  const stages: readonly (readonly [string, (kept: Awaited<ReturnType<typeof keep>>) => Promise<void>])[] = [
    ['before its first socket', async () => {}],
    ['while it connects', async ({ sockets }) => until(() => sockets.count === 1)],
    [
      'while it is online',
      async ({ sockets }) => {
        await until(() => sockets.count === 1)
        sockets.current.open()
      },
    ],
    [
      'while it waits',
      async ({ sockets, connection }) => {
        await until(() => sockets.count === 1)
        sockets.current.close()
        await until(() => connection.state.name === 'waiting')
      },
    ],
    ['when it has stopped', async ({ connection }) => connection.close()],
  ]
  const ways: readonly (readonly [string, (kept: Awaited<ReturnType<typeof keep>>, abort: () => void) => void])[] = [
    ['close()', ({ connection }) => void connection.close()],
    ['close() twice', ({ connection }) => void [connection.close(), connection.close()]],
    ['its signal', (_, abort) => abort()],
    ['the store', ({ store }) => void store.close()],
  ]
  for (const [when, reach] of stages)
    test.each(ways)(`${when}, by %s`, async (_, end) => {
      const aborter = new AbortController()
      const kept = await keep({ options: { signal: aborter.signal } })
      await reach(kept)
      end(kept, () => aborter.abort())
      expect(await kept.connection.stopped).toBe('closed')
      expect(kept.connection.state).toEqual({ name: 'stopped', reason: 'closed' })
      expect(kept.connection.socket).toBeUndefined()
      expect(kept.clock.waiting).toBe(0)
      if (kept.sockets.count > 0) expect(kept.sockets.current.isEnded).toBe(true)
      await kept.store.close()
    })

  test('a signal that was aborted before: nothing is made, nothing is owned', async () => {
    const { connection, sockets, store } = await keep({ options: { signal: AbortSignal.abort() } })
    expect(await connection.stopped).toBe('closed')
    expect(sockets.count).toBe(0)
    const next = await keep({ store })
    await until(() => next.sockets.count === 1)
  })

  test('the socket can send nothing more in the very turn of the close', async () => {
    const { connection, sockets } = await keep()
    await until(() => sockets.count === 1)
    sockets.current.open()
    const closed = connection.close()
    expect(sockets.current.isEnded).toBe(true)
    await closed
  })

  test('the session is free as soon as it has stopped', async () => {
    const first = await keep()
    await until(() => first.sockets.count === 1)
    await first.connection.close()
    const second = await keep({ store: first.store })
    await until(() => second.sockets.count === 1)
  })
})

describe('one owner', () => {
  test('a second connection of this process is refused, and the first goes on', async () => {
    const first = await keep()
    await until(() => first.sockets.count === 1)
    first.sockets.current.open()
    const second = await keep({ store: first.store })
    expect(await second.connection.stopped).toBe('session-busy')
    expect(second.sockets.count).toBe(0)
    expect(first.connection.state.name).toBe('online')
  })
})

test('options that Baileys cannot use stop it as refused, and leave the session as it was', async () => {
  const makers: readonly (() => unknown)[] = [
    () => {
      throw new TypeError('browser is not iterable')
    },
    () => undefined,
    () => ({}),
    () => ({ ev: { on() {} }, ws: { on() {} } }),
    () => ({ ev: { on() {}, off() {}, process() {} }, ws: { on() {}, off() {}, listeners: () => [] } }),
  ]
  for (const make of makers) {
    const { connection, store } = await keep({ options: { makeWASocket: make as never } })
    expect(await connection.stopped).toBe('refused')
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
  }
})

test.each([
  ['no keys', { noiseKey: { public: Buffer.alloc(32), private: Buffer.alloc(0) } }],
  ['no account to be', { me: { id: 'nobody' } }],
  ['no signed pre-key', { signedPreKey: undefined as never }],
])('credentials with %s stop it as a bad session, and go to the archive', async (_, credentials) => {
  const { connection, store, sockets } = await keep({ credentials })
  expect(await connection.stopped).toBe('bad-session')
  expect(sockets.count).toBe(0)
  expect(await store.get('sales')).toMatchObject({ state: 'bad-session' })
  expect(await store.list({ archived: true })).toHaveLength(1)
  const again: Connection = (await keep({ store })).connection
  expect(await again.stopped).toBe('bad-session')
})

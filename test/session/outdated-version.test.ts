// 405: the version of WhatsApp Web is looked up once.
import { expect, test, vi } from 'vitest'
import type { VersionLookup } from '../../src/session/web-version.ts'
import { keep, until } from './kept-online.ts'

test('a refused version is replaced by the current one, at once, and for the sockets after it', async () => {
  const lookUpVersion = vi.fn<VersionLookup>(async () => [2, 3000, 2_000_000_000])
  const options = { socket: { options: { keepalive: true } } }
  const { connection, sockets, states, clock } = await keep({ edges: { lookUpVersion }, options })
  await until(() => sockets.count === 1)
  expect(sockets.current.config).not.toHaveProperty('version')
  sockets.current.failure({ reason: '405' })
  await until(() => sockets.count === 2)
  expect(lookUpVersion).toHaveBeenCalledWith(options.socket, expect.any(AbortSignal))
  expect(sockets.current.config).toMatchObject({ version: [2, 3000, 2_000_000_000] })
  sockets.current.open()
  sockets.current.streamError({ code: '515' })
  await until(() => sockets.count === 3)
  expect(sockets.current.config).toMatchObject({ version: [2, 3000, 2_000_000_000] })
  expect(states).toEqual(['online', 'connecting'])
  sockets.current.failure({ reason: '405' })
  expect(await connection.stopped).toBe('outdated-version')
  expect(lookUpVersion).toHaveBeenCalledTimes(1)
  expect(clock.waiting).toBe(0)
})

test('a lookup that fails, or gives no version, ends it', async () => {
  const lookups: VersionLookup[] = [
    async () => {
      throw new Error('fetch failed')
    },
    async () => 'nonsense' as never,
    async () => [2, 3000, Number.NaN],
  ]
  for (const lookUpVersion of lookups) {
    const { connection, sockets, clock } = await keep({ edges: { lookUpVersion } })
    await until(() => sockets.count === 1)
    sockets.current.failure({ reason: '405' })
    expect(await connection.stopped).toBe('outdated-version')
    expect(clock.waiting).toBe(0)
  }
})

test('a lookup that takes longer than 10 s is called off', async () => {
  let given: AbortSignal | undefined
  const { connection, sockets, clock } = await keep({
    edges: {
      lookUpVersion: (_, signal) => {
        given = signal
        return new Promise(() => {})
      },
    },
  })
  await until(() => sockets.count === 1)
  sockets.current.failure({ reason: '405' })
  await until(() => given !== undefined)
  clock.advance(9_999)
  expect(given?.aborted).toBe(false)
  clock.advance(1)
  expect(await connection.stopped).toBe('outdated-version')
  expect(given?.aborted).toBe(true)
})

test('a close during the lookup calls it off', async () => {
  let given: AbortSignal | undefined
  const { connection, sockets, clock } = await keep({
    edges: {
      lookUpVersion: (_, signal) => {
        given = signal
        return new Promise(() => {})
      },
    },
  })
  await until(() => sockets.count === 1)
  sockets.current.failure({ reason: '405' })
  await until(() => given !== undefined)
  await connection.close()
  expect(await connection.stopped).toBe('closed')
  expect(given?.aborted).toBe(true)
  expect(clock.waiting).toBe(0)
})

test('a version that the caller chose is not replaced', async () => {
  const lookUpVersion = vi.fn<VersionLookup>()
  const { connection, sockets } = await keep({
    edges: { lookUpVersion },
    options: { socket: { version: [2, 3000, 1] } },
  })
  await until(() => sockets.count === 1)
  expect(sockets.current.config).toMatchObject({ version: [2, 3000, 1] })
  sockets.current.failure({ reason: '405' })
  expect(await connection.stopped).toBe('outdated-version')
  expect(lookUpVersion).not.toHaveBeenCalled()
})

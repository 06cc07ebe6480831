import { randomBytes } from 'node:crypto'
import { initAuthCreds } from 'baileys'
import { expect, test } from 'vitest'
import WebSocket from 'ws'
import { introductionLength } from '../../src/emulator/connection.ts'
import { startEmulator } from '../../src/emulator/index.ts'
import { introduction, NOISE_HEADER } from '../../src/wire/frames.ts'
import { childOf, node } from '../../src/wire/nodes.ts'
import { openRaw, openRegistration } from './raw-companion.ts'
import { emulatorForTest, PATIENT, stillClock } from './steps.ts'

/** Opens a socket, sends these bytes, and waits until the server closes it. */
async function closedAfter(url: string, bytes: Uint8Array): Promise<void> {
  const socket = new WebSocket(url)
  await new Promise((resolve) => socket.once('open', resolve))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.send(bytes)
  await closed
}

test('the header is found, with and without routing info, as soon as it is whole', () => {
  for (const routing of [undefined, randomBytes(8), randomBytes(300)]) {
    const bytes = Buffer.concat([introduction(routing), Uint8Array.of(1, 2, 3)])
    const length = introduction(routing).length
    expect(introductionLength(bytes)).toBe(length)
    expect(introductionLength(bytes.subarray(0, length))).toBe(length)
    for (const short of [0, 3, length - 1]) expect(introductionLength(bytes.subarray(0, short))).toBeUndefined()
  }
})

test('another header is refused', () => {
  expect(() => introductionLength(Buffer.from('GET / HTTP/1.1'))).toThrow()
  expect(() => introductionLength(Buffer.from('57410501', 'hex'))).toThrow()
  expect(() => introductionLength(Buffer.concat([Buffer.from('45440001000001ff', 'hex'), Buffer.alloc(4)]))).toThrow()
  expect(() => introductionLength(Buffer.from('45440001ffffff', 'hex'))).toThrow()
})

test.each([1, 7, 100])('frames that come in pieces of %i bytes are put together', async (chunk) => {
  const emulator = await emulatorForTest()
  const raw = await openRegistration(emulator, { chunk, routingInfo: randomBytes(8) })
  expect(raw.refs).toHaveLength(6)
  expect((await raw.ask({ xmlns: 'w:p', type: 'get' }, [])).attrs['type']).toBe('result')
})

test('what is no client is cut off', async () => {
  const emulator = await emulatorForTest()
  const { url } = emulator.endpoint
  await closedAfter(url, Buffer.from('GET / HTTP/1.1\r\n\r\n'))
  await closedAfter(url, Buffer.concat([NOISE_HEADER, Buffer.from('000003', 'hex'), randomBytes(3)]))
  await closedAfter(url, Buffer.concat([NOISE_HEADER, Buffer.from('ffffff', 'hex')]))
  expect(emulator.stanzas).toEqual([])
})

test('a client that never finishes its handshake is cut off in the end', async () => {
  const emulator = await emulatorForTest({ clock: stillClock() })
  const socket = new WebSocket(emulator.endpoint.url)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise((resolve) => socket.once('open', resolve))
  await new Promise((resolve) => setImmediate(resolve))
  await expect
    .poll(async () => {
      await emulator.advance(120_000)
      return socket.readyState
    }, PATIENT)
    .not.toBe(WebSocket.OPEN)
  await closed
})

test('a registration whose keys do not hold is refused', async () => {
  const emulator = await emulatorForTest()
  const creds = initAuthCreds()
  const forged = { ...creds, signedPreKey: { ...creds.signedPreKey, signature: randomBytes(64) } }
  const raw = await openRaw(emulator, { creds: forged })
  expect((await raw.next(({ tag }) => tag === 'failure')).attrs).toEqual({ reason: '400' })
  await raw.closed
})

test('on a registration connection other queries are refused', async () => {
  const emulator = await emulatorForTest()
  const raw = await openRegistration(emulator)
  const unknown = await raw.ask({ xmlns: 'usync', type: 'get' }, [node('usync')])
  expect(childOf(unknown, 'error')?.attrs['code']).toBe('501')
  const early = await raw.ask({ xmlns: 'md' }, [node('companion_nonce', {}, randomBytes(32))])
  expect(childOf(early, 'error')?.attrs['code']).toBe('400')
})

test('stop closes every connection and the port, and leaves nobody waiting', async () => {
  const emulator = await startEmulator()
  const phone = emulator.addPhone('12025550123')
  const raw = await openRegistration(emulator)
  const waits = [phone.prompted(), phone.received()].map((wait) =>
    wait.then(
      () => 'settled',
      () => 'rejected',
    ),
  )
  await emulator.stop()
  await raw.closed
  expect(await Promise.all(waits)).toEqual(['rejected', 'rejected'])
  await expect(phone.received()).rejects.toThrow('stopped')
  await expect(openRaw(emulator)).rejects.toThrow()
})

test('a port can be asked for; a taken one is refused', async () => {
  const one = await emulatorForTest()
  const port = Number(new URL(one.endpoint.url).port)
  await expect(startEmulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await one.stop()
  const other = await emulatorForTest({ port })
  expect(other.endpoint.url).toBe(`ws://127.0.0.1:${port}/ws/chat`)
})

test('many waiting registrations are carried', async () => {
  const emulator = await emulatorForTest()
  const creds = initAuthCreds()
  const companions = await Promise.all(Array.from({ length: 300 }, () => openRegistration(emulator, { creds })))
  expect(new Set(companions.flatMap(({ refs }) => refs)).size).toBe(1_800)
  expect(companions.every(({ isClosed }) => !isClosed)).toBe(true)
})

// Whoever listens where WhatsApp should be, up to the moment in which the handshake would be done.
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { LinkError } from '../../src/errors.ts'
import { openTried, TIMEOUT_MS, type TriedConnection } from './client.ts'
import { BAD_WEBSOCKET, pourInto, startTcp, startTls, upgrade, webSocketFrame } from './hostile-server.ts'
import { halfOpen } from './opened.ts'
import { retained } from './retained.ts'

const ROOT_KEY = Buffer.alloc(32, 1)
const MIB = 1024 * 1024

/** Named, told once, and nothing of it is left. */
async function expectGone(tried: TriedConnection, sockets: () => number): Promise<LinkError> {
  const end = await tried.ended
  if (end.kind !== 'unopened') throw new Error(`it ended as ${end.kind}`)
  expect(end.error).toBeInstanceOf(LinkError)
  expect(end.error).toMatchObject({ code: 'network', retryable: true })
  expect(tried.told).toEqual(['end unopened'])
  expect(tried.clock.pending).toBe(0)
  await vi.waitFor(() => expect(sockets()).toBe(0), { timeout: 20_000 })
  return end.error
}

const onRequest = (answer: (socket: Socket, request: string) => void) => (socket: Socket) =>
  void socket.once('data', (request) => answer(socket, String(request)))

async function tryTcp(
  answer: (socket: Socket, request: string) => void,
): Promise<{ tried: TriedConnection; sockets: () => number }> {
  const { url, sockets } = await startTcp(onRequest(answer))
  return { tried: openTried({ endpoint: { url, rootKey: ROOT_KEY } }), sockets: () => sockets.size }
}

describe('an answer that is no upgrade', () => {
  it.each([200, 204, 301, 400, 403, 404, 429, 500, 503])('but HTTP %i is told with its number', async (status) => {
    const { tried, sockets } = await tryTcp((socket) =>
      socket.write(`HTTP/1.1 ${status} Words\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 1000000\r\n\r\nbody`),
    )
    expect((await expectGone(tried, sockets)).message).toContain(`HTTP ${status}`)
  })

  it.each<[string, (socket: Socket, request: string) => void]>([
    [
      'a body without an end',
      (socket) =>
        pourInto(
          socket.on('error', () => {}),
          'HTTP/1.1 200 OK\r\n\r\nmore and more',
        ),
    ],
    [
      'headers without an end',
      (socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\n')
        pourInto(socket, 'X-And-So-On: for ever\r\n')
      },
    ],
    [
      'one header without an end',
      (socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nX-Long: ')
        pourInto(socket, 'for ever and ')
      },
    ],
    [
      'a status line without an end',
      (socket) => {
        socket.write('HTTP/1.1 101 ')
        pourInto(socket, 'for ever and ')
      },
    ],
    ['random bytes', (socket) => socket.write(randomBytes(5_000))],
    [
      'an extension that nobody asked for',
      (socket, request) => socket.write(upgrade(request, 'Sec-WebSocket-Extensions: permessage-deflate\r\n')),
    ],
    [
      'a subprotocol that nobody asked for',
      (socket, request) => socket.write(upgrade(request, 'Sec-WebSocket-Protocol: chat\r\n')),
    ],
    ['its own end, half closed', (socket) => socket.end()],
    ['half an upgrade, half closed', (socket, request) => socket.end(upgrade(request).slice(0, 60))],
    ['an upgrade, half closed', (socket, request) => socket.end(upgrade(request))],
    [
      'an upgrade and WebSocket pings for ever',
      (socket, request) => {
        socket.write(upgrade(request))
        pourInto(socket, webSocketFrame(0x89, Buffer.alloc(100)))
      },
    ],
    [
      'an upgrade and empty messages for ever',
      (socket, request) => {
        socket.write(upgrade(request))
        pourInto(socket, webSocketFrame(0x82, Buffer.alloc(0)))
      },
    ],
  ])('but %s ends at once, by its name', async (_what, answer) => {
    const { tried, sockets } = await tryTcp(answer)
    await expectGone(tried, sockets)
  })

  it.each<[string, (socket: Socket, request: string) => void]>([
    ['nothing', () => {}],
    ['“continue” for ever', (socket) => pourInto(socket, 'HTTP/1.1 100 Continue\r\n\r\n')],
    ['an upgrade and then nothing', (socket, request) => socket.write(upgrade(request))],
    [
      'an upgrade and a message whose rest never comes',
      (socket, request) =>
        socket.write(Buffer.concat([Buffer.from(upgrade(request)), Buffer.of(0x82, 126, 0x10, 0, 1, 2)])),
    ],
    [
      'an upgrade and a frame whose rest never comes',
      (socket, request) =>
        socket.write(Buffer.concat([Buffer.from(upgrade(request)), webSocketFrame(0x82, Buffer.of(0, 1, 0, 1, 2))])),
    ],
  ])('but %s ends at the limit of 20 s, by the clock that was given', async (_what, answer) => {
    let answered = (): void => {}
    const ready = new Promise<void>((resolve) => {
      answered = resolve
    })
    const { tried, sockets } = await tryTcp((socket, request) => {
      answer(socket, request)
      answered()
    })
    await ready
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    tried.clock.advance(TIMEOUT_MS - 1)
    expect(tried.told).toEqual([])
    tried.clock.advance(1)
    expect((await expectGone(tried, sockets)).message).toContain('no handshake within 20000 ms')
  })

  it('but one byte every second ends at the limit of 20 s all the same', async () => {
    const { url, sockets } = await startTcp(() => {})
    const tried = openTried({ endpoint: { url, rootKey: ROOT_KEY } })
    await vi.waitFor(() => expect(sockets.size).toBe(1))
    const [socket] = sockets
    for (const byte of 'HTTP/1.1 101 Switching') {
      socket?.write(byte)
      await new Promise((resolve) => setImmediate(resolve))
      tried.clock.advance(1_000)
    }
    expect((await expectGone(tried, () => sockets.size)).message).toContain('no handshake within 20000 ms')
  })
})

describe('in place of TLS', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['random bytes', (socket) => socket.write(randomBytes(2_000))],
    ['HTTP', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an alert', (socket) => socket.write(Buffer.from('15030300020228', 'hex'))],
    ['a record of a kind that does not exist', (socket) => socket.write(Buffer.from('ff0303000100', 'hex'))],
    ['the end', (socket) => socket.end()],
  ])('%s ends at once, by its name', async (_what, answer) => {
    const { url, sockets } = await startTcp((socket) => void socket.once('data', () => answer(socket)))
    const tried = openTried({ endpoint: { url: url.replace('ws:', 'wss:'), rootKey: ROOT_KEY } })
    await expectGone(tried, () => sockets.size)
  })

  it('a certificate of its own making ends at once, and its defect is named', async () => {
    const { url } = await startTls(() => {})
    const tried = openTried({ endpoint: { url, rootKey: ROOT_KEY } })
    expect((await expectGone(tried, () => 0)).message).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
  })
})

describe('before the hello', () => {
  it.each(BAD_WEBSOCKET)('%s ends at once, by its name', async (_what, bytes) => {
    const { client, server, tried } = await halfOpen()
    client.raw(bytes)
    await expectGone(tried, () => server.sockets)
  })

  it.each([1000, 1001, 1008, 1011, 1013, 3000, 4999])('a close with %i ends at once, by its name', async (code) => {
    const { client, server, tried } = await halfOpen()
    client.raw(webSocketFrame(0x88, Buffer.of(code >> 8, code & 255, 0x3f)))
    await expectGone(tried, () => server.sockets)
  })

  it('the end of TCP in one direction ends at once', async () => {
    const { client, server, tried } = await halfOpen()
    client.raw(Buffer.alloc(0), 'half')
    await expectGone(tried, () => server.sockets)
  })

  it('a message byte by byte ends after 20,000 parts, and holds little until then', async () => {
    const { client, tried, server } = await halfOpen()
    const before = await retained()
    // The start of a frame of 1 MiB, of which each WebSocket message brings one byte.
    const parts = [...Buffer.from('100000', 'hex'), ...Buffer.alloc(19_997)].map((byte) =>
      webSocketFrame(0x82, Buffer.of(byte)),
    )
    client.raw(Buffer.concat(parts))
    client.raw(webSocketFrame(0x89, Buffer.from('there?')))
    await client.ponged
    expect(tried.told).toEqual([])
    expect((await retained()) - before).toBeLessThan(12 * MIB)
    client.raw(webSocketFrame(0x82, Buffer.of(7)))
    expect((await expectGone(tried, () => server.sockets)).message).toContain('more than 20000 messages')
    expect((await retained()) - before).toBeLessThan(4 * MIB)
  })
})

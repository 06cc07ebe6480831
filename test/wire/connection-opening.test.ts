import { describe, expect, it, vi } from 'vitest'
import { LinkError } from '../../src/errors.ts'
import { generateKeyPair } from '../../src/wire/bridge.ts'
import { WHATSAPP } from '../../src/wire/endpoint.ts'
import type { ConnectionEnd } from '../../src/wire/ends.ts'
import { MAX_FRAME } from '../../src/wire/frames.ts'
import { whatsAppWasContacted } from '../../src/wire/whatsapp-contact.ts'
import { NOT_AFTER_S } from './chain.ts'
import { openTried, TIMEOUT_MS, type TriedConnection } from './client.ts'
import { halfOpen, startTcp } from './opened.ts'
import { type Client, framed, startTinyServer } from './tiny-server.ts'

function unopenedError(end: ConnectionEnd): LinkError {
  if (end.kind !== 'unopened') throw new Error(`it ended as ${end.kind}`)
  expect(end.error).toBeInstanceOf(LinkError)
  return end.error
}

describe('a connection that does not open', () => {
  const expectUnopened = async (tried: TriedConnection, message: RegExp): Promise<LinkError> => {
    const error = unopenedError(await tried.ended)
    expect(error).toMatchObject({ code: 'network', retryable: true })
    expect(error.message).toMatch(message)
    expect(tried.told).toEqual(['end unopened'])
    expect(tried.clock.pending).toBe(0)
    return error
  }

  it('because nobody listens, ends with the cause', async () => {
    const { url, sockets } = await startTcp((socket) => socket.destroy())
    const closedPort = url.replace(/:\d+/, ':1')
    const tried = openTried({ endpoint: { url: closedPort, rootKey: WHATSAPP.rootKey.map((byte) => byte ^ 1) } })
    const error = await expectUnopened(tried, /could not be reached/)
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' })
    expect(sockets.size).toBe(0)
  })

  it('because the server hangs up at once, ends', async () => {
    const { url } = await startTcp((socket) => socket.destroy())
    await expectUnopened(openTried({ endpoint: { url, rootKey: Buffer.alloc(32, 1) } }), /could not be reached/)
  })

  it.each([
    ['refuses', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'],
    ['leads elsewhere', 'HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n'],
    ['is no web server', 'SSH-2.0-server\r\n'],
    [
      'forges the upgrade',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n',
    ],
  ])('because the server %s, ends', async (_what, answer) => {
    const { url } = await startTcp((socket) => socket.once('data', () => socket.end(answer)))
    await expectUnopened(openTried({ endpoint: { url, rootKey: Buffer.alloc(32, 1) } }), /could not be reached/)
  })

  it('because the server closes before the hello, ends', async () => {
    const server = await startTinyServer()
    const tried = openTried({ endpoint: server.endpoint })
    const client = await server.client()
    client.close()
    await expectUnopened(tried, /closed before the handshake was done/)
  })

  it.each<[string, (client: Client) => void]>([
    ['closes', (client) => client.close()],
    ['cuts the line', (client) => client.cut()],
  ])('because the server %s after the hello, ends', async (_what, leave) => {
    const { client, tried } = await halfOpen()
    leave(client)
    await expectUnopened(tried, /closed before the handshake was done|could not be reached/)
  })

  it('because the server says nothing, ends after its limit, by the clock it was given', async () => {
    const { client, tried } = await halfOpen()
    tried.clock.advance(TIMEOUT_MS - 1)
    expect(tried.told).toEqual([])
    tried.clock.advance(1)
    await expectUnopened(tried, /no handshake within 20000 ms/)
    await client.closed
  })

  it('because the server does not even upgrade, ends after its limit', async () => {
    const { url, sockets } = await startTcp(() => {})
    const tried = openTried({ endpoint: { url, rootKey: Buffer.alloc(32, 1) } })
    await vi.waitFor(() => expect(sockets.size).toBe(1))
    tried.clock.advance(TIMEOUT_MS)
    await expectUnopened(tried, /no handshake within 20000 ms/)
    await vi.waitFor(() => expect(sockets.size).toBe(0))
  })

  it('because the server sends half a hello and no more, ends after its limit', async () => {
    const { client, tried } = await halfOpen()
    client.write(Buffer.from('000100aabbcc', 'hex'))
    await new Promise((resolve) => setImmediate(resolve))
    tried.clock.advance(TIMEOUT_MS)
    await expectUnopened(tried, /no handshake within/)
  })

  it.each<[string, (client: Client) => void, RegExp]>([
    ['junk', (client) => client.write(framed(Buffer.from('junk'))), /not a handshake/],
    ['an empty frame', (client) => client.write(framed(new Uint8Array(0))), /not a handshake/],
    ['text', (client) => client.writeText('\0\0\u0002{}'), /not a handshake/],
    ['a frame of 16 MiB', (client) => client.write(Buffer.from('ffffff', 'hex')), /a frame of 16777215 bytes came/],
    ['a frame of 1 MiB and a byte', (client) => client.write(Buffer.from('100001', 'hex')), /a frame of 1048577 bytes/],
    ['one message of 3 MiB', (client) => client.write(new Uint8Array(3 * MAX_FRAME)), /./],
  ])('because the server sends %s for a hello, ends', async (_what, say, message) => {
    const { client, tried } = await halfOpen()
    say(client)
    await expectUnopened(tried, message)
    await client.closed
  })

  it('because the server is not trusted, ends with the reason and tells it nothing more', async () => {
    const server = await startTinyServer()
    const tried = openTried({ endpoint: server.endpoint })
    const client = await server.client()
    const { send } = await client.greet({ leafSigner: generateKeyPair() })
    const before = client.received().length
    send()
    expect(unopenedError(await tried.ended)).toMatchObject({ code: 'untrusted-server', reason: 'leaf-signature' })
    await client.closed
    expect(client.received()).toHaveLength(before)
    expect(tried.told).toEqual(['end unopened'])
  })

  it('because the clock it was given is off, ends with the reason', async () => {
    const server = await startTinyServer()
    const tried = openTried({ endpoint: server.endpoint })
    const client = await server.client()
    const { send } = await client.greet({ leaf: { notBefore: NOT_AFTER_S, notAfter: NOT_AFTER_S + 1 } })
    send()
    expect(unopenedError(await tried.ended)).toMatchObject({ code: 'untrusted-server', reason: 'dates' })
  })
})

describe('whether WhatsApp itself was contacted', () => {
  it('is no after a connection to another root key, and yes after one to its own', async () => {
    const { url } = await startTcp((socket) => socket.destroy())
    const elsewhere = openTried({ endpoint: { url, rootKey: Buffer.alloc(32, 1) } })
    await elsewhere.ended
    expect(whatsAppWasContacted()).toBe(false)
    const there = openTried({ endpoint: { url, rootKey: WHATSAPP.rootKey } })
    expect(whatsAppWasContacted()).toBe(true)
    await there.ended
  })
})

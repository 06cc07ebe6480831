import { Agent } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { LinkError } from '../../src/errors.ts'
import { generateKeyPair } from '../../src/wire/bridge.ts'
import type { SendFate } from '../../src/wire/connection.ts'
import { WHATSAPP } from '../../src/wire/endpoint.ts'
import type { ConnectionEnd } from '../../src/wire/ends.ts'
import { MAX_FRAME } from '../../src/wire/frames.ts'
import { type Node, node } from '../../src/wire/nodes.ts'
import { whatsAppWasContacted } from '../../src/wire/whatsapp-contact.ts'
import { NOT_AFTER_S } from './chain.ts'
import { openTried, TIMEOUT_MS, type TriedConnection } from './client.ts'
import { hexOf } from './hex.ts'
import { compared } from './stanzas.ts'
import { type Client, framed, type Session, startTinyServer, type TinyServer } from './tiny-server.ts'

interface Open {
  readonly server: TinyServer
  readonly client: Client
  readonly session: Session
  readonly tried: TriedConnection
}

async function open(options: Partial<Parameters<typeof openTried>[0]> = {}): Promise<Open> {
  const server = await startTinyServer()
  const tried = openTried({ endpoint: server.endpoint, ...options })
  const client = await server.client()
  const session = await client.shakeHands()
  await tried.opened
  return { server, client, session, tried }
}

/** A server that got as far as the hello of the client. */
async function halfOpen(): Promise<Omit<Open, 'session'>> {
  const server = await startTinyServer()
  const tried = openTried({ endpoint: server.endpoint })
  const client = await server.client()
  await vi.waitFor(() => expect(client.received().length).toBeGreaterThan(4))
  return { server, client, tried }
}

/** Listens on TCP, and does with each connection what it is told. */
async function startTcp(onConnection: (socket: Socket) => void): Promise<{ url: string; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.resume()
    socket.once('close', () => sockets.delete(socket))
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return { url: `ws://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`, sockets }
}

const stanza = node('iq', { id: '17.4-1', type: 'set', to: 's.whatsapp.net', xmlns: 'md' }, [node('ref', {}, 'text')])
const notification = (id: string): Node => node('notification', { id, from: 's.whatsapp.net' })

function unopenedError(end: ConnectionEnd): LinkError {
  if (end.kind !== 'unopened') throw new Error(`it ended as ${end.kind}`)
  expect(end.error).toBeInstanceOf(LinkError)
  return end.error
}

describe('a connection', () => {
  it('shakes hands, says who it is, and carries stanzas both ways', async () => {
    const { session, tried } = await open()
    expect(hexOf(session.payload)).toBe(hexOf(tried.payload))
    expect(hexOf(session.clientKey)).toBe(hexOf(tried.noiseKey.public))

    tried.connection.send(stanza)
    expect(compared(await session.stanza())).toEqual(compared(stanza))
    session.send(notification('n1'))
    session.send(notification('n2'))
    expect(await tried.nodes(2)).toEqual([notification('n1'), notification('n2')])
    expect(tried.told).toEqual(['open', 'node notification', 'node notification'])
  })

  it('comes from the page of WhatsApp Web, to the path of the endpoint, without compression', async () => {
    const { client } = await open()
    expect(client.headers.origin).toBe('https://web.whatsapp.com')
    expect(client.path).toBe('/ws/chat')
    expect(client.headers['sec-websocket-extensions']).toBeUndefined()
  })

  it('sends its header once, before the first frame', async () => {
    const { client, session, tried } = await open()
    for (let sent = 0; sent < 3; sent += 1) tried.connection.send(stanza)
    for (let read = 0; read < 3; read += 1) await session.stanza()
    expect(hexOf(client.received().subarray(0, 4))).toBe('57410603')
    expect(hexOf(client.received()).split('57410603')).toHaveLength(2)
  })

  it('sends the routing info of an earlier connection before the header', async () => {
    const { client } = await open({ routingInfo: Buffer.from('080d0807', 'hex') })
    expect(hexOf(client.received().subarray(0, 15))).toBe('45440001000004080d080757410603')
  })

  it('goes through the agent it was given', async () => {
    const agent = new Agent()
    const created = vi.spyOn(agent, 'createConnection' as never)
    await open({ agent })
    expect(created).toHaveBeenCalledOnce()
    agent.destroy()
  })

  it('reads frames that come byte by byte', async () => {
    const server = await startTinyServer()
    const tried = openTried({ endpoint: server.endpoint })
    const client = await server.client()
    const greeted = await client.greet()
    for (const byte of framed(greeted.hello)) client.write(Uint8Array.of(byte))
    const session = await greeted.finished()
    for (const byte of session.sealed(notification('n1'))) client.write(Uint8Array.of(byte))
    expect(await tried.nodes(1)).toEqual([notification('n1')])
  })

  it('reads frames that come together', async () => {
    const { client, session, tried } = await open()
    const sealed = [1, 2, 3].map((at) => session.sealed(notification(`n${at}`)))
    client.write(Buffer.concat(sealed))
    expect(await tried.nodes(3)).toEqual([notification('n1'), notification('n2'), notification('n3')])
  })

  it('reads frames of the largest size that it lets in', async () => {
    const { session, tried } = await open()
    const largest = node('enc', {}, new Uint8Array(MAX_FRAME - 100).fill(1))
    session.send(largest)
    const [read] = await tried.nodes(1)
    expect(read?.content).toHaveLength(MAX_FRAME - 100)
  })

  it('writes no key, no payload and no stanza to the log', async () => {
    const { client, session, tried } = await open()
    session.send(notification('n1'))
    await tried.nodes(1)
    client.write(framed(Buffer.alloc(40, 1)))
    await tried.ended
    const log = tried.logged.join('\n')
    for (const secret of [tried.noiseKey.private, tried.payload, Buffer.from('notification')]) {
      expect(log).not.toContain(hexOf(secret))
      expect(log).not.toContain(Buffer.from(secret).toString('base64'))
      expect(log).not.toContain(Buffer.from(secret).toString('latin1'))
    }
  })
})

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

describe('an open connection', () => {
  it.each<[string, Node, ConnectionEnd]>([
    ['<failure>', node('failure', { reason: '401' }), { kind: 'failure', reason: 401 }],
    ['515', node('stream:error', { code: '515' }), { kind: 'stream-error', code: 515 }],
    ['conflict', node('stream:error', {}, [node('conflict', { type: 'replaced' })]), { kind: 'replaced' }],
    ['the end of the stream', node('xmlstreamend'), { kind: 'closed' }],
  ])('ends with %s, and tells nothing after it', async (_what, last, end) => {
    const { client, session, tried } = await open()
    client.write(Buffer.concat([notification('n1'), last, notification('n2')].map((each) => session.sealed(each))))
    expect(await tried.ended).toEqual(end)
    await client.closed
    expect(tried.told).toEqual(['open', 'node notification', `end ${end.kind}`])
    expect(tried.clock.pending).toBe(0)
  })

  it('ends once when the server closes', async () => {
    const { client, tried } = await open()
    client.close()
    expect(await tried.ended).toEqual({ kind: 'closed' })
    await client.closed
    expect(tried.told).toEqual(['open', 'end closed'])
    expect(tried.clock.pending).toBe(0)
  })

  it('ends once when the line is cut, which is an error and a close', async () => {
    const { client, tried } = await open()
    client.cut()
    expect(await tried.ended).toMatchObject({ kind: 'closed' })
    await client.closed
    await new Promise((resolve) => setImmediate(resolve))
    expect(tried.told).toEqual(['open', 'end closed'])
  })

  it.each<[string, (session: Session) => Uint8Array]>([
    ['a frame that was not sealed', () => framed(Buffer.alloc(40, 1))],
    ['an empty frame', () => framed(new Uint8Array(0))],
    [
      'a frame of which one bit changed',
      (session) => {
        const sealed = Uint8Array.from(session.sealed(notification('n1')))
        return sealed.fill((sealed.at(-1) ?? 0) ^ 1, sealed.length - 1)
      },
    ],
    ['what is no stanza', (session) => session.sealed(Buffer.from('00f80219f9ffff', 'hex'))],
    ['nothing, sealed', (session) => session.sealed(new Uint8Array(0))],
    ['a frame that is too long', () => Buffer.from('ffffff', 'hex')],
  ])('ends with its cause when the server sends %s', async (_what, bad) => {
    const { client, session, tried } = await open()
    client.write(session.sealed(notification('n1')))
    client.write(Buffer.concat([bad(session), session.sealed(notification('n2'))]))
    const end = await tried.ended
    expect(end.kind).toBe('closed')
    expect(end).toMatchObject({ cause: expect.any(Error) })
    await client.closed
    expect(tried.told).toEqual(['open', 'node notification', 'end closed'])
  })

  it('ends when a message of the server is larger than two frames', async () => {
    const { client, tried } = await open()
    client.write(new Uint8Array(3 * MAX_FRAME))
    expect(await tried.ended).toMatchObject({ kind: 'closed', cause: expect.any(Error) })
  })

  it('waits for the rest of a frame, however long the server takes', async () => {
    const { client, session, tried } = await open()
    const sealed = session.sealed(notification('n1'))
    client.write(sealed.subarray(0, 10))
    await new Promise((resolve) => setImmediate(resolve))
    expect(tried.told).toEqual(['open'])
    client.write(sealed.subarray(10))
    expect(await tried.nodes(1)).toEqual([notification('n1')])
  })
})

describe('pings', () => {
  it('of the server are answered and not passed on', async () => {
    const { session, tried } = await open()
    session.send(node('iq', { id: '88', from: 's.whatsapp.net', type: 'get', xmlns: 'urn:xmpp:ping' }))
    expect(await session.stanza()).toMatchObject({
      tag: 'iq',
      attrs: { id: '88', type: 'result', to: '@s.whatsapp.net' },
    })
    session.send(notification('n1'))
    await tried.nodes(1)
    expect(tried.told).toEqual(['open', 'node notification'])
  })

  it('of ours go out, and are answered for ever', async () => {
    const { session, tried } = await open()
    for (let round = 1; round <= 3; round += 1) {
      tried.clock.advance(22_500)
      const ping = await session.stanza()
      expect(ping).toMatchObject({ tag: 'iq', attrs: { type: 'get', to: '@s.whatsapp.net', xmlns: 'w:p' } })
      session.send(node('iq', { id: ping.attrs['id'] ?? '', type: 'result', from: 's.whatsapp.net' }))
      session.send(notification(`n${round}`))
      await vi.waitFor(() => expect(tried.told.filter((each) => each === 'node notification')).toHaveLength(round))
    }
    expect(tried.told).not.toContain('end silent')
  })

  it('without an answer end the connection as silent, once', async () => {
    const { client, session, tried } = await open()
    tried.clock.advance(22_500)
    await session.stanza()
    tried.clock.advance(19_999)
    expect(tried.told).toEqual(['open'])
    tried.clock.advance(1)
    expect(await tried.ended).toEqual({ kind: 'silent' })
    await client.closed
    tried.clock.advance(600_000)
    expect(tried.told).toEqual(['open', 'end silent'])
    expect(tried.clock.pending).toBe(0)
  })
})

describe('what becomes of a stanza', () => {
  const fateOf = (tried: TriedConnection, sent = stanza): Promise<SendFate> =>
    new Promise((resolve) => tried.connection.send(sent, resolve))

  it('is "sent" once it left', async () => {
    const { session, tried } = await open()
    expect(await fateOf(tried)).toBe('sent')
    expect(await session.stanza()).toMatchObject({ tag: 'iq' })
  })

  it('is "unsent" before the handshake is done, and the bytes never leave', async () => {
    const server = await startTinyServer()
    const tried = openTried({ endpoint: server.endpoint })
    expect(await fateOf(tried)).toBe('unsent')
    const client = await server.client()
    const greeted = await client.greet()
    expect(await fateOf(tried)).toBe('unsent')
    greeted.send()
    const session = await greeted.finished()
    await tried.opened
    tried.connection.send(node('iq', { id: 'after' }))
    expect(await session.stanza()).toMatchObject({ attrs: { id: 'after' } })
  })

  it('is "unsent" after close', async () => {
    const { tried } = await open()
    tried.connection.close()
    expect(await fateOf(tried)).toBe('unsent')
  })

  it('is "unsent" after the end', async () => {
    const { client, tried } = await open()
    client.close()
    await tried.ended
    expect(await fateOf(tried)).toBe('unsent')
  })

  it('is "unknown" when the line breaks on the way', async () => {
    const { client, tried } = await open()
    client.pause()
    const large = node('enc', {}, new Uint8Array(12 * 1024 * 1024))
    const fates = Promise.all([fateOf(tried, large), fateOf(tried, large)])
    await new Promise((resolve) => setImmediate(resolve))
    client.cut()
    expect((await fates).at(-1)).toBe('unknown')
    expect((await tried.ended).kind).toBe('closed')
  })

  it('need not be asked for', async () => {
    const { session, tried } = await open()
    tried.connection.send(stanza)
    expect(await session.stanza()).toMatchObject({ tag: 'iq' })
    tried.connection.close()
    expect(() => tried.connection.send(stanza)).not.toThrow()
  })
})

describe('close', () => {
  /** TCP connections of this process, both ends of those of the test included. */
  const tcpHandles = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length

  const expectNothingLeft = async (
    tried: TriedConnection,
    sockets: () => number,
    told: readonly string[],
  ): Promise<void> => {
    await vi.waitFor(() => expect(sockets()).toBe(0))
    expect(tried.clock.pending).toBe(0)
    expect(tried.told).toEqual(told)
  }

  it('at once leaves no timer, no socket and tells nobody', async () => {
    const { url, sockets } = await startTcp(() => {})
    await vi.waitFor(() => expect(tcpHandles()).toBe(0))
    const tried = openTried({ endpoint: { url, rootKey: Buffer.alloc(32, 1) } })
    tried.connection.close()
    await expectNothingLeft(tried, () => sockets.size, [])
    await vi.waitFor(() => expect(tcpHandles()).toBe(0))
  })

  it('while the server has not upgraded leaves no timer and no socket', async () => {
    const { url, sockets } = await startTcp(() => {})
    const tried = openTried({ endpoint: { url, rootKey: Buffer.alloc(32, 1) } })
    await vi.waitFor(() => expect(sockets.size).toBe(1))
    tried.connection.close()
    await expectNothingLeft(tried, () => sockets.size, [])
  })

  it('during the handshake leaves no timer and no socket, and the answer opens nothing', async () => {
    const server = await startTinyServer()
    const tried = openTried({ endpoint: server.endpoint })
    const client = await server.client()
    const { send } = await client.greet()
    tried.connection.close()
    send()
    await client.closed
    await expectNothingLeft(tried, () => server.sockets, [])
  })

  it('of an open connection leaves no timer and no socket, and tells nobody', async () => {
    const { client, server, session, tried } = await open()
    tried.connection.close()
    session.send(notification('n1'))
    await client.closed
    await expectNothingLeft(tried, () => server.sockets, ['open'])
  })

  it('may be called twice, also after the end', async () => {
    const { client, server, tried } = await open()
    tried.connection.close()
    tried.connection.close()
    await client.closed
    await expectNothingLeft(tried, () => server.sockets, ['open'])

    const other = await open()
    other.client.close()
    await other.tried.ended
    other.tried.connection.close()
    await expectNothingLeft(other.tried, () => other.server.sockets, ['open', 'end closed'])
  })

  it('from within onOpen, onNode and onEnd is as good as any other', async () => {
    const server = await startTinyServer()
    const tried = openTried({ endpoint: server.endpoint, onNode: () => tried.connection.close() })
    const client = await server.client()
    const session = await client.shakeHands()
    client.write(
      Buffer.concat([session.sealed(notification('n1')), session.sealed(node('failure', { reason: '401' }))]),
    )
    await client.closed
    await expectNothingLeft(tried, () => server.sockets, ['open'])
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

import { Agent } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import type { SendFate } from '../../src/wire/connection.ts'
import type { ConnectionEnd } from '../../src/wire/ends.ts'
import { MAX_FRAME } from '../../src/wire/frames.ts'
import { type Node, node } from '../../src/wire/nodes.ts'
import { openTried, type TriedConnection } from './client.ts'
import { hexOf } from './hex.ts'
import { notification, open, stanza } from './opened.ts'
import { compared } from './stanzas.ts'
import { framed, type Session, startTinyServer } from './tiny-server.ts'

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

describe('a frame that is too long', () => {
  it('ends the connection, after the stanzas that stood before it in the same message', async () => {
    const { client, session, tried } = await open()
    const tooLong = Uint8Array.of(0xff, 0xff, 0xff)
    client.write(Buffer.concat([session.sealed(notification('1')), session.sealed(notification('2')), tooLong]))
    expect(await tried.ended).toMatchObject({ kind: 'closed' })
    expect(tried.told).toEqual(['open', 'node notification', 'node notification', 'end closed'])
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
    // More than the buffers of any system take.
    const fates = Promise.all(
      Array.from({ length: 48 }, () => fateOf(tried, node('enc', {}, new Uint8Array(1000 * 1024)))),
    )
    client.cut()
    expect(await fates).toContain('unknown')
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

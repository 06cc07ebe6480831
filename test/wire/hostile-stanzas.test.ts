// A server that proved itself and then means harm: each ends by its name, in bounded time and memory, and nothing is left.
import { randomBytes } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import type { ConnectionEnd } from '../../src/wire/ends.ts'
import { node } from '../../src/wire/nodes.ts'
import { watchBridgeMemory } from './bridge-memory.ts'
import { nested } from './nested.ts'
import type { Open } from './opened.ts'
import type { Session } from './tiny-server.ts'

// What imports the bridge comes after its memory is watched.
const { bytes: bridgeBytes } = await watchBridgeMemory()
const { BAD_WEBSOCKET, webSocketFrame } = await import('./hostile-server.ts')
const { notification, open } = await import('./opened.ts')
const { framed } = await import('./tiny-server.ts')
const { retained } = await import('./retained.ts')

const MIB = 1024 * 1024

/** Told once, and nothing of it is left. */
async function expectGone({ server, tried }: Open, end: object): Promise<ConnectionEnd> {
  const found = await tried.ended
  expect(found).toMatchObject(end)
  expect(tried.told.filter((line) => line.startsWith('end'))).toHaveLength(1)
  expect(tried.told.at(-1)).toBe(`end ${found.kind}`)
  expect(tried.clock.pending).toBe(0)
  await vi.waitFor(() => expect(server.sockets).toBe(0), { timeout: 20_000 })
  return found
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const ping = (id: string) => node('iq', { id, from: 's.whatsapp.net', type: 'get', xmlns: 'urn:xmpp:ping' })
const deflated = (body: Uint8Array): Uint8Array => Buffer.concat([Buffer.of(2), deflateSync(body)])
/** `iq` with as many children as a list of 16 bits holds, as the body of a stanza. */
const wide = Buffer.concat([Buffer.from('f80219f9ffff', 'hex'), Buffer.from('f80119'.repeat(65_535), 'hex')])
/** `iq` with one content of so many bytes. */
const long = (length: number): Uint8Array => {
  const head = Buffer.from('f80219fe00000000', 'hex')
  head.writeUInt32BE(length, 4)
  return Buffer.concat([head, Buffer.alloc(length)])
}

describe('after the handshake', () => {
  it.each(BAD_WEBSOCKET)('%s ends the connection with its cause', async (_what, bytes) => {
    const opened = await open()
    opened.client.raw(bytes)
    await expectGone(opened, { kind: 'closed' })
  })

  it.each<[string, (session: Session) => Uint8Array]>([
    ['junk', () => framed(randomBytes(500))],
    ['a handshake message', () => framed(Buffer.from('1a020a00', 'hex'))],
    [
      'the same frame again',
      (session) => {
        const sealed = session.sealed(notification('1'))
        return Buffer.concat([sealed, sealed])
      },
    ],
    [
      'two frames in the wrong order',
      (session) => {
        const [first, second] = [session.sealed(notification('1')), session.sealed(notification('2'))]
        return Buffer.concat([second, first])
      },
    ],
    ['a stanza within 200,000 others', (session) => session.sealed(nested(200_000))],
    ['65,535 stanzas side by side', (session) => session.sealed(Buffer.concat([Buffer.of(0), wide]))],
    ['a compressed stanza that is no zlib', (session) => session.sealed(Buffer.of(2, 1, 2, 3))],
    ['a compressed stanza that is cut short', (session) => session.sealed(deflated(wide).subarray(0, 100))],
    ['a compressed stanza of more than 4 MiB', (session) => session.sealed(deflated(long(4 * MIB)))],
    ['a compressed stanza of 64 MiB', (session) => session.sealed(deflated(Buffer.alloc(64 * MIB)))],
    [
      '1,300,000 compressed stanzas side by side',
      (session) => {
        const list = Buffer.from('f80219f814', 'hex')
        return session.sealed(deflated(Buffer.concat([list, ...Array.from({ length: 20 }, () => wide)])))
      },
    ],
    ['a string longer than the frame', (session) => session.sealed(Buffer.from('00f80219feffffffff', 'hex'))],
    ['an empty list', (session) => session.sealed(Buffer.from('0000', 'hex'))],
  ])('%s ends the connection with its cause, and costs little', async (_what, bad) => {
    const opened = await open()
    const bytes = bad(opened.session)
    const [before, ofBridge] = [await retained(), bridgeBytes()]
    opened.client.raw(webSocketFrame(0x82, bytes))
    expect(await expectGone(opened, { kind: 'closed', cause: expect.any(Error), unreadable: true })).toBeDefined()
    expect(bridgeBytes() - ofBridge).toBeLessThanOrEqual(2 * MIB)
    expect((await retained()) - before).toBeLessThan(4 * MIB)
  })

  it.each([1000, 1001, 1008, 1011, 3000, 4999])('a close with %i is an end like any other', async (code) => {
    const opened = await open()
    opened.client.raw(webSocketFrame(0x88, Buffer.of(code >> 8, code & 255, 0x3f)))
    await expectGone(opened, { kind: 'closed' })
  })

  it('the end of TCP in one direction is an end like any other', async () => {
    const opened = await open()
    opened.client.raw(Buffer.alloc(0), 'half')
    await expectGone(opened, { kind: 'closed' })
  })

  it('bytes that are no UTF-8, in a tag, an attribute and a text, or a word of no dictionary, end it or are read; nothing else', async () => {
    for (const hex of ['f801fc02ff80', 'f80319fc02ff80fc02c3c3', 'f80219fc03eda080', 'f801ecff']) {
      const opened = await open()
      opened.client.raw(webSocketFrame(0x82, opened.session.sealed(Buffer.from(`00${hex}`, 'hex'))))
      opened.client.close()
      await expectGone(opened, { kind: 'closed' })
    }
  })

  it('an attribute of a megabyte is borne', async () => {
    const opened = await open()
    opened.session.send(ping('x'.repeat(MIB - 200)))
    expect((await opened.session.stanza()).attrs['id']).toHaveLength(MIB - 200)
    opened.session.send(notification('after'))
    expect(await opened.tried.nodes(1)).toEqual([notification('after')])
  })
})

describe('a slow server', () => {
  it('that sends a byte of a frame every 5 s is found silent, since our ping stays unanswered', async () => {
    const opened = await open()
    const { tried, session, client } = opened
    const sealed = session.sealed(node('enc', {}, randomBytes(1000)))
    const began = tried.clock.now()
    for (let at = 0; at < 20 && !tried.told.includes('end silent'); at += 1) {
      client.write(sealed.subarray(at, at + 1))
      await turn()
      tried.clock.advance(5_000)
    }
    await expectGone(opened, { kind: 'silent' })
    expect(tried.clock.now() - began).toBeLessThanOrEqual(50_000)
  })

  it('that talks but does not answer our ping is found silent', async () => {
    const opened = await open()
    const { tried, session } = opened
    for (let at = 1; at <= 9 && !tried.told.includes('end silent'); at += 1) {
      session.send(notification(String(at)))
      await tried.nodes(at)
      tried.clock.advance(5_000)
    }
    await expectGone(opened, { kind: 'silent' })
  })

  it('that reads nothing is given a megabyte, and then cut off', async () => {
    const opened = await open()
    opened.client.pause()
    const before = await retained()
    const stanza = node('iq', { id: '1' }, randomBytes(900 * 1024))
    let sends = 0
    for (; sends < 64 && !opened.tried.told.includes('end closed'); sends += 1) {
      opened.tried.connection.send(stanza)
      await turn()
    }
    expect(sends).toBeLessThan(64)
    const end = await opened.tried.ended
    expect(end).toMatchObject({
      kind: 'closed',
      cause: expect.objectContaining({ message: expect.stringMatching(/left \d+ bytes unread/) }),
    })
    opened.client.cut()
    await expectGone(opened, { kind: 'closed' })
    expect((await retained()) - before).toBeLessThan(4 * MIB)
  })

  it('that does not close after us is cut off after 3 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const opened = await open()
    // Nothing of what we send is read, our close frame neither.
    opened.client.pause()
    opened.session.send(node('xmlstreamend'))
    await opened.tried.ended
    expect(opened.server.sockets).toBe(1)
    vi.advanceTimersByTime(3_000)
    vi.useRealTimers()
    opened.client.cut()
    await expectGone(opened, { kind: 'closed' })
  })
})

describe('a flood', () => {
  /** The most stanzas that were taken in one turn of the event loop, from now on. */
  function watchTurns(count: () => number): () => number {
    let [most, last, on] = [0, count(), true]
    const look = (): void => {
      most = Math.max(most, count() - last)
      last = count()
      if (on) setImmediate(look)
    }
    setImmediate(look)
    return () => {
      on = false
      return most
    }
  }

  const floods: readonly (readonly [string, (at: number) => ReturnType<typeof node>])[] = [
    ['notifications', (at) => notification(String(at))],
    ['answers that nobody asked for', (at) => node('iq', { id: String(at), from: 's.whatsapp.net', type: 'result' })],
  ]

  it.each(floods)('of %s ends after 5,000, and gives every other task its turn', async (_what, make) => {
    const opened = await open()
    const { client, session, tried } = opened
    const flood = Array.from({ length: 8_000 }, (_, at) => session.sealed(make(at)))
    const before = await retained()
    const most = watchTurns(() => tried.told.length)
    // As few messages and chunks as possible: a megabyte and more in one piece.
    client.raw(webSocketFrame(0x82, Buffer.concat(flood)))
    const end = await expectGone(opened, { kind: 'closed', cause: expect.any(Error) })
    expect(String(end.kind === 'closed' && end.cause)).toContain('more than 5000 stanzas')
    expect(tried.told.filter((line) => line.startsWith('node'))).toHaveLength(5_000)
    expect(most()).toBeLessThanOrEqual(33)
    // The stanzas that the test itself keeps, and its flood.
    expect((await retained()) - before).toBeLessThan(16 * MIB)
  })

  it('of pings ends after 5,000 answers', async () => {
    const opened = await open()
    const { client, session, tried } = opened
    client.raw(
      webSocketFrame(0x82, Buffer.concat(Array.from({ length: 8_000 }, (_, at) => session.sealed(ping(String(at)))))),
    )
    await expectGone(opened, { kind: 'closed', cause: expect.any(Error) })
    // An answer to one of these pings has 50 to 60 bytes with all its framing.
    expect(client.received().length).toBeLessThan(5_001 * 70)
    expect(tried.told).toEqual(['open', 'end closed'])
  })

  it('of small frames that inflate to 4 MiB ends after the fourth', async () => {
    const opened = await open()
    const { client, session, tried } = opened
    const bomb = deflated(long(4 * MIB - 100))
    const [before, ofBridge] = [await retained(), bridgeBytes()]
    client.raw(webSocketFrame(0x82, Buffer.concat(Array.from({ length: 50 }, () => session.sealed(bomb)))))
    const end = await expectGone(opened, { kind: 'closed' })
    expect(String(end.kind === 'closed' && end.cause)).toContain('16777216 bytes')
    expect(tried.told.filter((line) => line.startsWith('node'))).toHaveLength(4)
    expect(bridgeBytes() - ofBridge).toBeLessThanOrEqual(24 * MIB)
    // The test keeps the four stanzas; nothing else stays. The bridge's own memory counts as external.
    expect((await retained()) - before - (bridgeBytes() - ofBridge)).toBeLessThan(20 * MIB)
  })

  it('that ends with a reason ends with that reason, after all that stood before it', async () => {
    const opened = await open()
    const { client, session, tried } = opened
    const stanzas = [
      ...Array.from({ length: 1_000 }, (_, at) => notification(String(at))),
      node('failure', { reason: '403' }),
    ]
    client.raw(webSocketFrame(0x82, Buffer.concat(stanzas.map((each) => session.sealed(each)))))
    client.close()
    await expectGone(opened, { kind: 'failure', reason: 403 })
    expect(tried.told).toHaveLength(1_002)
  })

  it('leaves nothing behind when the connection is closed in the middle of it', async () => {
    const opened = await open()
    const { client, server, session, tried } = opened
    const flood = Array.from({ length: 3_000 }, (_, at) => session.sealed(notification(String(at))))
    client.raw(webSocketFrame(0x82, Buffer.concat(flood)))
    await tried.nodes(1)
    tried.connection.close()
    const told = tried.told.length
    await vi.waitFor(() => expect(server.sockets).toBe(0), { timeout: 20_000 })
    expect(tried.told).toHaveLength(told)
    expect(tried.clock.pending).toBe(0)
  })
})

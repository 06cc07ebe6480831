import { describe, expect, it } from 'vitest'
import { answerToPing, type Keepalive, startKeepalive } from '../../src/wire/keepalive.ts'
import { type Node, node } from '../../src/wire/nodes.ts'
import { type VirtualClock, virtualClock } from './virtual-clock.ts'

interface Started {
  readonly clock: VirtualClock
  readonly keepalive: Keepalive
  /** ms and stanza of each ping that went out. */
  readonly pings: { readonly at: number; readonly ping: Node }[]
  readonly silences: number[]
}

function start(random: () => number = () => 0): Started {
  const clock = virtualClock()
  const pings: Started['pings'] = []
  const silences: number[] = []
  const keepalive: Keepalive = startKeepalive({
    clock,
    random,
    idPrefix: '17.4-',
    send: (ping) => {
      pings.push({ at: clock.now(), ping })
      keepalive.sent(ping)
    },
    onSilence: () => silences.push(clock.now()),
  })
  return { clock, keepalive, pings, silences }
}

const resultOf = (asked: Node | undefined): Node =>
  node('iq', { type: 'result', from: 's.whatsapp.net', id: asked?.attrs['id'] ?? 'none' })
const ours = node('iq', { id: '17.4-1', type: 'set', to: 's.whatsapp.net', xmlns: 'md' })
const theirs = node('notification', { id: 'n1', from: 's.whatsapp.net' })

describe('our pings', () => {
  it.each([
    [0, 15_000],
    [0.5, 22_500],
    [0.999_999, 30_000],
  ])('go out after 15 to 30 s at random (%d: about %i ms)', (random, ms) => {
    const { clock, pings } = start(() => random)
    clock.advance(ms - 100)
    expect(pings).toHaveLength(0)
    clock.advance(100)
    expect(pings).toHaveLength(1)
  })

  it('are what WhatsApp expects, each with an id of its own', () => {
    const { clock, keepalive, pings } = start()
    for (let round = 0; round < 3; round += 1) {
      clock.advance(15_000)
      keepalive.received(resultOf(pings.at(-1)?.ping))
    }
    for (const { ping } of pings) {
      expect(ping).toEqual(node('iq', { id: expect.any(String), to: 's.whatsapp.net', type: 'get', xmlns: 'w:p' }))
      expect(ping.attrs['id']).toMatch(/^17\.4-/)
    }
    expect(new Set(pings.map(({ ping }) => ping.attrs['id'])).size).toBe(3)
  })

  it('go on as long as they are answered, each after a new interval', () => {
    const intervals = [0, 1, 0.2, 0.8]
    let drawn = 0
    const { clock, keepalive, pings, silences } = start(() => intervals[drawn++ % intervals.length] ?? 0)
    for (let second = 0; second < 110; second += 1) {
      clock.advance(1_000)
      const last = pings.at(-1)
      if (last !== undefined && clock.now() - last.at === 2_000) keepalive.received(resultOf(last.ping))
    }
    expect(pings.map(({ at }) => at)).toEqual([15_000, 47_000, 67_000, 96_000])
    expect(silences).toEqual([])
  })

  it('are answered by an error just as well', () => {
    const { clock, keepalive, pings, silences } = start()
    clock.advance(15_000)
    keepalive.received(node('iq', { type: 'error', id: pings[0]?.ping.attrs['id'] ?? '' }))
    clock.advance(34_999)
    expect(silences).toEqual([])
    expect(pings).toHaveLength(2)
  })
})

describe('silence', () => {
  it('is told once, 20 s after a ping without an answer', () => {
    const { clock, silences } = start()
    clock.advance(34_999)
    expect(silences).toEqual([])
    clock.advance(1)
    expect(silences).toEqual([35_000])
    clock.advance(600_000)
    expect(silences).toEqual([35_000])
    expect(clock.pending).toBe(0)
  })

  it('is not told when the answer comes in the last moment', () => {
    const { clock, keepalive, pings, silences } = start()
    clock.advance(34_999)
    keepalive.received(resultOf(pings[0]?.ping))
    clock.advance(1)
    expect(silences).toEqual([])
  })

  it.each([
    ['another IQ', node('iq', { type: 'result', id: 'another' })],
    ['a stanza that is no IQ', node('ack', { id: '17.4-p1' })],
    ['an IQ without an id', node('iq', { type: 'result' })],
  ])('is told though %s comes: the ping has no answer', (_what, stanza) => {
    const { clock, keepalive, silences } = start()
    clock.advance(20_000)
    keepalive.received(stanza)
    clock.advance(15_000)
    expect(silences).toEqual([35_000])
  })
})

describe('while another IQ waits for its answer', () => {
  it('no ping goes out as long as the line is not silent', () => {
    const { clock, keepalive, pings, silences } = start()
    keepalive.sent(ours)
    for (let second = 0; second < 100; second += 10) {
      clock.advance(10_000)
      keepalive.received(theirs)
    }
    expect(pings).toEqual([])
    expect(silences).toEqual([])
  })

  it('a ping goes out once the line is silent', () => {
    const { clock, keepalive, pings, silences } = start()
    keepalive.sent(ours)
    clock.advance(5_000)
    keepalive.received(theirs)
    clock.advance(10_000)
    expect(pings).toEqual([])
    clock.advance(20_000)
    expect(pings).toHaveLength(1)
    clock.advance(20_000)
    expect(silences).toHaveLength(1)
  })

  it('pings go out again when the answer has come', () => {
    const { clock, keepalive, pings } = start()
    keepalive.sent(ours)
    clock.advance(14_000)
    keepalive.received(resultOf(ours))
    clock.advance(1_000)
    expect(pings).toHaveLength(1)
  })

  it.each([
    ['an answer of ours', node('iq', { type: 'result', id: 'r1', to: 's.whatsapp.net' })],
    ['an ack of ours', node('ack', { id: 'n1', class: 'notification' })],
    ['an error of ours', node('iq', { type: 'error', id: 'r1' })],
  ])('is not so after %s', (_what, stanza) => {
    const { clock, keepalive, pings } = start()
    keepalive.sent(stanza)
    clock.advance(14_000)
    keepalive.received(theirs)
    clock.advance(1_000)
    expect(pings).toHaveLength(1)
  })

  it('is so while one of several has no answer yet', () => {
    const { clock, keepalive, pings } = start()
    keepalive.sent(ours)
    keepalive.sent({ ...ours, attrs: { ...ours.attrs, id: '17.4-2' } })
    clock.advance(14_000)
    keepalive.received(resultOf(ours))
    clock.advance(1_000)
    expect(pings).toEqual([])
  })
})

describe('stop', () => {
  it('leaves no timer, before the first ping', () => {
    const { clock, keepalive } = start()
    keepalive.stop()
    expect(clock.pending).toBe(0)
  })

  it('leaves no timer and tells nothing, while a ping waits for its answer', () => {
    const { clock, keepalive, pings, silences } = start()
    clock.advance(15_000)
    keepalive.stop()
    expect(clock.pending).toBe(0)
    keepalive.received(resultOf(pings[0]?.ping))
    expect(clock.pending).toBe(0)
    clock.advance(600_000)
    expect(pings).toHaveLength(1)
    expect(silences).toEqual([])
  })

  it('may be called twice', () => {
    const { clock, keepalive } = start()
    keepalive.stop()
    keepalive.stop()
    expect(clock.pending).toBe(0)
  })
})

describe("the server's pings", () => {
  const answer = { type: 'result', to: 's.whatsapp.net', id: '88' }
  const ping = node('ping')

  it.each<[string, Node]>([
    ['by xmlns, of type get', node('iq', { id: '88', from: 's.whatsapp.net', type: 'get', xmlns: 'urn:xmpp:ping' })],
    ['by xmlns, without a type', node('iq', { id: '88', from: 's.whatsapp.net', xmlns: 'urn:xmpp:ping' })],
    ['by a child, of type get', node('iq', { id: '88', from: 's.whatsapp.net', type: 'get' }, [ping])],
    ['by a child, without a type', node('iq', { id: '88', from: 's.whatsapp.net' }, [node('other'), ping])],
    ['by both', node('iq', { id: '88', from: 's.whatsapp.net', type: 'get', xmlns: 'urn:xmpp:ping' }, [ping])],
    ['without a sender', node('iq', { id: '88', type: 'get', xmlns: 'urn:xmpp:ping' })],
  ])('are answered: %s', (_what, stanza) => {
    expect(answerToPing(stanza)).toEqual(node('iq', answer))
  })

  it('are answered to whoever asked', () => {
    const stanza = node('iq', { id: '88', from: 'g.us', type: 'get', xmlns: 'urn:xmpp:ping' })
    expect(answerToPing(stanza)?.attrs['to']).toBe('g.us')
  })

  it.each<[string, Node]>([
    ['an IQ of type set', node('iq', { id: '1', type: 'set', xmlns: 'urn:xmpp:ping' })],
    ['a result', node('iq', { id: '1', type: 'result', from: 's.whatsapp.net' }, [ping])],
    ['an error', node('iq', { id: '1', type: 'error', xmlns: 'urn:xmpp:ping' })],
    ['an IQ of another kind', node('iq', { id: '1', type: 'get', xmlns: 'md' }, [node('ref')])],
    ['pair-device', node('iq', { id: '1', type: 'set', xmlns: 'md' }, [node('pair-device')])],
    ['a notification with a ping', node('notification', { id: '1' }, [ping])],
    ['text that says ping', node('iq', { id: '1', type: 'get' }, 'ping')],
  ])('are not %s', (_what, stanza) => {
    expect(answerToPing(stanza)).toBeUndefined()
  })
})

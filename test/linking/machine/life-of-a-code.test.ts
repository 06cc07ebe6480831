// How a live code ends, and what follows (docs/protocol.md sections 2 to 6).
import { describe, expect, it } from 'vitest'
import type { Effect } from '../../../src/linking/machine/state.ts'
import type { ConnectionEnd } from '../../../src/wire/ends.ts'
import { toHex } from '../keys.ts'
import { CANCELLED, type Driver, drive, FIRST_SECRET, secretOf } from '../machine-driver.ts'
import {
  accept,
  answerAsPhone,
  confirming,
  count,
  failure,
  finishes,
  goesOn,
  hellos,
  last,
  live,
  proof,
  qrRef,
  qrSecret,
  ready,
  types,
  untilConnected,
  wrappedKeyOf,
} from '../machine-steps.ts'
import { notification, pairDevice, passkeyRequest, refreshCode, registrationRefresh } from '../server-stanzas.ts'

const REF = Buffer.from('ref of this code')
const expired = (driver: Driver) => driver.events.flatMap((event) => (event.type === 'code-expired' ? [event] : []))
const codes = (driver: Driver) => driver.events.flatMap((event) => (event.type === 'code' ? [event] : []))

describe('a live code beside QR codes', () => {
  it('lives 180 s, past the 160 s of the refs, on the same connection', () => {
    const driver = live(drive({ settings: { qr: true } }))
    driver.advance(160_000)
    expect(driver.state.qr).toBeUndefined()
    expect(count(driver, 'close')).toBe(0)
    driver.advance(19_000)
    answerAsPhone(driver)
    expect(finishes(driver)).toHaveLength(1)
    expect(count(driver, 'connect')).toBe(1)
  })
})

describe('a code that nobody types', () => {
  it('ends after 180 s, is told, and the next is asked for on the same connection', () => {
    const driver = live(drive())
    driver.advance(180_000)
    expect(expired(driver)).toEqual([{ type: 'code-expired', reason: 'timeout', manual: false }])
    expect(hellos(driver)).toHaveLength(2)
    expect(count(driver, 'connect')).toBe(1)
    expect(count(driver, 'reserve')).toBe(2)
    const [one, two] = hellos(driver).map((hello) => toHex(wrappedKeyOf(hello)))
    expect(one).not.toBe(two)
    accept(driver, Buffer.from('the second ref'))
    expect(codes(driver).map(({ number }) => number)).toEqual([1, 2])
  })

  it('keeps the adv secret: no phone has learnt of it', () => {
    const driver = live(drive())
    driver.advance(180_000)
    expect(secretOf(driver)).toBe(toHex(FIRST_SECRET).slice(0, 16))
  })

  it('three times, is the end: expired', () => {
    const driver = live(drive())
    driver.advance(180_000)
    accept(driver, Buffer.from('2'))
    driver.advance(180_000)
    accept(driver, Buffer.from('3'))
    expect(goesOn(driver)).toBe(true)
    driver.advance(180_000)
    expect(failure(driver)).toMatchObject({ code: 'expired', retryable: true, slot: 'keep' })
    expect(codes(driver)).toHaveLength(3)
    expect(hellos(driver)).toHaveLength(3)
  })

  it('once, is the end when maxCodes is 1, and the code is taken from the screen first', () => {
    const driver = live(drive({ settings: { maxCodes: 1 } }))
    driver.advance(180_000)
    expect(expired(driver)).toMatchObject([{ reason: 'timeout' }])
    expect(failure(driver).code).toBe('expired')
  })
})

describe('a connection that is lost while a code is live', () => {
  const ends: readonly ConnectionEnd[] = [
    { kind: 'closed' },
    { kind: 'silent' },
    { kind: 'stream-error', code: 503 },
    { kind: 'stream-error', code: 515 },
    { kind: 'stream-error', child: 'xml-not-well-formed' },
    { kind: 'failure', reason: 503 },
  ]

  it.each(ends)('by %o: the code is dead at once, and the next is asked for on a new connection', (end) => {
    const driver = live(drive())
    driver.advance(50_000)
    driver.feed({ type: 'ended', end })
    expect(expired(driver)).toEqual([{ type: 'code-expired', reason: 'disconnected', manual: false }])
    untilConnected(driver)
    driver.receive(pairDevice())
    expect(hellos(driver)).toHaveLength(2)
    accept(driver, Buffer.from('2'))
    expect(codes(driver).map(({ number }) => number)).toEqual([1, 2])
  })

  it('counts the new code: after maxCodes it is the end', () => {
    const driver = live(drive({ settings: { maxCodes: 2 } }))
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    driver.receive(pairDevice())
    accept(driver, Buffer.from('2'))
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    expect(expired(driver)).toHaveLength(2)
    expect(failure(driver)).toMatchObject({ code: 'network', slot: 'keep' })
    expect(hellos(driver)).toHaveLength(2)
  })

  it('also while the phone’s answer is confirmed, and then the secret is replaced', () => {
    const driver = confirming(drive())
    const held = secretOf(driver)
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    expect(expired(driver)).toMatchObject([{ reason: 'disconnected' }])
    expect(secretOf(driver)).not.toBe(held)
    expect(driver.timers.has('confirmation')).toBe(false)
  })

  it('too fast (stream error 429) is not answered with a request at once', () => {
    const driver = live(drive())
    driver.feed({ type: 'ended', end: { kind: 'stream-error', code: 429 } })
    if (goesOn(driver)) expect(untilConnected(driver)).toBeGreaterThanOrEqual(5_000)
    else expect(failure(driver)).toMatchObject({ code: 'rate-limited', status: 429 })
  })

  it('uses the routing info that the old one gave', () => {
    const driver = live(drive())
    driver.receive({
      tag: 'ib',
      attrs: { from: 's.whatsapp.net' },
      content: [
        { tag: 'edge_routing', attrs: {}, content: [{ tag: 'routing_info', attrs: {}, content: Uint8Array.of(8, 9) }] },
      ],
    })
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    const connects = driver.effects.flatMap(({ effect }) => (effect.type === 'connect' ? [effect.routingInfo] : []))
    expect(connects).toEqual([undefined, Uint8Array.of(8, 9)])
  })
})

describe('refresh_code', () => {
  it.each([undefined, 'true'])(
    'that overtakes the answer to the request kills the code when the answer comes (force: %s)',
    (force) => {
      const driver = ready(drive())
      driver.receive(refreshCode(REF, force))
      expect(types(driver)).toEqual(['connecting'])
      accept(driver)
      expect(codes(driver)).toHaveLength(1)
      expect(expired(driver)).toEqual([{ type: 'code-expired', reason: 'refresh', manual: force === 'true' }])
      expect(hellos(driver)).toHaveLength(force === 'true' ? 1 : 2)
    },
  )

  it('for another code, while one is asked for, changes nothing', () => {
    const driver = ready(drive())
    driver.receive(refreshCode(Buffer.from('another')))
    accept(driver)
    expect(driver.state.code.name).toBe('live')
    expect(expired(driver)).toEqual([])
  })

  it('with our ref: the code is dead at once, and the next is asked for', () => {
    const driver = live(drive())
    driver.receive(refreshCode(REF))
    expect(expired(driver)).toEqual([{ type: 'code-expired', reason: 'refresh', manual: false }])
    expect(hellos(driver)).toHaveLength(2)
    accept(driver, Buffer.from('2'))
    expect(codes(driver)).toHaveLength(2)
  })

  it('with another ref changes nothing', () => {
    const driver = live(drive())
    driver.receive(refreshCode(Buffer.from('another')))
    expect(expired(driver)).toHaveLength(0)
    expect(hellos(driver)).toHaveLength(1)
  })

  it('while stage 2 runs: the same, with a new secret and no confirmation any more', () => {
    const driver = confirming(drive())
    const held = secretOf(driver)
    driver.receive(refreshCode(REF))
    expect(expired(driver)).toMatchObject([{ reason: 'refresh' }])
    expect(secretOf(driver)).not.toBe(held)
    expect(driver.timers.has('confirmation')).toBe(false)
    expect(hellos(driver)).toHaveLength(2)
  })

  it('while the phone’s key is unwrapped: the result comes too late and is dropped', () => {
    const driver = live(drive({ held: ['unwrapped'] }))
    const [unwrap] = answerAsPhone(driver).filter((effect) => effect.type === 'unwrap')
    driver.receive(refreshCode(REF))
    const late = unwrap && driver.answerTo(unwrap)
    if (late !== undefined) driver.feed(late)
    expect(finishes(driver)).toHaveLength(0)
  })

  it('with force_manual_refresh: waits for the person, though refresh is auto', () => {
    const driver = live(drive())
    driver.receive(refreshCode(REF, 'true'))
    expect(expired(driver)).toEqual([{ type: 'code-expired', reason: 'refresh', manual: true }])
    driver.advance(200_000)
    expect(hellos(driver)).toHaveLength(1)
    expect(count(driver, 'release')).toBe(1)
    driver.feed({ type: 'refresh' })
    expect(hellos(driver)).toHaveLength(2)
    accept(driver, Buffer.from('2'))
    expect(codes(driver).map(({ number }) => number)).toEqual([1, 2])
  })

  it('on a code that is not accepted yet changes nothing', () => {
    const driver = ready(drive())
    driver.receive(refreshCode(REF))
    expect(hellos(driver)).toHaveLength(1)
    accept(driver)
    expect(codes(driver)).toHaveLength(1)
  })
})

describe('the work on an answer', () => {
  it('is for its own code: what was unwrapped for the code before is dropped', () => {
    const driver = live(drive({ held: ['unwrapped'] }))
    const unwrapOf = (effects: readonly Effect[]) => effects.find((effect) => effect.type === 'unwrap')
    const old = unwrapOf(answerAsPhone(driver))
    driver.receive(refreshCode(REF))
    accept(driver, Buffer.from('2'))
    const fresh = unwrapOf(answerAsPhone(driver, { ref: Buffer.from('2') }))
    const [late, own] = [old, fresh].map((effect) => effect && driver.answerTo(effect))
    if (late !== undefined) driver.feed(late)
    expect(finishes(driver)).toHaveLength(0)
    if (own !== undefined) driver.feed(own)
    expect(finishes(driver)).toHaveLength(1)
  })
})

describe('refresh: manual', () => {
  const manual = (settings = {}) => drive({ settings: { refresh: 'manual', ...settings } })

  it('leaves the next code to the person', () => {
    const driver = live(manual())
    driver.advance(180_000)
    expect(expired(driver)).toEqual([{ type: 'code-expired', reason: 'timeout', manual: true }])
    driver.advance(100_000)
    expect(hellos(driver)).toHaveLength(1)
    expect(count(driver, 'release')).toBe(1)
    driver.feed({ type: 'refresh' })
    expect(count(driver, 'reserve')).toBe(2)
    expect(hellos(driver)).toHaveLength(2)
  })

  it.each([
    ['unanswered', (driver: Driver) => driver.advance(60_000)],
    ['disconnected', (driver: Driver) => driver.feed({ type: 'ended', end: { kind: 'closed' } })],
  ])('also when it ends as %s', (reason, end) => {
    const driver = confirming(manual())
    end(driver)
    expect(expired(driver)).toEqual([{ type: 'code-expired', reason, manual: true }])
    expect(hellos(driver)).toHaveLength(1)
    expect(goesOn(driver)).toBe(true)
  })

  it('reconnects for the new code when the connection is gone', () => {
    const driver = live(manual())
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    driver.advance(30_000)
    expect(hellos(driver)).toHaveLength(1)
    driver.feed({ type: 'refresh' })
    driver.receive(pairDevice())
    expect(count(driver, 'connect')).toBe(2)
    expect(hellos(driver)).toHaveLength(2)
  })

  it('still tries a refused request again by itself: nobody has seen that code', () => {
    const driver = ready(manual())
    driver.advance(30_000 + 5_000)
    driver.receive(pairDevice())
    expect(hellos(driver)).toHaveLength(2)
  })

  it('ends at maxCodes', () => {
    const driver = live(manual({ maxCodes: 1 }))
    driver.advance(180_000)
    driver.feed({ type: 'refresh' })
    expect(failure(driver).code).toBe('expired')
  })

  it('with QR codes beside it: a connection that does not get ready asks for no code by itself', () => {
    const driver = live(manual({ qr: true }))
    driver.advance(180_000)
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    untilConnected(driver)
    // pair-device does not come on this one.
    driver.advance(20_000)
    untilConnected(driver)
    driver.receive(pairDevice())
    expect(hellos(driver)).toHaveLength(1)
    expect(count(driver, 'reserve')).toBe(1)
  })

  it('with QR codes beside it: they come back on a new connection while the person decides', () => {
    const driver = live(manual({ qr: true }))
    driver.advance(180_000)
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    untilConnected(driver)
    driver.receive(pairDevice(['2@new one', '2@new two']))
    expect(qrRef(driver)).toBe('2@new one')
    expect(hellos(driver)).toHaveLength(1)
  })
})

describe('refresh()', () => {
  it('gives the live code up and asks for another, which counts', () => {
    const driver = live(drive({ settings: { maxCodes: 2 } }))
    driver.feed({ type: 'refresh' })
    expect(expired(driver)).toEqual([{ type: 'code-expired', reason: 'refresh', manual: false }])
    accept(driver, Buffer.from('2'))
    expect(codes(driver).map(({ number }) => number)).toEqual([1, 2])
    driver.feed({ type: 'refresh' })
    expect(failure(driver).code).toBe('expired')
  })

  it('while the phone’s answer is confirmed replaces the secret, which that phone may hold', () => {
    const driver = confirming(drive())
    const held = secretOf(driver)
    driver.feed({ type: 'refresh' })
    expect(secretOf(driver)).not.toBe(held)
    expect(driver.timers.has('confirmation')).toBe(false)
    expect(hellos(driver)).toHaveLength(2)
  })

  it('does nothing while a code is being prepared, asked for or tried again', () => {
    const driver = drive({ held: ['code-prepared'] })
    driver.feed({ type: 'start' })
    expect(driver.feed({ type: 'refresh' })).toEqual([])
    const asking = ready(drive())
    expect(asking.feed({ type: 'refresh' })).toEqual([])
    asking.advance(30_000)
    expect(asking.feed({ type: 'refresh' })).toEqual([])
    expect(goesOn(asking)).toBe(true)
  })
})

describe('companion_reg_refresh', () => {
  it.each(['companion_reg_refresh', 'pair-device-rotate-qr'])(
    'with the child %s: a new secret, and the ref on show drawn again',
    (child) => {
      const driver = ready(drive({ settings: { qr: true } }))
      driver.advance(25_000)
      const due = driver.timers.get('qr')
      driver.receive(registrationRefresh(child))
      expect(secretOf(driver)).not.toBe(toHex(FIRST_SECRET).slice(0, 16))
      expect([qrRef(driver), toHex(qrSecret(driver))]).toEqual(['2@one', toHex(driver.state.advSecret)])
      expect(driver.timers.get('qr')).toBe(due)
    },
  )

  it.each([undefined, 'x'])('with the child %s: acked, nothing else', (child) => {
    const driver = ready(drive({ settings: { qr: true } }))
    const effects = driver.receive(
      child === undefined ? notification('companion_reg_refresh') : registrationRefresh(child),
    )
    expect(effects).toHaveLength(1)
    expect(secretOf(driver)).toBe(toHex(FIRST_SECRET).slice(0, 16))
  })

  it('while a code is merely shown is no exception', () => {
    const driver = live(drive({ settings: { qr: true } }))
    driver.receive(registrationRefresh())
    expect(secretOf(driver)).not.toBe(toHex(FIRST_SECRET).slice(0, 16))
    expect(codes(driver)).toHaveLength(1)
    expect(expired(driver)).toHaveLength(0)
  })

  it('while a companion_finish is out keeps the secret, which that phone holds', () => {
    const driver = confirming(drive({ settings: { qr: true } }))
    const held = secretOf(driver)
    driver.advance(20_000)
    expect(driver.receive(registrationRefresh())).toHaveLength(1)
    expect(secretOf(driver)).toBe(held)
  })

  it('while no companion_finish went out (the hello had a low-order key) is no exception', () => {
    const driver = live(drive({ settings: { qr: true } }))
    answerAsPhone(driver, { identity: Buffer.alloc(32) })
    expect(finishes(driver)).toHaveLength(0)
    driver.receive(registrationRefresh())
    expect(secretOf(driver)).not.toBe(toHex(FIRST_SECRET).slice(0, 16))
    expect(toHex(qrSecret(driver))).toBe(toHex(driver.state.advSecret))
  })

  it('while a finish is out keeps its secret, though the phone answered once more with a low-order key', () => {
    const driver = confirming(drive({ settings: { qr: true } }))
    const stanza = proof(driver)
    answerAsPhone(driver, { identity: Buffer.alloc(32) })
    driver.receive(registrationRefresh())
    driver.receive(stanza)
    expect(last(types(driver))).toBe('paired')
  })

  it('is the exception again only as long as the 60 s run', () => {
    const driver = confirming(drive({ settings: { qr: true } }))
    driver.advance(60_000)
    const held = secretOf(driver)
    driver.receive(registrationRefresh())
    expect(secretOf(driver)).not.toBe(held)
  })
})

describe('a passkey request', () => {
  it('is acked, and then ends the attempt with passkey-required', () => {
    for (const stage of [ready, live, confirming]) {
      const driver = stage(drive())
      const effects = driver.receive(passkeyRequest())
      expect(effects[0]).toMatchObject({
        type: 'send',
        node: { tag: 'ack', attrs: { id: 'pk-1', type: 'passkey_prologue_request' } },
      })
      expect(failure(driver)).toMatchObject({ code: 'passkey-required', retryable: false })
    }
  })

  it('from another than WhatsApp is acked and ignored', () => {
    const driver = live(drive())
    expect(driver.receive(passkeyRequest('12025550124@s.whatsapp.net'))).toHaveLength(1)
    expect(goesOn(driver)).toBe(true)
  })
})

describe('cancel', () => {
  it.each([
    ['at the start', (driver: Driver) => driver.feed({ type: 'start' })],
    ['on a ready connection', ready],
    ['with a code on show', live],
    ['while an answer is confirmed', confirming],
  ] as const)('%s ends the attempt and its connection, and nothing is kept', (_, reach) => {
    const driver = drive({ settings: { qr: true } })
    reach(driver)
    driver.feed({ type: 'cancel', error: CANCELLED })
    expect(failure(driver)).toMatchObject({ code: 'cancelled' })
    expect(last(driver.effects)?.effect.type).toBe('fail')
    expect([driver.timers.size, count(driver, 'store'), count(driver, 'close')]).toEqual([0, 0, 1])
    expect(driver.state.link).toBe('failed')
  })

  it('between two tries, and while the person is waited for', () => {
    const waiting = ready(drive())
    waiting.advance(30_000)
    waiting.feed({ type: 'cancel', error: CANCELLED })
    expect(failure(waiting).code).toBe('cancelled')
    const paused = live(drive({ settings: { refresh: 'manual' } }))
    paused.advance(180_000)
    paused.feed({ type: 'cancel', error: CANCELLED })
    expect(failure(paused)).toMatchObject({ code: 'cancelled', slot: 'keep' })
  })

  it('twice, and anything after it, does nothing', () => {
    const driver = live(drive())
    driver.feed({ type: 'cancel', error: CANCELLED })
    const effects = driver.effects.length
    driver.feed({ type: 'cancel', error: CANCELLED })
    driver.feed({ type: 'refresh' })
    driver.receive(notification('devices'))
    driver.receive(pairDevice())
    driver.feed({ type: 'timer', name: 'code' })
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    expect(driver.effects).toHaveLength(effects)
  })
})

describe('the whole attempt', () => {
  it('ends after timeoutMs, whatever it is doing', () => {
    const reach: readonly ((driver: Driver) => unknown)[] = [
      (driver) => driver.feed({ type: 'start' }),
      ready,
      live,
      confirming,
    ]
    for (const stage of reach) {
      const driver = drive({ settings: { timeoutMs: 15_000 } })
      stage(driver)
      driver.advance(14_999)
      expect(goesOn(driver)).toBe(true)
      driver.advance(1)
      expect(failure(driver)).toMatchObject({ code: 'expired' })
      expect(driver.timers.size).toBe(0)
    }
  })

  it('ends while the person is waited for, and while the effects of it are not answered', () => {
    const paused = live(drive({ settings: { refresh: 'manual' } }))
    expect(paused.runOut()).toBe(600_000)
    const unanswered = drive({ held: ['code-prepared', 'reserved', 'connected'] })
    unanswered.feed({ type: 'start' })
    expect(unanswered.runOut()).toBe(600_000)
  })
})

describe('notifications of any kind', () => {
  it('are acked once at every stage, before and after the proof', () => {
    const kinds = [
      notification('devices', [], 'n-1', { participant: 'p@s.whatsapp.net', recipient: 'r@s.whatsapp.net' }),
      notification('link_code_companion_reg', [], 'n-2'),
      notification('crsc_continuation', [], 'n-3'),
      registrationRefresh('x'),
      refreshCode(Buffer.from('another')),
    ]
    for (const stage of [ready, live, confirming]) {
      const driver = stage(drive())
      for (const kind of kinds) {
        const acks = driver.receive(kind).filter((effect) => effect.type === 'send' && effect.node.tag === 'ack')
        expect(acks).toHaveLength(1)
      }
    }
  })
})

// Stage 1: from the start to a code on show (docs/protocol.md sections 2 and 3; contract: "Answers to a code request").
import { describe, expect, it } from 'vitest'
import { LinkError } from '../../../src/errors.ts'
import type { Input } from '../../../src/linking/machine/state.ts'
import { displayCode } from '../../../src/linking/pairing-code.ts'
import { childOf, node } from '../../../src/wire/nodes.ts'
import { toHex } from '../keys.ts'
import { type Answer, CANCELLED, type Driver, dateAt, drive } from '../machine-driver.ts'
import {
  accept,
  count,
  failure,
  goesOn,
  helloId,
  hellos,
  last,
  live,
  ready,
  types,
  wrappedKeyOf,
} from '../machine-steps.ts'
import { edgeRouting, helloAccepted, iqError, iqResult, pairDevice } from '../server-stanzas.ts'

const codes = (driver: Driver) => driver.events.filter((event) => event.type === 'code')
const retries = (driver: Driver) => driver.events.flatMap((event) => (event.type === 'retrying' ? [event] : []))

describe('a code request', () => {
  it('is not sent before pair-device', () => {
    const driver = drive()
    driver.feed({ type: 'start' })
    expect(driver.state.connection.name).toBe('open')
    driver.advance(19_999)
    expect(hellos(driver)).toHaveLength(0)
    driver.receive(pairDevice())
    expect(hellos(driver)).toHaveLength(1)
  })

  const parts = [
    ['code-prepared', 'reserved', 'pair-device'],
    ['code-prepared', 'pair-device', 'reserved'],
    ['reserved', 'code-prepared', 'pair-device'],
    ['reserved', 'pair-device', 'code-prepared'],
    ['pair-device', 'code-prepared', 'reserved'],
    ['pair-device', 'reserved', 'code-prepared'],
  ] as const

  it.each(parts.map((order) => ({ order })))('is sent by the last of its parts: $order', ({ order }) => {
    const held: readonly Answer[] = ['code-prepared', 'reserved']
    const driver = drive({ held })
    const started = driver.feed({ type: 'start' })
    const inputs = new Map(
      started.map((effect) => driver.answerTo(effect)).flatMap((input) => (input ? [[input.type, input]] : [])),
    )
    for (const [index, part] of order.entries()) {
      expect(hellos(driver)).toHaveLength(0)
      if (part === 'pair-device') driver.receive(pairDevice())
      else driver.feed(inputs.get(part) as Input)
      expect(hellos(driver)).toHaveLength(index === 2 ? 1 : 0)
    }
  })

  it('names the number without a plus, and the device in WhatsApp’s words', () => {
    const driver = ready(drive())
    const child = childOf(last(hellos(driver)), 'link_code_companion_reg')
    expect(child?.attrs).toEqual({
      jid: '12025550123@s.whatsapp.net',
      stage: 'companion_hello',
      should_show_push_notification: 'true',
    })
    expect(childOf(child, 'companion_platform_display')?.content).toBe('Chrome (Windows)')
    expect(childOf(child, 'companion_platform_id')?.content).toBe('1')
  })

  it('may ask not to notify the phone', () => {
    const driver = ready(drive({ settings: { notify: false } }))
    expect(childOf(last(hellos(driver)), 'link_code_companion_reg')?.attrs['should_show_push_notification']).toBe(
      'false',
    )
  })

  it('answers pair-device first, with a result without children', () => {
    const driver = ready(drive())
    expect(driver.sent[0]).toEqual(node('iq', { to: 's.whatsapp.net', type: 'result', id: 'pd-1' }))
  })
})

describe('a code', () => {
  it('is not shown before WhatsApp accepted it', () => {
    const driver = ready(drive())
    driver.advance(29_999)
    expect(types(driver)).toEqual(['connecting'])
    accept(driver)
    expect(types(driver)).toEqual(['connecting', 'code'])
  })

  it('is shown as ABCD-EFGH with its number, and ends 180 s after the request was made, not after the answer', () => {
    const driver = ready(drive())
    const { code } = driver.state
    const prepared = code.name === 'asking' ? code.prepared.code : ''
    driver.advance(12_000)
    accept(driver)
    expect(codes(driver)).toEqual([
      { type: 'code', code: displayCode(prepared), expiresAt: dateAt(180_000), number: 1 },
    ])
    expect(displayCode(prepared)).toMatch(/^[1-9A-Z]{4}-[1-9A-Z]{4}$/)
    driver.advance(167_999)
    expect(types(driver)).not.toContain('code-expired')
    driver.advance(1)
    expect(types(driver)).toContain('code-expired')
  })

  it('ends earlier when the caller says so', () => {
    const driver = live(drive({ settings: { codeTtlMs: 45_000 } }))
    expect(codes(driver)).toMatchObject([{ expiresAt: dateAt(45_000) }])
    driver.advance(45_000)
    expect(types(driver)).toContain('code-expired')
  })

  it('is not shown for an answer to another request, or from another than WhatsApp', () => {
    const driver = ready(drive())
    const id = helloId(driver)
    driver.receive(helloAccepted(`${id}0`, Buffer.from('ref')))
    driver.receive({
      ...helloAccepted(id, Buffer.from('ref')),
      attrs: { type: 'result', id, from: '12025550123@s.whatsapp.net' },
    })
    driver.receive({ ...helloAccepted(id, Buffer.from('ref')), attrs: { type: 'set', id, from: 's.whatsapp.net' } })
    expect(codes(driver)).toHaveLength(0)
    accept(driver)
    expect(codes(driver)).toHaveLength(1)
  })

  it('is shown once, whatever comes after the answer', () => {
    const driver = live(drive())
    const id = helloId(driver)
    driver.receive(helloAccepted(id, Buffer.from('ref')))
    driver.receive(iqError(id, { code: 403 }))
    expect(codes(driver)).toHaveLength(1)
    expect(goesOn(driver)).toBe(true)
  })
})

describe('refusals that are tried again', () => {
  const refusals = [
    {
      name: '400',
      parts: { code: 400, text: 'bad-request' },
      ends: { code: 'rejected', status: 400, slot: 'cool-down' },
    },
    { name: '400 without a text', parts: { code: 400 }, ends: { code: 'rejected', status: 400, slot: 'cool-down' } },
    {
      name: '500',
      parts: { code: 500, text: 'internal-server-error' },
      ends: { code: 'server-error', status: 500, slot: 'give-back' },
    },
  ] as const

  it.each(refusals)('$name: after 5 s and 10 s, and ends at the third', ({ parts, ends }) => {
    const driver = ready(drive())
    for (const [attempt, wait] of [
      [2, 5_000],
      [3, 10_000],
    ] as const) {
      driver.receive(iqError(helloId(driver), parts))
      expect(last(retries(driver))).toMatchObject({
        attempt,
        attempts: 3,
        inMs: wait,
        error: { code: ends.code, status: ends.status },
      })
      expect(driver.state.link).toBe('retrying')
      const before = hellos(driver).length
      driver.advance(wait - 1)
      expect(hellos(driver)).toHaveLength(before)
      driver.advance(1)
      expect(hellos(driver)).toHaveLength(before + 1)
    }
    driver.receive(iqError(helloId(driver), parts))
    expect(failure(driver)).toMatchObject(ends)
    expect(hellos(driver)).toHaveLength(3)
    expect(codes(driver)).toHaveLength(0)
  })

  it('an answer without a ref: server-error, tried again', () => {
    const driver = ready(drive())
    driver.receive(iqResult(helloId(driver)))
    expect(last(retries(driver))).toMatchObject({ attempt: 2, error: { code: 'server-error' } })
    expect(codes(driver)).toHaveLength(0)
    driver.advance(5_000)
    accept(driver)
    expect(codes(driver)).toHaveLength(1)
  })

  it('silence of 30 s: network, on a new connection, and a late answer changes nothing', () => {
    const driver = ready(drive())
    const late = helloId(driver)
    driver.advance(30_000)
    expect(last(retries(driver))).toMatchObject({ inMs: 5_000, error: { code: 'network' } })
    driver.receive(helloAccepted(late, Buffer.from('ref')))
    expect(codes(driver)).toHaveLength(0)
    driver.advance(5_000)
    expect(count(driver, 'connect')).toBe(2)
    driver.receive(pairDevice())
    driver.receive(helloAccepted(late, Buffer.from('ref')))
    expect(codes(driver)).toHaveLength(0)
    accept(driver)
    expect(codes(driver)).toHaveLength(1)
  })

  it('silence each time: ends as network, and the slot is given back', () => {
    const driver = ready(drive())
    for (const wait of [5_000, 10_000]) {
      driver.advance(30_000 + wait)
      driver.receive(pairDevice())
    }
    driver.advance(30_000)
    expect(failure(driver)).toMatchObject({ code: 'network', slot: 'give-back', retryable: true })
    expect(driver.timers.size).toBe(0)
  })

  it('a connection lost meanwhile: network, and the answer to the old request changes nothing', () => {
    const driver = ready(drive())
    const late = helloId(driver)
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    expect(last(retries(driver))).toMatchObject({ error: { code: 'network' }, inMs: 5_000 })
    driver.advance(5_000)
    driver.receive(helloAccepted(late, Buffer.from('ref')))
    expect(codes(driver)).toHaveLength(0)
    driver.receive(pairDevice())
    accept(driver)
    expect(codes(driver)).toHaveLength(1)
  })

  it('a connection that does not open: network, as often as attempts allow', () => {
    const driver = drive({ held: ['connected'] })
    driver.feed({ type: 'start' })
    const end = { kind: 'unopened', error: new LinkError('network', 'no handshake') } as const
    driver.feed({ type: 'ended', end })
    driver.advance(5_000)
    driver.feed({ type: 'ended', end })
    driver.advance(10_000)
    driver.feed({ type: 'ended', end })
    expect(failure(driver)).toMatchObject({ code: 'network', slot: 'give-back' })
    expect(count(driver, 'connect')).toBe(3)
  })

  it('a connection that opens and then stays without pair-device: network after connectTimeoutMs', () => {
    const driver = drive({ settings: { connectTimeoutMs: 8_000 } })
    driver.feed({ type: 'start' })
    driver.advance(7_999)
    expect(retries(driver)).toHaveLength(0)
    driver.advance(1)
    expect(last(retries(driver))).toMatchObject({ error: { code: 'network' } })
    expect(count(driver, 'close')).toBe(1)
  })

  it('<failure reason="503">: server-error, tried again on a new connection', () => {
    const driver = ready(drive())
    driver.feed({ type: 'ended', end: { kind: 'failure', reason: 503 } })
    expect(last(retries(driver))).toMatchObject({ error: { code: 'server-error', status: 503 } })
    driver.advance(5_000)
    expect(count(driver, 'connect')).toBe(2)
  })

  it('different ones count together', () => {
    const driver = ready(drive())
    driver.receive(iqError(helloId(driver), { code: 400 }))
    driver.advance(5_000)
    driver.receive(iqResult(helloId(driver)))
    driver.advance(10_000)
    driver.receive(iqError(helloId(driver), { code: 500 }))
    expect(failure(driver)).toMatchObject({ code: 'server-error', status: 500 })
  })
})

describe('tries', () => {
  it('wait twice as long each time, and never longer than maxDelayMs', () => {
    const driver = ready(drive({ settings: { retry: { attempts: 6, delayMs: 3_000, maxDelayMs: 20_000 } } }))
    for (let tried = 1; tried < 6; tried += 1) {
      driver.receive(iqError(helloId(driver), { code: 500 }))
      driver.advance(last(retries(driver))?.inMs ?? 0)
    }
    expect(retries(driver).map(({ inMs }) => inMs)).toEqual([3_000, 6_000, 12_000, 20_000, 20_000])
    expect(retries(driver).map(({ attempt }) => attempt)).toEqual([2, 3, 4, 5, 6])
  })

  it.each([400, 500])(
    'is not waited for when %i asks for more time than the attempt has: it ends and says how long',
    (code) => {
      for (const backoff of [600, 999_999_999]) {
        const driver = ready(drive({ settings: { timeoutMs: 600_000 } }))
        driver.receive(iqError(helloId(driver), { code, backoff }))
        expect(retries(driver)).toEqual([])
        expect(failure(driver)).toMatchObject({ status: code, retryable: true, retryAfterMs: backoff * 1_000 })
      }
      const driver = ready(drive({ settings: { timeoutMs: 600_000 } }))
      driver.receive(iqError(helloId(driver), { code, backoff: 599 }))
      expect(retries(driver)).toMatchObject([{ inMs: 599_000 }])
    },
  )

  it.each([400, 500])('wait at least as long as the backoff that came with %i, also beyond maxDelayMs', (code) => {
    const driver = ready(drive())
    driver.receive(iqError(helloId(driver), { code, backoff: 95 }))
    expect(last(retries(driver))).toMatchObject({ inMs: 95_000 })
    driver.advance(94_999)
    expect(hellos(driver)).toHaveLength(1)
    driver.advance(1)
    expect(hellos(driver)).toHaveLength(2)
  })

  it('are not made at all when attempts is 1', () => {
    const driver = ready(drive({ settings: { retry: { attempts: 1, delayMs: 5_000, maxDelayMs: 60_000 } } }))
    driver.receive(iqError(helloId(driver), { code: 400 }))
    expect(failure(driver)).toMatchObject({ code: 'rejected', status: 400, slot: 'cool-down' })
    expect(retries(driver)).toHaveLength(0)
  })

  it('share one slot, and have an id and keys of their own', () => {
    const driver = ready(drive())
    driver.receive(iqError(helloId(driver), { code: 400 }))
    driver.advance(5_000)
    driver.receive(iqError(helloId(driver), { code: 400 }))
    driver.advance(10_000)
    expect(count(driver, 'reserve')).toBe(1)
    expect(new Set(hellos(driver).map((hello) => hello.attrs['id'])).size).toBe(3)
    expect(new Set(hellos(driver).map((hello) => toHex(wrappedKeyOf(hello)))).size).toBe(3)
  })

  it('start anew with the next code', () => {
    const driver = ready(drive())
    driver.receive(iqError(helloId(driver), { code: 400 }))
    driver.advance(5_000)
    driver.receive(iqError(helloId(driver), { code: 400 }))
    driver.advance(10_000)
    accept(driver)
    driver.advance(180_000)
    expect(hellos(driver)).toHaveLength(4)
    driver.receive(iqError(helloId(driver), { code: 400 }))
    expect(last(retries(driver))).toMatchObject({ attempt: 2, inMs: 5_000 })
  })
})

describe('a connection that WhatsApp wants anew (515)', () => {
  it('is opened at once, with the route that the one before was given; too large or empty routes are left', () => {
    const driver = ready(drive({ held: ['code-prepared'] }))
    driver.receive(edgeRouting(Uint8Array.of(4, 2)))
    for (const route of [new Uint8Array(0), new Uint8Array(5_000)]) driver.receive(edgeRouting(route))
    driver.feed({ type: 'ended', end: { kind: 'stream-error', code: 515 } })
    expect(driver.events.at(-1)).toMatchObject({ type: 'retrying', inMs: 0, attempt: 2 })
    driver.advance(0)
    const routes = driver.effects.flatMap(({ effect }) => (effect.type === 'connect' ? [effect.routingInfo] : []))
    expect(routes).toEqual([undefined, Uint8Array.of(4, 2)])
  })

  it('counts as a try, so that it cannot go on for ever', () => {
    const driver = drive({ settings: { retry: { attempts: 3, delayMs: 0, maxDelayMs: 0 } } })
    driver.feed({ type: 'start' })
    for (let times = 0; times < 3; times += 1) {
      driver.feed({ type: 'ended', end: { kind: 'stream-error', code: 515 } })
      driver.advance(0)
    }
    expect(failure(driver)).toMatchObject({ code: 'network' })
  })
})

describe('refusals that end the attempt at once', () => {
  const refusals = [
    {
      name: '403',
      parts: { code: 403, text: 'forbidden' },
      ends: { code: 'forbidden', status: 403, slot: 'give-back' },
    },
    {
      name: '452',
      parts: { code: 452, text: 'feature-not-available' },
      ends: { code: 'not-available', status: 452, slot: 'give-back' },
    },
    {
      name: '429',
      parts: { code: 429, text: 'rate-overlimit' },
      ends: { code: 'rate-limited', status: 429, slot: 'cool-down' },
    },
    {
      name: '429 with a backoff',
      parts: { code: 429, text: 'rate-overlimit', backoff: 300 },
      ends: { code: 'rate-limited', status: 429, slot: 'cool-down', retryAfterMs: 300_000 },
    },
    {
      name: 'an unknown number',
      parts: { code: 418, text: 'teapot' },
      ends: { code: 'rejected', status: 418, slot: 'give-back' },
    },
    {
      name: '403 with another text',
      parts: { code: 403, text: 'bad-request' },
      ends: { code: 'rejected', status: 403, slot: 'give-back' },
    },
    {
      name: '500 with another text',
      parts: { code: 500, text: 'forbidden' },
      ends: { code: 'rejected', status: 500, slot: 'give-back' },
    },
    { name: 'no number', parts: {}, ends: { code: 'rejected', status: undefined, slot: 'give-back' } },
  ]

  it.each(refusals)('$name', ({ parts, ends }) => {
    const driver = ready(drive())
    driver.receive(iqError(helloId(driver), parts))
    expect(failure(driver)).toMatchObject(ends)
    expect(types(driver)).toEqual(['connecting'])
    expect(last(driver.effects.filter(({ effect }) => effect.type === 'close'))).toBeDefined()
  })

  it.each([
    [405, 'outdated-version'],
    [403, 'forbidden'],
    [406, 'forbidden'],
    [401, 'rejected'],
    [400, 'rejected'],
    [409, 'rejected'],
  ] as const)('<failure reason="%i"> is %s', (reason, code) => {
    const driver = drive()
    driver.feed({ type: 'start' })
    driver.feed({ type: 'ended', end: { kind: 'failure', reason } })
    expect(failure(driver)).toMatchObject({ code, status: reason })
  })

  it('a server that cannot prove itself', () => {
    const driver = drive({ held: ['connected'] })
    driver.feed({ type: 'start' })
    driver.feed({
      type: 'ended',
      end: { kind: 'unopened', error: new LinkError('untrusted-server', 'forged', { reason: 'leaf-signature' }) },
    })
    expect(failure(driver)).toMatchObject({ code: 'untrusted-server', slot: 'give-back' })
  })

  it('a slot or a note that is not to be had: nothing is sent to WhatsApp', () => {
    for (const code of ['rate-limited', 'code-outstanding', 'store-error'] as const) {
      const driver = drive({ held: ['reserved'] })
      ready(driver)
      driver.feed({ type: 'not-reserved', error: new LinkError(code, 'no') })
      expect(failure(driver)).toMatchObject({ code, slot: 'keep' })
      expect(hellos(driver)).toHaveLength(0)
    }
  })
})

describe('a slot that takes long to be had', () => {
  const lose = (driver: Driver): void => {
    driver.feed({ type: 'start' })
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
  }

  it('is waited for, also by a request that is tried again', () => {
    const driver = drive({ held: ['reserved'] })
    lose(driver)
    driver.advance(5_000)
    driver.receive(pairDevice())
    expect(hellos(driver)).toHaveLength(0)
    driver.feed({ type: 'reserved' })
    expect(hellos(driver)).toHaveLength(1)
  })

  it('and comes between two tries is had', () => {
    const driver = drive({ held: ['reserved'] })
    lose(driver)
    driver.feed({ type: 'reserved' })
    driver.advance(5_000)
    driver.receive(pairDevice())
    expect(hellos(driver)).toHaveLength(1)
    expect(count(driver, 'reserve')).toBe(1)
  })

  it('and is refused between two tries ends the attempt: nothing is sent to WhatsApp', () => {
    const driver = drive({ held: ['reserved'] })
    lose(driver)
    driver.feed({ type: 'not-reserved', error: new LinkError('rate-limited', 'no') })
    expect(failure(driver)).toMatchObject({ code: 'rate-limited', slot: 'keep' })
    driver.advance(60_000)
    driver.receive(pairDevice())
    expect(hellos(driver)).toHaveLength(0)
  })
})

describe('the slot of a request that the caller cancels', () => {
  it('is given back when WhatsApp was not asked', () => {
    const driver = drive()
    driver.feed({ type: 'start' })
    driver.feed({ type: 'cancel', error: CANCELLED })
    expect(failure(driver)).toMatchObject({ code: 'cancelled', slot: 'give-back' })
  })

  it('stays spent while WhatsApp’s answer is awaited', () => {
    const driver = ready(drive())
    driver.feed({ type: 'cancel', error: CANCELLED })
    expect(failure(driver)).toMatchObject({ code: 'cancelled', slot: 'keep' })
  })

  it('stays spent while the code is on show', () => {
    const driver = live(drive())
    driver.feed({ type: 'cancel', error: CANCELLED })
    expect(failure(driver)).toMatchObject({ code: 'cancelled', slot: 'keep' })
  })

  it('stays spent between two tries when WhatsApp has counted one (400): cancelling is no way around the limit', () => {
    const driver = ready(drive())
    driver.receive(iqError(helloId(driver), { code: 400 }))
    driver.advance(1_000)
    driver.feed({ type: 'cancel', error: CANCELLED })
    expect(failure(driver).slot).not.toBe('give-back')
  })
})

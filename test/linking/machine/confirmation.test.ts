// Stage 2: the phone answers a code (docs/protocol.md section 4).
import { describe, expect, it } from 'vitest'
import { childOf, node } from '../../../src/wire/nodes.ts'
import { hex, toHex } from '../keys.ts'
import { type Driver, dateAt, drive, FIRST_SECRET, OUR_IDENTITY, PHONE, secretOf } from '../machine-driver.ts'
import {
  accept,
  answerAsPhone,
  confirming,
  count,
  failure,
  finishes,
  finishId,
  goesOn,
  hellos,
  last,
  live,
  phoneSecret,
  proof,
  qrRef,
  qrSecret,
  types,
} from '../machine-steps.ts'
import { iqError, iqResult, primaryHello, refreshCode } from '../server-stanzas.ts'

const expired = (driver: Driver) => driver.events.flatMap((event) => (event.type === 'code-expired' ? [event] : []))
const confirmationDue = (driver: Driver) => driver.timers.get('confirmation')

describe('an accepted primary_hello', () => {
  it('is told, and answered with companion_finish under the ref of the code', () => {
    const driver = live(drive())
    answerAsPhone(driver)
    expect(last(types(driver))).toBe('confirming')
    expect(driver.state.link).toBe('confirming')
    const child = childOf(last(finishes(driver)), 'link_code_companion_reg')
    expect(child?.attrs).toEqual({ jid: '12025550123@s.whatsapp.net', stage: 'companion_finish' })
    expect(childOf(child, 'link_code_pairing_ref')?.content).toEqual(Buffer.from('ref of this code'))
    expect(childOf(child, 'companion_identity_public')?.content).toEqual(OUR_IDENTITY.public)
  })

  it('leaves both sides with the same adv secret, held before companion_finish went out', () => {
    const driver = live(drive({ held: ['unwrapped'] }))
    const [unwrap] = answerAsPhone(driver).filter((effect) => effect.type === 'unwrap')
    expect(toHex(driver.state.advSecret)).toBe(toHex(FIRST_SECRET))
    const answer = unwrap && driver.answerTo(unwrap)
    if (answer !== undefined) driver.feed(answer)
    expect(finishes(driver)).toHaveLength(1)
    expect(toHex(driver.state.advSecret)).toBe(toHex(phoneSecret(driver)))
    expect(toHex(driver.state.advSecret)).not.toBe(toHex(FIRST_SECRET))
  })

  it('has its code and its wrapping taken apart together', () => {
    const driver = live(drive())
    const wrapped = Buffer.alloc(80, 9)
    const [unwrap] = answerAsPhone(driver, { wrapped }).filter((effect) => effect.type === 'unwrap')
    const { code } = driver.state
    expect(unwrap).toEqual({ type: 'unwrap', answer: 1, code: code.name === 'live' ? code.prepared.code : '', wrapped })
  })

  it('is acked before anything else', () => {
    const driver = live(drive())
    const effects = answerAsPhone(driver, { id: 'hello-1' })
    expect(effects[0]).toEqual({
      type: 'send',
      node: node('ack', {
        class: 'notification',
        id: 'hello-1',
        to: 's.whatsapp.net',
        type: 'link_code_companion_reg',
      }),
    })
  })

  it('may come until the code is 180 s old', () => {
    const driver = live(drive())
    driver.advance(179_999)
    answerAsPhone(driver)
    expect(finishes(driver)).toHaveLength(1)
  })

  it('may have a low-order key: this hello is dropped, and its timer runs', () => {
    const driver = live(drive({ held: ['unwrapped'] }))
    const before = secretOf(driver)
    answerAsPhone(driver)
    const zero = hex('00'.repeat(32))
    driver.feed({
      type: 'unwrapped',
      answer: 1,
      unwrapped: { primaryEphemeral: zero, random: zero, bundleSalt: zero, nonce: hex('00'.repeat(12)) },
    })
    expect([finishes(driver).length, secretOf(driver), confirmationDue(driver)]).toEqual([0, before, 60_000])
    driver.advance(60_000)
    expect(expired(driver)).toMatchObject([{ reason: 'unanswered' }])
  })

  it('may have a low-order identity key: the same', () => {
    const driver = live(drive())
    answerAsPhone(driver, { identity: hex('00'.repeat(32)) })
    expect([finishes(driver).length, confirmationDue(driver), toHex(driver.state.advSecret)]).toEqual([
      0,
      60_000,
      toHex(FIRST_SECRET),
    ])
  })
})

describe('a primary_hello that is not accepted changes nothing', () => {
  const untouched = (driver: Driver, act: () => void) => {
    const before = {
      code: driver.state.code,
      secret: secretOf(driver),
      timers: [...driver.timers],
      events: types(driver).length,
    }
    act()
    expect({
      code: driver.state.code,
      secret: secretOf(driver),
      timers: [...driver.timers],
      events: types(driver).length,
    }).toEqual(before)
    expect(goesOn(driver)).toBe(true)
  }

  it.each(['ref', 'wrapped', 'identity', 'child'] as const)('without its %s', (without) => {
    const driver = live(drive())
    untouched(driver, () => driver.receive(primaryHello({ ref: Buffer.from('ref of this code'), without })))
    answerAsPhone(driver)
    expect(finishes(driver)).toHaveLength(1)
  })

  it.each([
    ['a wrapped key of 79 bytes', { wrapped: Buffer.alloc(79) }],
    ['an identity of 33 bytes', { identity: Buffer.alloc(33) }],
    ['another ref', { ref: Buffer.from('another') }],
    ['a longer ref', { ref: Buffer.from('ref of this code!') }],
    ['an empty ref', { ref: Buffer.alloc(0) }],
  ])('with %s', (_, parts) => {
    const driver = live(drive())
    untouched(driver, () => answerAsPhone(driver, parts))
    answerAsPhone(driver)
    expect(finishes(driver)).toHaveLength(1)
  })

  it('before a code is live', () => {
    for (const held of [['code-prepared'], ['reserved'], []] as const) {
      const driver = drive({ held })
      driver.feed({ type: 'start' })
      untouched(driver, () => answerAsPhone(driver))
    }
  })

  it('for the code before this one', () => {
    const driver = live(drive())
    driver.advance(180_000)
    accept(driver, Buffer.from('the second ref'))
    untouched(driver, () => answerAsPhone(driver))
    expect(finishes(driver)).toHaveLength(0)
  })

  it('the fourth time: the timer of the third decides', () => {
    const driver = live(drive())
    for (let answer = 1; answer <= 3; answer += 1) {
      driver.advance(10_000)
      answerAsPhone(driver)
      expect(finishes(driver)).toHaveLength(answer)
    }
    expect(confirmationDue(driver)).toBe(90_000)
    driver.advance(10_000)
    untouched(driver, () => answerAsPhone(driver))
    driver.advance(49_999)
    expect(expired(driver)).toHaveLength(0)
    driver.advance(1)
    expect(expired(driver)).toMatchObject([{ reason: 'unanswered' }])
  })

  it('and only acceptance counts towards the three', () => {
    const driver = live(drive())
    for (let tried = 0; tried < 5; tried += 1) answerAsPhone(driver, { ref: Buffer.from('another') })
    for (let answer = 1; answer <= 3; answer += 1) answerAsPhone(driver)
    expect(finishes(driver)).toHaveLength(3)
  })
})

describe('a later primary_hello', () => {
  it('replaces the timer, the secret and the finish of the one before', () => {
    const driver = confirming(drive())
    const first = { secret: secretOf(driver), id: finishId(driver) }
    driver.advance(40_000)
    answerAsPhone(driver)
    expect(confirmationDue(driver)).toBe(100_000)
    expect(secretOf(driver)).not.toBe(first.secret)
    expect(finishId(driver)).not.toBe(first.id)
    driver.advance(59_999)
    expect(expired(driver)).toHaveLength(0)
  })

  it('does not interleave with the one that is being worked on: its late result is dropped', () => {
    const driver = live(drive({ held: ['unwrapped'] }))
    const unwraps = [answerAsPhone(driver), answerAsPhone(driver)]
      .flat()
      .flatMap((effect) => (effect.type === 'unwrap' ? [effect] : []))
    const [one, two] = unwraps.map((effect) => driver.answerTo(effect))
    if (one === undefined || two === undefined) throw new Error('nothing to unwrap')
    driver.feed(one)
    expect(finishes(driver)).toHaveLength(0)
    driver.feed(two)
    driver.feed(one)
    expect(finishes(driver)).toHaveLength(1)
    expect(toHex(driver.state.advSecret)).toBe(toHex(phoneSecret(driver)))
  })
})

describe('the answer to companion_finish', () => {
  it('changes nothing when it is a result', () => {
    const driver = confirming(drive())
    const before = secretOf(driver)
    expect(driver.receive(iqResult(finishId(driver)))).toEqual([])
    expect([secretOf(driver), confirmationDue(driver)]).toEqual([before, 60_000])
  })

  it('changes nothing when it does not come for 30 s and more', () => {
    const driver = confirming(drive())
    driver.advance(59_999)
    expect(goesOn(driver)).toBe(true)
    expect(types(driver)).toEqual(['connecting', 'code', 'confirming'])
  })

  it.each([
    [400, 'rejected', 'cool-down'],
    [429, 'rate-limited', 'cool-down'],
    [500, 'server-error', 'keep'],
    [403, 'rejected', 'keep'],
    [777, 'rejected', 'keep'],
  ] as const)('ends the attempt when it is %i', (code, becomes, slot) => {
    const driver = confirming(drive())
    driver.receive(iqError(finishId(driver), { code }))
    expect(failure(driver)).toMatchObject({ code: becomes, status: code, slot })
  })

  it('makes the account wait as long as WhatsApp says', () => {
    const driver = confirming(drive())
    driver.receive(iqError(finishId(driver), { code: 400, backoff: 120 }))
    expect(failure(driver)).toMatchObject({ slot: 'cool-down', retryAfterMs: 120_000 })
  })

  it('counts only for the newest finish, and only from WhatsApp', () => {
    const driver = confirming(drive())
    const old = finishId(driver)
    answerAsPhone(driver)
    driver.receive(iqError(old, { code: 400 }))
    driver.receive({
      ...iqError(finishId(driver), { code: 400 }),
      attrs: { type: 'error', id: finishId(driver), from: 'elsewhere' },
    })
    expect(goesOn(driver)).toBe(true)
  })
})

describe('the 60 s of a confirmation', () => {
  it('end unanswered: a new secret, the QR code drawn again, then told, then the next code', () => {
    const driver = confirming(drive({ settings: { qr: true } }))
    const held = secretOf(driver)
    const ref = qrRef(driver)
    const effects = driver.advance(60_000)
    expect(secretOf(driver)).not.toBe(held)
    expect(toHex(qrSecret(driver))).toBe(toHex(driver.state.advSecret))
    // The first ref of six is spent at 60 s too: whichever is on show carries the new secret.
    expect([ref, '2@two']).toContain(qrRef(driver))
    const told = effects.flatMap((effect) => (effect.type === 'emit' ? [effect.event.type] : []))
    expect(told.indexOf('code-expired')).toBeGreaterThan(told.indexOf('qr'))
    expect(expired(driver)).toEqual([{ type: 'code-expired', reason: 'unanswered', manual: false }])
    expect(hellos(driver)).toHaveLength(2)
  })

  it('and the ref goes on: only the picture changes, not its lifetime', () => {
    const driver = live(drive({ settings: { qr: true } }))
    driver.advance(30_000)
    driver.receive(refreshCode(Buffer.from('nothing of ours')))
    answerAsPhone(driver)
    driver.advance(30_000)
    expect(driver.state.qr).toMatchObject({ index: 1 })
    driver.advance(30_000)
    const drawn = driver.events.findLast((event) => event.type === 'qr')
    expect(drawn).toMatchObject({ expiresAt: dateAt(100_000) })
    expect(qrRef(driver)).toBe('2@three')
    expect(toHex(qrSecret(driver))).toBe(toHex(driver.state.advSecret))
  })

  it('go on when the 180 s of the code end within them', () => {
    const driver = live(drive())
    driver.advance(170_000)
    answerAsPhone(driver)
    driver.advance(59_999)
    expect(expired(driver)).toHaveLength(0)
    expect(goesOn(driver)).toBe(true)
    driver.receive(proof(driver))
    expect(last(types(driver))).toBe('paired')
  })

  it('and end as unanswered, not as timeout, when nothing comes', () => {
    const driver = live(drive())
    driver.advance(170_000)
    answerAsPhone(driver)
    driver.advance(60_000)
    expect(expired(driver)).toMatchObject([{ reason: 'unanswered' }])
  })

  it('let no later answer in once the code is older than 180 s', () => {
    const driver = live(drive())
    driver.advance(170_000)
    answerAsPhone(driver)
    driver.advance(10_001)
    answerAsPhone(driver)
    expect(finishes(driver)).toHaveLength(1)
    expect(confirmationDue(driver)).toBe(230_000)
  })

  it('never close the connection, though the refs run out', () => {
    const driver = live(drive({ settings: { qr: true } }))
    driver.advance(175_000)
    answerAsPhone(driver)
    driver.advance(59_999)
    expect(count(driver, 'close')).toBe(0)
    expect(driver.state.connection.name).toBe('ready')
  })

  it('are of no concern to the secret of the phone that comes after', () => {
    const driver = confirming(drive())
    const old = proof(driver)
    driver.advance(60_000)
    accept(driver, Buffer.from('the second ref'))
    driver.receive(old)
    expect(failure(driver)).toMatchObject({ code: 'verification-failed' })
  })
})

describe('a notification without keys', () => {
  it('is acked and leaves the code ready, as often as it comes', () => {
    const driver = live(drive())
    for (let times = 0; times < 4; times += 1) {
      driver.receive(primaryHello({ without: 'child' }))
      driver.receive(primaryHello({ without: 'identity' }))
    }
    answerAsPhone(driver, { identity: PHONE.identity.public })
    expect(finishes(driver)).toHaveLength(1)
  })
})

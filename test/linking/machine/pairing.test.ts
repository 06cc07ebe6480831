// From pair-success to the end (docs/protocol.md sections 7 and 8): verify, sign, store, and only then reply.
import { describe, expect, it } from 'vitest'
import { LinkError } from '../../../src/errors.ts'
import type { Input } from '../../../src/linking/machine/state.ts'
import type { ConnectionEnd } from '../../../src/wire/ends.ts'
import { childOf, node } from '../../../src/wire/nodes.ts'
import { JID, LID, pairSuccess } from '../account.ts'
import { toHex } from '../keys.ts'
import { type Answer, CANCELLED, type Driver, drive, FIRST_SECRET, OUR_IDENTITY } from '../machine-driver.ts'
import {
  answerAsPhone,
  confirming,
  count,
  failure,
  finishId,
  goesOn,
  helloId,
  hellos,
  last,
  live,
  paired,
  phoneSecret,
  proof,
  proofByQr,
  ready,
  types,
} from '../machine-steps.ts'
import { helloAccepted, iqError, notification, pairDevice, passkeyRequest, refreshCode } from '../server-stanzas.ts'

const signed = (driver: Driver) => driver.sent.filter((stanza) => childOf(stanza, 'pair-device-sign') !== undefined)
const order = (driver: Driver) => driver.effects.map(({ effect }) => effect.type)
const refusalsSent = (driver: Driver) => driver.sent.filter((stanza) => stanza.attrs['type'] === 'error')

describe('a QR code beside the code of a number', () => {
  const scannedBy = (jid: string): Driver => {
    const driver = live(drive({ settings: { qr: true } }))
    driver.receive(proofByQr(driver, { device: { jid } }))
    return driver
  }

  it('links the number, in every spelling of it', () => {
    expect(scannedBy(JID).state.link).toBe('paired')
    expect(scannedBy('12025550123@hosted').state.link).toBe('paired')
  })

  it('scanned by another number links nothing: refused before anything is signed or stored', () => {
    const driver = scannedBy('12025550199:3@s.whatsapp.net')
    expect(refusalsSent(driver)).toHaveLength(1)
    expect(order(driver).filter((type) => type === 'sign' || type === 'store')).toEqual([])
    expect(failure(driver)).toMatchObject({ code: 'verification-failed' })
  })
})

describe('a QR code alone, for one account', () => {
  const scannedBy = (jid: string): Driver => {
    const driver = ready(drive({ settings: { digits: undefined, account: '12025550123', qr: true } }))
    driver.receive(proofByQr(driver, { device: { jid } }))
    return driver
  }

  it('links that account, and asks for no code', () => {
    const driver = scannedBy(JID)
    expect(driver.state.link).toBe('paired')
    expect(order(driver).filter((type) => type === 'reserve' || type === 'prepare-code')).toEqual([])
  })

  it('scanned by another links nothing', () => {
    const driver = scannedBy('12025550199:3@s.whatsapp.net')
    expect(order(driver).filter((type) => type === 'sign' || type === 'store')).toEqual([])
    expect(failure(driver)).toMatchObject({ code: 'verification-failed' })
  })
})

describe('a proven account', () => {
  it('is signed, stored, answered and told, in this order', () => {
    const driver = paired(drive())
    const types = order(driver).filter((type) => ['sign', 'store', 'reply', 'release'].includes(type))
    expect(types).toEqual(['sign', 'store', 'reply', 'release'])
    expect(last(driver.events)).toEqual({ type: 'paired', jid: JID, lid: LID, platform: 'android' })
    expect(driver.state.link).toBe('paired')
    expect(signed(driver)).toHaveLength(1)
    expect(last(signed(driver))?.attrs).toEqual({ to: 's.whatsapp.net', type: 'result', id: 'pair-1' })
  })

  it('is stored with the secret of the proof and the routing info', () => {
    const driver = confirming(drive())
    driver.receive(node('ib', {}, [node('edge_routing', {}, [node('routing_info', {}, Uint8Array.of(4, 2))])]))
    const secret = phoneSecret(driver)
    driver.receive(proof(driver))
    const store = driver.effects.flatMap(({ effect }) => (effect.type === 'store' ? [effect] : []))
    expect(store).toHaveLength(1)
    expect(toHex(store[0]?.advSecret ?? [])).toBe(toHex(secret))
    expect(store[0]?.routingInfo).toEqual(Uint8Array.of(4, 2))
    expect(store[0]?.account).toMatchObject({ jid: JID, lid: LID })
  })

  it('is not answered before the store has confirmed', () => {
    const driver = confirming(drive({ held: ['stored'] }))
    driver.receive(proof(driver))
    driver.advance(29_000)
    expect(signed(driver)).toHaveLength(0)
    expect(types(driver)).not.toContain('paired')
    driver.feed({ type: 'stored' })
    expect(signed(driver)).toHaveLength(1)
  })

  it('is not told before the reply left', () => {
    const driver = confirming(drive({ held: ['reply-sent'] }))
    driver.receive(proof(driver))
    expect(types(driver)).not.toContain('paired')
    driver.feed({ type: 'reply-sent' })
    expect(last(types(driver))).toBe('paired')
  })

  it('that comes twice, before or after success, is ignored the second time', () => {
    for (const held of [['signed'], ['stored'], ['reply-sent'], []] as const) {
      const driver = confirming(drive({ held }))
      const stanza = proof(driver)
      const forged = proof(driver, { hmac: (bytes) => bytes.map((byte) => byte ^ 1) })
      driver.receive(stanza)
      expect(driver.receive(stanza)).toEqual([])
      expect(driver.receive(forged)).toEqual([])
      expect(goesOn(driver)).toBe(true)
    }
  })

  it('may come by QR code, beside a code or without one', () => {
    for (const settings of [{ qr: true }, { qr: true, digits: undefined }]) {
      const driver = ready(drive({ settings }))
      driver.receive(proofByQr(driver))
      expect(last(types(driver))).toBe('paired')
    }
  })

  it('may come under the secret in force before any answer was worked on', () => {
    const driver = live(drive({ settings: { qr: true }, held: ['unwrapped'] }))
    answerAsPhone(driver)
    driver.receive(pairSuccess({ advSecret: FIRST_SECRET, companionIdentity: OUR_IDENTITY.public }))
    expect(last(types(driver))).toBe('paired')
  })
})

describe('a wrong proof', () => {
  it.each([
    ['HMAC', { hmac: (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1) }],
    ['account signature', { signature: () => new Uint8Array(64) }],
    ['adv secret', { advSecret: FIRST_SECRET }],
  ])('with a wrong %s is refused with 401, and ends the attempt; nothing is stored', (_, changes) => {
    const driver = confirming(drive())
    driver.receive(proof(driver, changes))
    expect(refusalsSent(driver)).toEqual([
      node('iq', { type: 'error', to: 's.whatsapp.net', id: 'pair-1' }, [
        node('error', { code: '401', text: 'not-authorized' }),
      ]),
    ])
    expect(failure(driver)).toMatchObject({ code: 'verification-failed', retryable: false })
    expect([count(driver, 'store'), count(driver, 'sign')]).toEqual([0, 0])
    expect(order(driver).lastIndexOf('send')).toBeLessThan(order(driver).lastIndexOf('close'))
  })

  it('that cannot be read is refused with 500 internal-error', () => {
    const driver = confirming(drive())
    driver.receive(proof(driver, { keyIndex: undefined }))
    expect(refusalsSent(driver)).toEqual([
      node('iq', { type: 'error', to: 's.whatsapp.net', id: 'pair-1' }, [
        node('error', { code: '500', text: 'internal-error' }),
      ]),
    ])
    expect(count(driver, 'store')).toBe(0)
    expect(goesOn(driver)).toBe(false)
  })

  it.each([
    ['from another than WhatsApp', { from: '12025550124@s.whatsapp.net' }],
    ['without an id', { id: undefined }],
  ])('%s is no proof at all', (_, stanza) => {
    const driver = confirming(drive())
    expect(driver.receive(proof(driver, {}, stanza))).toEqual([])
    expect(driver.receive(proof(driver, { hmac: () => new Uint8Array(32) }, stanza))).toEqual([])
    expect(goesOn(driver)).toBe(true)
  })
})

describe('a store that fails', () => {
  const error = new LinkError('store-error', 'the disk is full')

  it('is answered with iq error 500, ends the attempt, and nothing is told as paired', () => {
    const driver = confirming(drive({ held: ['stored'] }))
    driver.receive(proof(driver))
    driver.feed({ type: 'not-stored', error })
    expect(last(driver.sent)).toEqual(
      node('iq', { type: 'error', to: 's.whatsapp.net', id: 'pair-1' }, [
        node('error', { code: '500', text: 'internal-error' }),
      ]),
    )
    expect(failure(driver).code).toBe('store-error')
    expect(types(driver)).not.toContain('paired')
    expect(signed(driver)).toHaveLength(0)
  })

  it('to answer within its limit is undone, in case it writes later', () => {
    const driver = confirming(drive({ held: ['stored'] }))
    driver.receive(proof(driver))
    driver.advance(60_000)
    expect(failure(driver).code).toBe('store-error')
    expect(count(driver, 'withdraw')).toBe(1)
    expect(driver.feed({ type: 'stored' })).toEqual([])
  })
})

describe('the reply', () => {
  it('that surely did not leave takes back what was stored, and ends as network', () => {
    const driver = confirming(drive({ held: ['reply-sent'] }))
    driver.receive(proof(driver))
    driver.feed({ type: 'reply-lost' })
    expect(failure(driver)).toMatchObject({ code: 'network', retryable: true })
    expect(count(driver, 'withdraw')).toBe(1)
    expect(order(driver).indexOf('withdraw')).toBeLessThan(order(driver).indexOf('fail'))
    expect(types(driver)).not.toContain('paired')
  })

  it('whose fate is told after the connection is gone still decides', () => {
    for (const fate of ['reply-sent', 'reply-lost'] as const) {
      const driver = confirming(drive({ held: ['reply-sent'] }))
      driver.receive(proof(driver))
      driver.feed({ type: 'ended', end: { kind: 'closed' } })
      expect(goesOn(driver)).toBe(true)
      driver.feed({ type: fate })
      expect(driver.outcome?.type).toBe(fate === 'reply-sent' ? 'finish' : 'fail')
    }
  })
})

describe('after the reply', () => {
  const ends: readonly ConnectionEnd[] = [
    { kind: 'stream-error', code: 515 },
    { kind: 'closed' },
    { kind: 'silent' },
    { kind: 'stream-error', code: 503 },
    { kind: 'failure', reason: 403 },
  ]

  it.each(ends)('%o: the first login is due', (end) => {
    const driver = paired(drive())
    driver.feed({ type: 'ended', end })
    expect(driver.outcome).toEqual({ type: 'finish' })
    expect(driver.timers.size).toBe(0)
  })

  it('neither 515 nor a close: the first login is tried all the same, soon, and the connection closed', () => {
    const driver = paired(drive())
    expect(driver.runOut()).toBeLessThanOrEqual(30_000)
    expect(driver.outcome).toEqual({ type: 'finish' })
    expect(order(driver).slice(-2)).toEqual(['close', 'finish'])
  })

  it('notifications are still acked, and nothing else is done for them', () => {
    const driver = paired(drive())
    for (const stanza of [notification('devices'), passkeyRequest(), refreshCode(Buffer.from('ref of this code'))])
      expect(driver.receive(stanza)).toHaveLength(1)
    expect(goesOn(driver)).toBe(true)
  })

  it('a second pair-device is answered, and no QR code is drawn', () => {
    const driver = paired(drive({ settings: { qr: true } }))
    const before = types(driver).length
    driver.receive(pairDevice(['2@other'], 'pd-2'))
    expect(last(driver.sent)?.attrs['id']).toBe('pd-2')
    expect(types(driver)).toHaveLength(before)
  })
})

// A person who cancels, a clock that runs out or an answer that comes late cannot undo what the account has confirmed: the phone
// shows the device, so it is kept.
describe('past the point of no return', () => {
  const stages: readonly {
    readonly name: string
    readonly held: readonly Answer[]
    readonly after: readonly Input[]
  }[] = [
    { name: 'being signed', held: ['signed'], after: [] },
    { name: 'being stored', held: ['stored'], after: [{ type: 'stored' }] },
    { name: 'being answered', held: ['reply-sent'], after: [{ type: 'reply-sent' }] },
  ]

  it.each(stages)('cancel, refresh() and the end of timeoutMs do nothing to an account $name', ({ held, after }) => {
    const driver = confirming(drive({ held, settings: { timeoutMs: 10_000 } }))
    driver.advance(9_000)
    const caused = driver.receive(proof(driver))
    expect(driver.feed({ type: 'cancel', error: CANCELLED })).toEqual([])
    expect(driver.feed({ type: 'refresh' })).toEqual([])
    driver.advance(5_000)
    expect(goesOn(driver)).toBe(true)
    const [sign] = caused.filter((effect) => effect.type === 'sign')
    const signature = held.includes('signed') && sign !== undefined ? driver.answerTo(sign) : undefined
    for (const input of signature === undefined ? after : [signature]) driver.feed(input)
    expect(last(types(driver))).toBe('paired')
    driver.feed({ type: 'cancel', error: CANCELLED })
    driver.runOut()
    expect(driver.outcome).toEqual({ type: 'finish' })
  })

  it('a refused companion_finish that comes after the proof does not end the link', () => {
    const driver = confirming(drive({ held: ['stored'] }))
    driver.receive(proof(driver))
    driver.receive(iqError(finishId(driver), { code: 500 }))
    expect(goesOn(driver)).toBe(true)
    driver.feed({ type: 'stored' })
    expect(last(types(driver))).toBe('paired')
  })

  it('a code request that was out when the QR code was scanned is of no concern any more: refused', () => {
    const driver = ready(drive({ settings: { qr: true }, held: ['stored'] }))
    driver.receive(proofByQr(driver))
    driver.receive(iqError(helloId(driver), { code: 403 }))
    expect(goesOn(driver)).toBe(true)
    driver.feed({ type: 'stored' })
    expect(last(types(driver))).toBe('paired')
  })

  it('a code request that was out when the QR code was scanned is of no concern any more: accepted', () => {
    const driver = ready(drive({ settings: { qr: true }, held: ['stored'] }))
    driver.receive(proofByQr(driver))
    driver.receive(helloAccepted(helloId(driver), Buffer.from('ref')))
    expect(types(driver)).not.toContain('code')
    driver.feed({ type: 'stored' })
    driver.runOut()
    expect(driver.outcome).toEqual({ type: 'finish' })
  })

  it('a slot that is refused after the QR code was scanned does not end the link', () => {
    const driver = ready(drive({ settings: { qr: true }, held: ['reserved', 'stored'] }))
    driver.receive(proofByQr(driver))
    driver.feed({ type: 'not-reserved', error: new LinkError('code-outstanding', 'another process has a code') })
    expect(goesOn(driver)).toBe(true)
    driver.feed({ type: 'stored' })
    expect(last(types(driver))).toBe('paired')
  })

  it('a slot or keys that come after the QR code was scanned cause no code request', () => {
    for (const held of ['reserved', 'code-prepared'] as const) {
      const driver = drive({ settings: { qr: true }, held: [held, 'stored'] })
      const started = driver.feed({ type: 'start' })
      driver.receive(pairDevice())
      driver.receive(proofByQr(driver))
      const late = started.map((effect) => driver.answerTo(effect)).find((input) => input?.type === held)
      if (late !== undefined) driver.feed(late)
      expect(hellos(driver)).toHaveLength(0)
    }
  })

  it('a pair-device that never came does not end the link either', () => {
    const driver = drive({ settings: { digits: undefined, qr: true }, held: ['stored'] })
    driver.feed({ type: 'start' })
    driver.receive(pairSuccess({ advSecret: FIRST_SECRET, companionIdentity: OUR_IDENTITY.public }))
    driver.advance(25_000)
    expect(goesOn(driver)).toBe(true)
    driver.feed({ type: 'stored' })
    expect(last(types(driver))).toBe('paired')
    driver.runOut()
    expect(driver.outcome).toEqual({ type: 'finish' })
  })

  it('a connection that ends while the account is stored: the reply cannot leave, so nothing is kept', () => {
    const driver = confirming(drive({ held: ['stored', 'reply-sent'] }))
    driver.receive(proof(driver))
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    expect(goesOn(driver)).toBe(true)
    driver.feed({ type: 'stored' })
    driver.feed({ type: 'reply-lost' })
    expect(failure(driver).code).toBe('network')
    expect(count(driver, 'withdraw')).toBe(1)
    expect(types(driver)).not.toContain('retrying')
  })
})

describe('nothing half-linked', () => {
  it('is ever stored: no end before the proof has a store effect', () => {
    const ends: readonly ((driver: Driver) => unknown)[] = [
      (driver) => driver.feed({ type: 'cancel', error: CANCELLED }),
      (driver) => driver.receive(passkeyRequest()),
      (driver) => driver.receive(iqError(finishId(driver), { code: 400 })),
      (driver) => driver.feed({ type: 'ended', end: { kind: 'failure', reason: 403 } }),
      (driver) => driver.runOut(),
    ]
    for (const end of ends) {
      const driver = confirming(drive())
      end(driver)
      expect(driver.outcome?.type).toBe('fail')
      expect([count(driver, 'store'), count(driver, 'sign'), signed(driver).length]).toEqual([0, 0, 0])
    }
  })
})

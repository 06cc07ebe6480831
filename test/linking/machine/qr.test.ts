// QR codes: alone, and beside a code (docs/protocol.md section 2).
import { describe, expect, it } from 'vitest'
import type { ConnectionEnd } from '../../../src/wire/ends.ts'
import { node } from '../../../src/wire/nodes.ts'
import { toHex } from '../keys.ts'
import { type Driver, dateAt, drive, FIRST_SECRET, OUR_IDENTITY, OUR_NOISE_KEY } from '../machine-driver.ts'
import {
  answerAsPhone,
  count,
  failure,
  goesOn,
  hellos,
  last,
  live,
  proofByQr,
  qrRef,
  qrSecret,
  ready,
  types,
  untilConnected,
} from '../machine-steps.ts'
import { pairDevice, registrationRefresh, SIX_REFS } from '../server-stanzas.ts'

const alone = (settings = {}) => drive({ settings: { digits: undefined, qr: true, ...settings } })
const shown = (driver: Driver) => driver.events.flatMap((event) => (event.type === 'qr' ? [event] : []))
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

describe('what is told beside a picture', () => {
  it('is that the scan was lost, when WhatsApp wants a new secret', () => {
    const driver = ready(alone())
    driver.receive(registrationRefresh('pair-device-rotate-qr'))
    expect(last(shown(driver))).toMatchObject({ notice: 'scan-again' })
  })

  it('is that the phone is too old, when WhatsApp says so; the picture stays good', () => {
    const driver = ready(alone())
    driver.advance(10_000)
    driver.receive(node('ib', { from: 's.whatsapp.net' }, [node('downgrade_webclient')]))
    const [first, again] = shown(driver)
    expect(again).toEqual({ ...first, notice: 'no-multi-device' })
    driver.receive(proofByQr(driver))
    expect(last(types(driver))).toBe('paired')
  })

  it('is nothing where there is no picture', () => {
    const driver = live(drive())
    expect(driver.receive(node('ib', { from: 's.whatsapp.net' }, [node('downgrade_webclient')]))).toEqual([])
  })
})

describe('QR codes alone', () => {
  it('are drawn with our keys and the secret of the moment, from the moment of pair-device', () => {
    const driver = ready(alone())
    const keys = [OUR_NOISE_KEY.public, OUR_IDENTITY.public, FIRST_SECRET].map(base64).join(',')
    expect(shown(driver)).toEqual([
      { type: 'qr', data: `https://wa.me/settings/linked_devices#2@one,${keys},1`, expiresAt: dateAt(60_000) },
    ])
    expect(driver.state.link).toBe('code')
    expect(hellos(driver)).toHaveLength(0)
    expect(count(driver, 'reserve')).toBe(0)
  })

  it('follow one another after 60 s and then every 20 s', () => {
    const driver = ready(alone())
    const at: number[] = [0]
    for (let passed = 0; passed < 159; passed += 1) {
      const before = shown(driver).length
      driver.advance(1_000)
      if (shown(driver).length > before) at.push(driver.now)
    }
    expect(at).toEqual([0, 60_000, 80_000, 100_000, 120_000, 140_000])
    expect(shown(driver).map(({ data }) => data.split('#')[1]?.split(',')[0])).toEqual(SIX_REFS)
    expect(shown(driver).map(({ expiresAt }) => expiresAt)).toEqual(
      [60, 80, 100, 120, 140, 160].map((s) => dateAt(s * 1000)),
    )
  })

  it('that were all shown make a new connection, maxCodes rounds in all', () => {
    const driver = ready(alone({ maxCodes: 2 }))
    driver.advance(160_000)
    expect(count(driver, 'connect')).toBe(2)
    driver.receive(pairDevice(['2@again']))
    expect(qrRef(driver)).toBe('2@again')
    driver.advance(20_000)
    expect(failure(driver)).toMatchObject({ code: 'expired', retryable: true })
  })

  it('are replaced by a new pair-device on the same connection', () => {
    const driver = ready(alone())
    driver.advance(10_000)
    driver.receive(pairDevice(['2@new', '2@newer'], 'pd-2'))
    expect(qrRef(driver)).toBe('2@new')
    expect(driver.timers.get('qr')).toBe(30_000)
    driver.advance(20_000)
    expect(qrRef(driver)).toBe('2@newer')
    expect(driver.sent.map((stanza) => stanza.attrs['id'])).toEqual(['pd-1', 'pd-2'])
  })

  it('with a new secret (companion_reg_refresh) are drawn again: the same ref, its lifetime runs on', () => {
    const driver = ready(alone())
    driver.advance(70_000)
    driver.receive(registrationRefresh())
    expect(last(shown(driver))).toMatchObject({ expiresAt: dateAt(80_000) })
    expect(qrRef(driver)).toBe('2@two')
    expect(toHex(qrSecret(driver))).toBe(toHex(driver.state.advSecret))
    driver.receive(proofByQr(driver))
    expect(last(types(driver))).toBe('paired')
  })

  it('and a scan of the picture before it is refused', () => {
    const driver = ready(alone())
    const old = proofByQr(driver)
    driver.receive(registrationRefresh())
    driver.receive(old)
    expect(failure(driver).code).toBe('verification-failed')
  })

  const lost: readonly ConnectionEnd[] = [{ kind: 'closed' }, { kind: 'silent' }, { kind: 'stream-error', code: 503 }]

  it.each(lost)('come again on a new connection when theirs is lost: %o', (end) => {
    const driver = ready(alone())
    driver.advance(30_000)
    driver.feed({ type: 'ended', end })
    untilConnected(driver)
    driver.receive(pairDevice(['2@again']))
    expect(qrRef(driver)).toBe('2@again')
    expect(types(driver)).not.toContain('code-expired')
  })

  it('are retried, with growing delays, when no connection opens', () => {
    const driver = alone()
    driver.feed({ type: 'start' })
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    driver.advance(5_000)
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    driver.advance(10_000)
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    expect(failure(driver)).toMatchObject({ code: 'network' })
    expect(types(driver).filter((type) => type === 'retrying')).toHaveLength(2)
  })

  it('are drawn anew by refresh()', () => {
    const driver = ready(alone())
    driver.feed({ type: 'refresh' })
    driver.receive(pairDevice(['2@asked for']))
    expect(qrRef(driver)).toBe('2@asked for')
    expect(count(driver, 'connect')).toBe(2)
  })

  it('with refresh: manual wait for the person when all are spent', () => {
    const driver = ready(alone({ refresh: 'manual' }))
    driver.advance(200_000)
    expect(count(driver, 'connect')).toBe(1)
    expect(goesOn(driver)).toBe(true)
    driver.feed({ type: 'refresh' })
    driver.receive(pairDevice(['2@asked for']))
    expect(qrRef(driver)).toBe('2@asked for')
  })

  it('without any ref end with the attempt at the latest', () => {
    const driver = ready(alone(), [])
    expect(shown(driver)).toHaveLength(0)
    expect(driver.runOut()).toBeLessThanOrEqual(600_000)
    expect(driver.outcome?.type).toBe('fail')
  })
})

describe('QR codes beside a code', () => {
  it('are shown on the same connection, before and after the code', () => {
    const driver = live(drive({ settings: { qr: true } }))
    expect(types(driver)).toEqual(['connecting', 'qr', 'code'])
    driver.advance(60_000)
    expect(last(types(driver))).toBe('qr')
    expect(count(driver, 'connect')).toBe(1)
  })

  it('are not shown when they were not asked for', () => {
    const driver = live(drive())
    driver.advance(170_000)
    expect(types(driver)).toEqual(['connecting', 'code'])
  })

  it('a second pair-device changes the QR codes and leaves the code alone', () => {
    const driver = live(drive({ settings: { qr: true } }))
    driver.receive(pairDevice(['2@new'], 'pd-2'))
    expect(qrRef(driver)).toBe('2@new')
    expect(hellos(driver)).toHaveLength(1)
    answerAsPhone(driver)
    expect(types(driver)).toContain('confirming')
  })

  it('are drawn again with the secret of a companion_finish as soon as that is out, and a scan of it links', () => {
    const driver = live(drive({ settings: { qr: true } }))
    answerAsPhone(driver)
    expect(types(driver).slice(-2)).toEqual(['confirming', 'qr'])
    expect(toHex(qrSecret(driver))).toBe(toHex(driver.state.advSecret))
    driver.receive(proofByQr(driver))
    expect(last(types(driver))).toBe('paired')
  })

  it('that are spent come back with the next code, on a new connection', () => {
    const driver = live(drive({ settings: { qr: true } }))
    driver.advance(179_999)
    expect(driver.state.qr).toBeUndefined()
    expect(count(driver, 'connect')).toBe(1)
    driver.advance(1)
    expect(count(driver, 'connect')).toBe(2)
    driver.receive(pairDevice(['2@again'], 'pd-2'))
    expect(qrRef(driver)).toBe('2@again')
    expect(hellos(driver)).toHaveLength(2)
  })

  it('that are spent come back also while the code waits for a person', () => {
    const driver = live(drive({ settings: { qr: true, refresh: 'manual' } }))
    driver.advance(180_000)
    expect(last(types(driver))).toBe('code-expired')
    untilConnected(driver)
    driver.receive(pairDevice(['2@again'], 'pd-2'))
    expect(qrRef(driver)).toBe('2@again')
    driver.advance(20_000)
    untilConnected(driver)
    expect(count(driver, 'connect')).toBe(3)
    expect(hellos(driver)).toHaveLength(1)
  })

  it('without codes beside them that asked for QR codes, a code that dies keeps its connection', () => {
    const driver = live(drive())
    driver.advance(180_000)
    expect(count(driver, 'connect')).toBe(1)
    expect(hellos(driver)).toHaveLength(2)
  })

  it('are taken away when the account is proven', () => {
    const driver = live(drive({ settings: { qr: true }, held: ['stored'] }))
    driver.receive(proofByQr(driver))
    const before = shown(driver).length
    driver.advance(25_000)
    expect(shown(driver)).toHaveLength(before)
  })

  it('always carry the secret in force, whenever they are drawn', () => {
    const driver = live(drive({ settings: { qr: true } }))
    const check = (): void => {
      const fresh = last(driver.events)
      if (fresh?.type === 'qr') expect(toHex(qrSecret(driver))).toBe(toHex(driver.state.advSecret))
    }
    for (let passed = 0; passed < 160; passed += 5) {
      driver.advance(5_000)
      check()
      if (passed === 20) answerAsPhone(driver)
      if (passed === 100) driver.receive(registrationRefresh())
      check()
    }
  })
})

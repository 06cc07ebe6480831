// Every change that the emulator can make to what it sends, at every stage, and what becomes of a link() that meets it.
import { describe, expect, it } from 'vitest'
import { STAGES, TAMPERABLE } from '../../../src/emulator/faults.ts'
import { type Stage as FaultStage, startEmulator, type Tampering } from '../../../src/emulator/index.ts'
import type { LinkOptions } from '../../../src/index.ts'
import { type Stage, sentBy, setStage, type Watched } from './stage.ts'

type Scene = Stage & { readonly watched: Watched }
type Outcome = (scene: Scene) => Promise<unknown>

const ignore = (): void => {}

/** The code links, as if nothing had been. */
const links: Outcome = async ({ phone, watched }) => {
  const { jid } = await phone.enterCode((await watched.event('code')).code)
  expect(await watched.linking.result).toMatchObject({ jid })
}

/** Each announced wait passes, and the code that comes then links. */
const linksAfterRetry: Outcome = async (scene) => {
  const { inMs } = await scene.watched.event('retrying')
  await scene.clock.advance(inMs)
  await links(scene)
}

/** What was wrong is ignored: the phone waits in vain, and the same code links when it is typed again. */
const linksWhenTypedAgain: Outcome = async (scene) => {
  const { phone, watched, emulator } = scene
  const first = phone.enterCode((await watched.event('code')).code).then(ignore, ({ code }) => code)
  await expect.poll(() => sentBy(emulator, 'server').some(({ tag }) => tag === 'notification')).toBe(true)
  await emulator.advance(61_000)
  expect(await first).toBe('timeout')
  expect(watched.types()).not.toContain('confirming')
  await links(scene)
}

/** The code is taken back, the next one links. */
const linksByTheNextCode =
  (manual: boolean): Outcome =>
  async ({ phone, watched }) => {
    void phone.enterCode((await watched.event('code')).code).catch(ignore)
    expect(await watched.event('code-expired')).toMatchObject({ reason: 'refresh', manual })
    if (manual) await watched.linking.refresh()
    await phone.enterCode((await watched.event('code', 2)).code)
    await watched.linking.result
  }

/** The phone's answers carry another ref than we know: this code is dead, and its time ends it. */
const linksAfterItsTime: Outcome = async ({ phone, watched, emulator, clock }) => {
  const first = phone.enterCode((await watched.event('code')).code).then(ignore, ({ code }) => code)
  await expect.poll(() => sentBy(emulator, 'server').some(({ tag }) => tag === 'notification')).toBe(true)
  await emulator.advance(61_000)
  expect(await first).toBe('timeout')
  await clock.advance(180_000)
  expect(await watched.event('code-expired')).toMatchObject({ reason: 'timeout' })
  await phone.enterCode((await watched.event('code', 2)).code)
  await watched.linking.result
}

const ends =
  (code: string, more: object = {}): Outcome =>
  async ({ phone, watched, store }) => {
    void watched.event('code').then(
      (event) => phone.enterCode(event.code).catch(ignore),
      () => {},
    )
    await expect(watched.linking.result).rejects.toMatchObject({ code, ...more })
    expect(await store.list()).toEqual([])
  }

/** A passkey is asked for, and its owner confirms. */
const linksByPasskey: Outcome = async ({ phone, watched }) => {
  void watched.event('code').then(
    (event) => phone.enterCode(event.code).catch(ignore),
    () => {},
  )
  const { options, respond } = await watched.event('passkey')
  await respond(phone.confirmPasskey(options))
  void watched.event('verify').then(
    (event) => event.confirm(),
    () => {},
  )
  await watched.linking.result
  expect(phone.linkedDevices()).toHaveLength(1)
}

const OUTCOMES: Readonly<Record<Tampering, Partial<Record<FaultStage, Outcome>>>> = {
  ref: { pair_device: links, companion_hello: linksAfterItsTime, primary_hello: linksWhenTypedAgain },
  hmac: { pair_success: ends('verification-failed') },
  signature: {
    handshake: ends('untrusted-server', { reason: 'leaf-signature' }),
    pair_success: ends('verification-failed'),
  },
  'missing-child': {
    handshake: ends('untrusted-server', { reason: 'incomplete' }),
    pair_device: links,
    companion_hello: linksAfterRetry,
    primary_hello: linksWhenTypedAgain,
    pair_success: ends('server-error'),
  },
  duplicate: {
    handshake: linksAfterRetry,
    pair_device: links,
    companion_hello: links,
    primary_hello: links,
    companion_finish: links,
    pair_success: links,
    pair_device_sign: links,
    login: links,
    prekey_upload: links,
  },
  refresh: {
    companion_hello: linksByTheNextCode(false),
    primary_hello: linksByTheNextCode(false),
    companion_finish: linksByTheNextCode(false),
    pair_success: linksByTheNextCode(false),
  },
  'refresh-manual': {
    companion_hello: linksByTheNextCode(true),
    primary_hello: linksByTheNextCode(true),
    companion_finish: linksByTheNextCode(true),
    pair_success: linksByTheNextCode(true),
  },
  'companion-reg-refresh': {
    pair_device: links,
    companion_hello: links,
    primary_hello: links,
    companion_finish: links,
    pair_success: links,
    pair_device_sign: links,
  },
  passkey: {
    companion_hello: linksByPasskey,
    primary_hello: linksByPasskey,
    companion_finish: linksByPasskey,
    pair_success: linksByPasskey,
    pair_device_sign: links,
  },
}

const TAMPERINGS = Object.keys(OUTCOMES) as readonly Tampering[]
const all = TAMPERINGS.flatMap((kind) => STAGES.map((at) => ({ kind, at, outcome: OUTCOMES[kind][at] })))

/** The first login takes seconds; only what concerns it needs it. */
function optionsFor(at: FaultStage, kind?: Tampering): Partial<LinkOptions> {
  return {
    firstLogin: at === 'login' || at === 'prekey_upload',
    retry: { delayMs: 100 },
    ...(kind === 'passkey' && { passkey: 'wait' as const }),
  }
}

describe('tampering', () => {
  it.each(all.filter(({ outcome }) => outcome !== undefined))('with $kind at $at', async ({ kind, at, outcome }) => {
    const stage = await setStage()
    stage.emulator.tamper({ at, with: kind })
    await outcome?.({ ...stage, watched: stage.link(optionsFor(at, kind)) })
  })

  it('without meaning at a stage is refused with the places where it has one', async () => {
    const { emulator } = await setStage()
    const refused = all.filter(({ outcome }) => outcome === undefined)
    expect(refused).toHaveLength(
      STAGES.length * TAMPERINGS.length - TAMPERINGS.flatMap((kind) => TAMPERABLE[kind]).length,
    )
    for (const { kind, at } of refused)
      expect(() => emulator.tamper({ at, with: kind })).toThrow(new RegExp(`“${kind}” can be done at .*, not at ${at}`))
  })
})

describe('another order', () => {
  it.each([
    'pair_device',
    'companion_hello',
    'primary_hello',
    'companion_finish',
    'pair_success',
    'login',
    'prekey_upload',
  ] as const)('of what is sent at %s is borne', async (at) => {
    const stage = await setStage()
    stage.emulator.reorder({ at })
    await links({ ...stage, watched: stage.link(optionsFor(at)) })
  })

  it('lets pair-success overtake the answer to companion_finish', async () => {
    const stage = await setStage()
    stage.emulator.reorder({ at: 'companion_finish' })
    const watched = stage.link({ firstLogin: false })
    await links({ ...stage, watched })
    const tags = sentBy(stage.emulator, 'server').map(({ attrs, content }) =>
      Array.isArray(content) && content[0]?.tag === 'pair-success' ? 'pair-success' : `${attrs.type}`,
    )
    expect(tags.lastIndexOf('result')).toBeGreaterThan(tags.indexOf('pair-success'))
  })

  it.each(['handshake', 'pair_device_sign'] as const)('is refused at %s', async (at) => {
    const { emulator } = await setStage()
    expect(() => emulator.reorder({ at })).toThrow(RangeError)
  })
})

describe('what else WhatsApp does', () => {
  it('refuses a number with 400 that asked too often, and takes it again later', async () => {
    const emulator = await startEmulator({ throttle: { hellos: 2, windowMs: 300_000 } })
    const stage = await setStage({ emulator })
    for (let codes = 0; codes < 2; codes += 1) {
      const { linking, event } = stage.link()
      await event('code')
      await linking.cancel()
    }
    const refused = stage.link({ retry: { attempts: 1 } })
    await expect(refused.linking.result).rejects.toMatchObject({ code: 'rejected', status: 400 })
    const other = stage.link({ session: 'other', phone: '+12025550188', firstLogin: false })
    await other.event('code')
    await other.linking.cancel()
    await Promise.all([emulator.advance(300_000), stage.clock.advance(600_000)])
    await links({ ...stage, watched: stage.link({ firstLogin: false }) })
  })

  it('signs with other prefixes for a hosted account', async () => {
    const stage = await setStage()
    const phone = stage.emulator.addPhone('+12025550150', { hosted: true })
    await links({ ...stage, phone, watched: stage.link({ phone: '+12025550150' }) })
    expect(phone.linkedDevices()).toMatchObject([{ online: true }])
  })

  it('says that a phone is too old; the picture stays good for another', async () => {
    const stage = await setStage()
    const old = stage.emulator.addPhone('+12025550151', { multiDevice: false })
    const { linking, event } = stage.link({ phone: undefined, firstLogin: false })
    const { data } = await event('qr')
    await expect(old.scanQr(data)).rejects.toMatchObject({ code: 'refused' })
    expect(await event('qr', 2)).toMatchObject({ data, notice: 'no-multi-device' })
    await stage.phone.scanQr(data)
    await linking.result
  })

  it('tells a companion without keys that somebody opened Linked devices: the code stays good', async () => {
    const stage = await setStage()
    const watched = stage.link({ firstLogin: false })
    await watched.event('code')
    for (let times = 0; times < 5; times += 1) stage.phone.openLinkedDevices()
    await links({ ...stage, watched })
    expect(watched.types()).toEqual(['connecting', 'code', 'confirming', 'paired'])
  })

  it('names an edge, and the next connection goes there', async () => {
    const stage = await setStage({ emulator: await startEmulator({ edgeRouting: true }) })
    const { event, linking } = stage.link()
    await event('code')
    await expect.poll(() => sentBy(stage.emulator, 'server').some(({ tag }) => tag === 'ib')).toBe(true)
    stage.emulator.streamError(515)
    await stage.phone.enterCode((await event('code', 2)).code)
    await linking.result
    expect(stage.emulator.connections.map(({ kind, routed }) => [kind, routed])).toEqual([
      ['registration', false],
      ['registration', true],
      ['login', true],
    ])
  })

  it('refuses a connection with <failure>: the number, the words and the time are kept', async () => {
    const stage = await setStage()
    stage.emulator.fail({ at: 'pair_device', code: 402, text: 'Wait, +1 202 555 0123', backoffS: 60, as: 'failure' })
    const { linking } = stage.link()
    const error = await linking.result.then(undefined, (thrown) => thrown)
    expect(error).toMatchObject({ code: 'forbidden', status: 402, retryAfterMs: 60_000 })
    expect(error.message).toContain('Wait')
    expect(error.message).not.toContain('555')
  })

  it.each([
    [405, 'outdated-version'],
    [403, 'forbidden'],
    [409, 'rejected'],
    [429, 'rate-limited'],
  ])('refuses a connection with <failure reason="%i">: %s', async (reason, code) => {
    const stage = await setStage()
    stage.emulator.fail({ at: 'pair_device', code: reason, as: 'failure' })
    const { linking, types } = stage.link()
    await expect(linking.result).rejects.toMatchObject({ code, status: reason })
    expect(types()).not.toContain('retrying')
  })
})

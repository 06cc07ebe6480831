import { createHmac } from 'node:crypto'
import { proto } from 'baileys'
import { expect, test } from 'vitest'
import type { Emulator, Phone } from '../../src/emulator/index.ts'
import { verify } from '../../src/wire/bridge.ts'
import { bytesOf, childOf, childrenOf, type Node, node } from '../../src/wire/nodes.ts'
import { isPairSuccess, sign } from './companion-signature.ts'
import { startBot, statusOf } from './plain-baileys.ts'
import { finish, isNotification, openRaw, openRegistration, type RawCompanion, sendHello } from './raw-companion.ts'
import { emulatorForTest, eventually, linkByCode, NUMBER, online, PATIENT, phoneErrorOf, stillClock } from './steps.ts'

const CODE = '1234ABCD'
const errorOf = (answer: Node) => childOf(answer, 'error')?.attrs

interface Typed {
  readonly emulator: Emulator
  readonly phone: Phone
  readonly raw: RawCompanion
  readonly ref: Uint8Array | undefined
  readonly ephemeral: { readonly private: Uint8Array }
  /** The PhoneError code, or the JID. */
  readonly outcome: Promise<string>
}

/** A code was asked for and typed. */
async function typed(set: (emulator: Emulator) => void = () => {}): Promise<Typed> {
  const emulator = await emulatorForTest({ clock: stillClock() })
  set(emulator)
  const phone = emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  const { ref, ephemeral } = await sendHello(raw, CODE, NUMBER)
  const linked = phone.enterCode(CODE)
  const outcome = linked.then(
    ({ jid }) => jid,
    () => phoneErrorOf(linked),
  )
  return { emulator, phone, raw, ref, ephemeral, outcome }
}

/** … and the companion answered with its bundle. */
async function finished(set?: (emulator: Emulator) => void) {
  const given = await typed(set)
  const hello = await given.raw.next(isNotification('link_code_companion_reg', 'primary_hello'))
  given.raw.ack(hello)
  const { answer, advSecret } = await finish(given.raw, hello, {
    ephemeral: given.ephemeral,
    code: CODE,
    number: NUMBER,
  })
  return { ...given, answer, advSecret }
}

// ---- handshake, pair_device ------------------------------------------------------------------

test.each(['handshake', 'pair_device'] as const)('at %s a failure or a disconnect closes the socket', async (at) => {
  const emulator = await emulatorForTest()
  emulator.fail({ at, code: 500 })
  emulator.disconnect({ at })
  for (const _ of [1, 2]) {
    const closed = await startBot(emulator).until((update) => update.connection === 'close')
    expect(statusOf(closed)).toBe(428)
  }
  await startBot(emulator).until((update) => update.qr !== undefined)
})

test.each(['signature', 'missing-child'] as const)('the certificate can be unsound: %s', async (kind) => {
  const emulator = await emulatorForTest()
  const sound = await openRaw(emulator)
  emulator.tamper({ at: 'handshake', with: kind })
  const forged = await openRaw(emulator)
  expect(Buffer.compare(sound.chain, forged.chain)).not.toBe(0)
  expect(Buffer.compare(sound.chain, (await openRaw(emulator)).chain)).toBe(0)
})

test('a held handshake comes later, a silent one never', async () => {
  const emulator = await emulatorForTest({ clock: stillClock() })
  emulator.hold({ at: 'handshake', ms: 5_000 })
  let open = false
  const opening = openRaw(emulator).then((raw) => {
    open = true
    return raw
  })
  await emulator.advance(4_999)
  expect(open).toBe(false)
  await expect
    .poll(async () => {
      await emulator.advance(1_000)
      return open
    }, PATIENT)
    .toBe(true)
  await opening
  emulator.hold({ at: 'handshake' })
  const silent = openRaw(emulator).catch(() => 'closed')
  await expect(Promise.race([silent, emulator.advance(100_000).then(() => 'silent')])).resolves.toBe('silent')
})

test('refs can be missing, doubled, unknown to the server, or followed by a refresh', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  emulator.tamper({ at: 'pair_device', with: 'missing-child' })
  expect((await openRegistration(emulator)).refs).toEqual([])
  emulator.tamper({ at: 'pair_device', with: 'duplicate' })
  const doubled = await openRegistration(emulator)
  const again = await doubled.next((stanza) => childOf(stanza, 'pair-device') !== undefined)
  expect(childrenOf(childOf(again, 'pair-device'))).toHaveLength(6)
  emulator.tamper({ at: 'pair_device', with: 'ref' })
  const bot = startBot(emulator)
  const { qr = '' } = await bot.until((update) => update.qr !== undefined)
  expect(await phoneErrorOf(phone.scanQr(qr))).toBe('expired')
  emulator.tamper({ at: 'pair_device', with: 'companion-reg-refresh' })
  const refreshed = await openRegistration(emulator)
  await refreshed.next(isNotification('companion_reg_refresh'))
})

// ---- companion_hello -------------------------------------------------------------------------

test.each([
  [400, 'bad-request'],
  [403, 'forbidden'],
  [429, 'rate-overlimit'],
  [452, 'feature-not-available'],
  [500, 'internal-server-error'],
])('a hello can be refused with %i, which is “%s”', async (code, text) => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  emulator.fail({ at: 'companion_hello', code })
  const raw = await openRegistration(emulator)
  const { answer } = await sendHello(raw, CODE, NUMBER)
  expect(answer.attrs['type']).toBe('error')
  expect(errorOf(answer)).toEqual({ code: String(code), text })
  expect(await phoneErrorOf(phone.enterCode(CODE))).toBe('no-request')
  expect((await sendHello(raw, CODE, NUMBER)).ref).toBeDefined()
})

test('text and backoff can be chosen', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  emulator.fail({ at: 'companion_hello', code: 429, text: 'calm down', backoffS: 120 })
  const { answer } = await sendHello(await openRegistration(emulator), CODE, NUMBER)
  expect(errorOf(answer)).toEqual({ code: '429', text: 'calm down', backoff: '120' })
})

test('a hello can be held, answered never, or cut off', async () => {
  const emulator = await emulatorForTest({ clock: stillClock() })
  const phone = emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  emulator.hold({ at: 'companion_hello', ms: 10_000 })
  const answered = sendHello(raw, CODE, NUMBER)
  await eventually(() => emulator.stanzas.some(({ node }) => childOf(node, 'link_code_companion_reg')), 'the hello')
  expect(await phoneErrorOf(phone.enterCode(CODE))).toBe('no-request')
  await emulator.advance(10_000)
  expect((await answered).ref).toBeDefined()

  emulator.hold({ at: 'companion_hello' })
  void sendHello(raw, CODE, NUMBER)
  await eventually(() => emulator.stanzas.some(({ node }) => node.attrs['id'] === 'raw-2'), 'the second hello')
  await emulator.advance(100_000)
  expect(
    emulator.stanzas.filter(({ node }) => node.attrs['id'] === 'raw-2' && node.attrs['type'] === 'result'),
  ).toEqual([])

  emulator.disconnect({ at: 'companion_hello' })
  void sendHello(raw, CODE, NUMBER)
  await raw.closed
})

test('the answer to a hello can lack its ref, carry another, or come twice', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  emulator.tamper({ at: 'companion_hello', with: 'missing-child' })
  const without = await sendHello(raw, CODE, NUMBER)
  expect([without.answer.attrs['type'], without.ref]).toEqual(['result', undefined])

  emulator.tamper({ at: 'companion_hello', with: 'duplicate' })
  const { answer } = await sendHello(raw, CODE, NUMBER)
  expect(await raw.next(({ attrs }) => attrs['id'] === answer.attrs['id'])).toEqual(answer)

  emulator.tamper({ at: 'companion_hello', with: 'ref' })
  const { ref } = await sendHello(raw, CODE, NUMBER)
  void phoneErrorOf(phone.enterCode(CODE))
  const hello = await raw.next(isNotification('link_code_companion_reg', 'primary_hello'))
  expect(bytesOf(childOf(childOf(hello, 'link_code_companion_reg'), 'link_code_pairing_ref'))).not.toEqual(ref)
})

test.each(['refresh', 'refresh-manual'] as const)('a code can be taken back: %s', async (kind) => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  emulator.tamper({ at: 'companion_hello', with: kind })
  const { ref } = await sendHello(raw, CODE, NUMBER)
  const notification = await raw.next(isNotification('link_code_companion_reg', 'refresh_code'))
  const refresh = childOf(notification, 'link_code_companion_reg')
  expect(bytesOf(childOf(refresh, 'link_code_pairing_ref'))).toEqual(ref)
  expect(refresh?.attrs['force_manual_refresh']).toBe(kind === 'refresh-manual' ? 'true' : undefined)
  expect(await phoneErrorOf(phone.enterCode(CODE))).toBe('expired')
})

test('a hello can be followed by the wish for a new secret', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  emulator.tamper({ at: 'companion_hello', with: 'companion-reg-refresh' })
  await sendHello(raw, CODE, NUMBER)
  const notification = await raw.next(isNotification('companion_reg_refresh'))
  expect(childOf(notification, 'companion_reg_refresh')).toBeDefined()
})

// ---- primary_hello ---------------------------------------------------------------------------

test('primary_hello can be refused, which the phone is told', async () => {
  const { outcome, raw } = await typed((emulator) => emulator.fail({ at: 'primary_hello', code: 500 }))
  expect(await outcome).toBe('refused')
  expect(raw.stanzas.some(isNotification('link_code_companion_reg'))).toBe(false)
})

test('primary_hello can be cut off', async () => {
  const { outcome, raw } = await typed((emulator) => emulator.disconnect({ at: 'primary_hello' }))
  await raw.closed
  expect(await outcome).toBe('no-request')
})

test('primary_hello can be held', async () => {
  const { emulator, raw } = await typed((emulator) => emulator.hold({ at: 'primary_hello', ms: 30_000 }))
  const came = (): boolean => raw.stanzas.some(isNotification('link_code_companion_reg', 'primary_hello'))
  await emulator.advance(29_999)
  expect(came()).toBe(false)
  await emulator.advance(1)
  await raw.next(isNotification('link_code_companion_reg', 'primary_hello'))
})

test.each(['ref', 'missing-child'] as const)('primary_hello can come with a fault: %s', async (kind) => {
  const { emulator, raw, ref, outcome } = await typed((emulator) =>
    emulator.tamper({ at: 'primary_hello', with: kind }),
  )
  const hello = childOf(
    await raw.next(isNotification('link_code_companion_reg', 'primary_hello')),
    'link_code_companion_reg',
  )
  if (kind === 'missing-child') expect(childrenOf(hello)).toEqual([])
  else expect(bytesOf(childOf(hello, 'link_code_pairing_ref'))).not.toEqual(ref)
  await emulator.advance(60_000)
  expect(await outcome).toBe('timeout')
})

test('primary_hello can come twice, and the answer to the second counts', async () => {
  const { emulator, raw, ephemeral, outcome } = await typed((emulator) =>
    emulator.tamper({ at: 'primary_hello', with: 'duplicate' }),
  )
  const isHello = isNotification('link_code_companion_reg', 'primary_hello')
  const hellos = [await raw.next(isHello), await raw.next(isHello)]
  let advSecret: Uint8Array = new Uint8Array()
  for (const hello of hellos) {
    raw.ack(hello)
    const half = await finish(raw, hello, { code: CODE, number: NUMBER, ephemeral })
    await half.answer
    advSecret = half.advSecret
  }
  const success = await raw.next(isPairSuccess)
  sign(raw, success, advSecret)
  expect(await outcome).toBe('12025550123:1@s.whatsapp.net')
  expect(emulator.stanzas.filter(({ node }) => isPairSuccess(node))).toHaveLength(1)
})

test.each(['refresh', 'refresh-manual'] as const)('the code can be taken back when it was typed: %s', async (kind) => {
  const { raw, outcome } = await typed((emulator) => emulator.tamper({ at: 'primary_hello', with: kind }))
  await raw.next(isNotification('link_code_companion_reg', 'refresh_code'))
  expect(await outcome).toBe('expired')
})

// ---- companion_finish ------------------------------------------------------------------------

test('companion_finish can be refused', async () => {
  const { answer, outcome } = await finished((emulator) => emulator.fail({ at: 'companion_finish', code: 400 }))
  expect(errorOf(await answer)).toEqual({ code: '400', text: 'bad-request' })
  expect(await outcome).toBe('refused')
})

test('companion_finish can be met with silence, or cut off', async () => {
  const silent = await finished((emulator) => emulator.hold({ at: 'companion_finish' }))
  await eventually(
    () =>
      silent.emulator.stanzas.some(
        ({ node }) => childOf(node, 'link_code_companion_reg')?.attrs['stage'] === 'companion_finish',
      ),
    'it came',
  )
  await silent.emulator.advance(60_000)
  expect(await silent.outcome).toBe('timeout')

  const cut = await finished((emulator) => emulator.disconnect({ at: 'companion_finish' }))
  await cut.raw.closed
  expect(await cut.outcome).toBe('no-request')
})

test('companion_finish can be answered twice', async () => {
  const { raw, answer } = await finished((emulator) => emulator.tamper({ at: 'companion_finish', with: 'duplicate' }))
  const first = await answer
  expect(await raw.next(({ attrs, tag }) => tag === 'iq' && attrs['id'] === first.attrs['id'])).toEqual(first)
})

test('after companion_finish the code can be taken back, or the secret', async () => {
  const taken = await finished((emulator) => emulator.tamper({ at: 'companion_finish', with: 'refresh' }))
  await taken.raw.next(isNotification('link_code_companion_reg', 'refresh_code'))
  expect(await taken.outcome).toBe('expired')

  const refreshed = await finished((emulator) =>
    emulator.tamper({ at: 'companion_finish', with: 'companion-reg-refresh' }),
  )
  await refreshed.raw.next(isNotification('companion_reg_refresh'))
  sign(refreshed.raw, await refreshed.raw.next(isPairSuccess), refreshed.advSecret)
  expect(await refreshed.outcome).toBe('12025550123:1@s.whatsapp.net')
})

// ---- pair_success, pair_device_sign ----------------------------------------------------------

test('pair-success can be refused, held for ever, or cut off', async () => {
  const refused = await finished((emulator) => emulator.fail({ at: 'pair_success', code: 500 }))
  expect(await refused.outcome).toBe('refused')

  const silent = await finished((emulator) => emulator.hold({ at: 'pair_success' }))
  await silent.answer
  await expect
    .poll(async () => {
      await silent.emulator.advance(60_000)
      return Promise.race([silent.outcome, Promise.resolve('waiting')])
    }, PATIENT)
    .toBe('timeout')

  const cut = await finished((emulator) => emulator.disconnect({ at: 'pair_success' }))
  await cut.raw.closed
  expect(await cut.outcome).toBe('no-request')
})

test.each(['hmac', 'signature'] as const)('pair-success can carry a wrong %s, and only that is wrong', async (kind) => {
  const { raw, advSecret } = await finished((emulator) => emulator.tamper({ at: 'pair_success', with: kind }))
  const success = await raw.next(isPairSuccess)
  expect(proofsOf(raw, success, advSecret)).toEqual({ hmac: kind !== 'hmac', signature: kind !== 'signature' })
})

test('a sound pair-success holds', async () => {
  const { raw, advSecret } = await finished()
  expect(proofsOf(raw, await raw.next(isPairSuccess), advSecret)).toEqual({ hmac: true, signature: true })
})

test('pair-success can lack its identity, come twice, or follow a wish for a new secret', async () => {
  const without = await finished((emulator) => emulator.tamper({ at: 'pair_success', with: 'missing-child' }))
  expect(childOf(childOf(await without.raw.next(isPairSuccess), 'pair-success'), 'device-identity')).toBeUndefined()

  const doubled = await finished((emulator) => emulator.tamper({ at: 'pair_success', with: 'duplicate' }))
  const success = await doubled.raw.next(isPairSuccess)
  expect(await doubled.raw.next(isPairSuccess)).toEqual(success)
  sign(doubled.raw, success, doubled.advSecret)
  expect(await doubled.outcome).toBe('12025550123:1@s.whatsapp.net')

  const refreshed = await finished((emulator) => emulator.tamper({ at: 'pair_success', with: 'companion-reg-refresh' }))
  await refreshed.raw.next(isNotification('companion_reg_refresh'))
  await refreshed.raw.next(isPairSuccess)
})

test('a scan is lost when the server wants a new secret', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  emulator.tamper({ at: 'pair_success', with: 'companion-reg-refresh' })
  const bot = startBot(emulator)
  const { qr = '' } = await bot.until((update) => update.qr !== undefined)
  expect(await phoneErrorOf(phone.scanQr(qr))).toBe('refused')
})

test('plain Baileys refuses a wrong hmac', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  emulator.tamper({ at: 'pair_success', with: 'hmac' })
  const bot = startBot(emulator)
  const { qr = '' } = await bot.until((update) => update.qr !== undefined)
  expect(await phoneErrorOf(phone.scanQr(qr))).toBe('no-request')
  expect(phone.linkedDevices()).toEqual([])
})

test('the signature can be refused: the device is not linked', async () => {
  const { raw, phone, advSecret, outcome } = await finished((emulator) =>
    emulator.fail({ at: 'pair_device_sign', code: 500 }),
  )
  sign(raw, await raw.next(isPairSuccess), advSecret)
  expect(await outcome).toBe('refused')
  await raw.closed
  expect(raw.stanzas.at(-1)).toMatchObject({ tag: 'stream:error', attrs: { code: '500' } })
  expect(phone.linkedDevices()).toEqual([])
})

test('the connection can be cut instead of restarted: the device is linked', async () => {
  const { raw, phone, advSecret, outcome } = await finished((emulator) =>
    emulator.disconnect({ at: 'pair_device_sign' }),
  )
  sign(raw, await raw.next(isPairSuccess), advSecret)
  expect(await outcome).toBe('12025550123:1@s.whatsapp.net')
  await raw.closed
  expect(raw.stanzas.some(({ tag }) => tag === 'stream:error')).toBe(false)
  expect(phone.linkedDevices()).toHaveLength(1)
})

test('a held signature links later', async () => {
  const { emulator, raw, phone, advSecret, outcome } = await finished((emulator) =>
    emulator.hold({ at: 'pair_device_sign', ms: 20_000 }),
  )
  sign(raw, await raw.next(isPairSuccess), advSecret)
  await eventually(() => emulator.stanzas.some(({ node }) => childOf(node, 'pair-device-sign')), 'the signature came')
  expect(phone.linkedDevices()).toEqual([])
  await emulator.advance(20_000)
  expect(await outcome).toBe('12025550123:1@s.whatsapp.net')
})

// ---- login, prekey_upload, streams -----------------------------------------------------------

test.each([401, 402, 403, 405, 406, 500, 503])('a login can fail with %i', async (code) => {
  const emulator = await emulatorForTest()
  const { bot } = await linkByCode(emulator, emulator.addPhone(NUMBER))
  emulator.fail({ at: 'login', code, text: 'why', backoffS: 60 })
  const closed = await startBot(emulator, bot.state).until((update) => update.connection === 'close')
  expect(statusOf(closed)).toBe(code)
  expect(emulator.logins).toEqual([])
  const failure = emulator.stanzas.find(({ node }) => node.tag === 'failure')
  expect(failure?.node.attrs).toEqual({ reason: String(code), message: 'why', expire: '60' })
  await online(emulator, bot.state)
})

test('a login can be held, cut off, or told of its success twice', async () => {
  const emulator = await emulatorForTest({ clock: stillClock() })
  const { bot, jid } = await linkByCode(emulator, emulator.addPhone(NUMBER))
  const login = { creds: bot.state.creds, login: jid }
  emulator.disconnect({ at: 'login' })
  await (await openRaw(emulator, login)).closed
  emulator.hold({ at: 'login', ms: 1_000 })
  const held = await openRaw(emulator, login)
  await expect
    .poll(async () => {
      await emulator.advance(1_000)
      return held.stanzas.some(({ tag }) => tag === 'success')
    }, PATIENT)
    .toBe(true)
  emulator.tamper({ at: 'login', with: 'duplicate' })
  const twice = await openRaw(emulator, login)
  const isSuccess = ({ tag }: Node): boolean => tag === 'success'
  expect(await twice.next(isSuccess)).toEqual(await twice.next(isSuccess))
})

test('a pre-key upload can be refused; plain Baileys tries again', async () => {
  const emulator = await emulatorForTest()
  const { bot } = await linkByCode(emulator, emulator.addPhone(NUMBER))
  emulator.fail({ at: 'prekey_upload', code: 503 })
  await online(emulator, bot.state)
  const uploads = emulator.stanzas.filter(
    ({ from, node }) => from === 'client' && node.attrs['xmlns'] === 'encrypt' && childOf(node, 'list'),
  )
  expect(uploads).toHaveLength(2)
})

test('a pre-key upload can be cut off', async () => {
  const emulator = await emulatorForTest()
  const { bot } = await linkByCode(emulator, emulator.addPhone(NUMBER))
  emulator.disconnect({ at: 'prekey_upload' })
  const cut = startBot(emulator, bot.state)
  await cut.until((update) => update.connection === 'close')
  await online(emulator, bot.state)
})

test('streams can be ended with any code, all or those of one account or device', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const states = [(await linkByCode(emulator, phone)).bot.state, (await linkByCode(emulator, phone)).bot.state]
  const [one, other] = [await online(emulator, states[0] as never), await online(emulator, states[1] as never)]
  const waiting = await openRegistration(emulator)
  await sendHello(waiting, CODE, NUMBER)

  emulator.streamError(503, '12025550199')
  emulator.streamError(503, '12025550123:2@s.whatsapp.net')
  expect(statusOf(await other.until((update) => update.connection === 'close'))).toBe(503)
  expect(one.updates.some((update) => update.connection === 'close')).toBe(false)
  expect(waiting.isClosed).toBe(false)

  emulator.streamError(516, '+1 202 555 0123')
  expect(statusOf(await one.until((update) => update.connection === 'close'))).toBe(516)
  await waiting.closed
  expect(waiting.stanzas.at(-1)).toEqual(node('stream:error', { code: '516' }))

  const removed = await openRegistration(emulator)
  emulator.streamError(401)
  await removed.closed
  expect(childOf(removed.stanzas.at(-1), 'conflict')?.attrs).toEqual({ type: 'device_removed' })
  const last = await openRegistration(emulator)
  emulator.streamError(409)
  await last.closed
  expect(childOf(last.stanzas.at(-1), 'conflict')?.attrs).toEqual({ type: 'replaced' })
})

test('faults count down, and times 0 takes them back', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  emulator.fail({ at: 'companion_hello', code: 500, times: 3 })
  expect(errorOf((await sendHello(raw, CODE, NUMBER)).answer)?.['code']).toBe('500')
  emulator.fail({ at: 'companion_hello', code: 500, times: 0 })
  expect((await sendHello(raw, CODE, NUMBER)).ref).toBeDefined()
  expect(() => emulator.tamper({ at: 'login', with: 'hmac' })).toThrow(RangeError)
})

/** Which of the two proofs hold. */
function proofsOf(raw: RawCompanion, success: Node, advSecret: Uint8Array) {
  const bytes = bytesOf(childOf(childOf(success, 'pair-success'), 'device-identity')) ?? new Uint8Array()
  const sealed = proto.ADVSignedDeviceIdentityHMAC.decode(bytes)
  const signed = proto.ADVSignedDeviceIdentity.decode(sealed.details ?? new Uint8Array())
  const hmac = createHmac('sha256', advSecret)
    .update(sealed.details ?? new Uint8Array())
    .digest()
  const message = Buffer.concat([
    Uint8Array.of(6, 0),
    signed.details ?? new Uint8Array(),
    raw.creds.signedIdentityKey.public,
  ])
  return {
    hmac: hmac.equals(sealed.hmac ?? new Uint8Array()),
    signature: verify(
      signed.accountSignatureKey ?? new Uint8Array(),
      message,
      signed.accountSignature ?? new Uint8Array(),
    ),
  }
}

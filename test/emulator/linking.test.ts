import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { startEmulator } from '../../src/emulator/index.ts'
import { bytesOf, childOf, node } from '../../src/wire/nodes.ts'
import { startBot, statusOf } from './plain-baileys.ts'
import { finish, isNotification, openRegistration, sendHello } from './raw-companion.ts'
import {
  askForCode,
  emulatorForTest,
  eventually,
  JID,
  linkByCode,
  NUMBER,
  online,
  PATIENT,
  phoneErrorOf,
  stillClock,
} from './steps.ts'

const CODE = '1234ABCD'

test('a plain Baileys socket links by code, survives the restart, logs in and comes online', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone('+1 202 555 0123')
  const { bot, code } = await askForCode(emulator)
  expect(await phone.prompted()).toEqual({ device: 'Chrome (Mac OS)' })
  const { jid } = await phone.enterCode(`${code.slice(0, 4)}-${code.slice(4).toLowerCase()}`)
  expect(jid).toBe('12025550123:1@s.whatsapp.net')
  expect(statusOf(await bot.until((update) => update.connection === 'close'))).toBe(515)
  expect(phone.linkedDevices()).toEqual([{ jid, name: 'Mac OS', platform: 'Chrome', online: false }])
  expect(bot.state.creds.platform).toBe('android')

  await online(emulator, bot.state)
  expect(emulator.logins.map((login) => login.jid)).toEqual([jid])
  expect(phone.linkedDevices()).toMatchObject([{ online: true }])
})

test('a plain Baileys socket links by QR', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER, { platform: 'ios' })
  const bot = startBot(emulator)
  const { qr = '' } = await bot.until((update) => update.qr !== undefined)
  const { jid } = await phone.scanQr(qr)
  await bot.until((update) => update.connection === 'close')
  expect(bot.state.creds.me?.id).toBe(jid)
  expect(bot.state.creds.platform).toBe('iphone')
  await online(emulator, bot.state)
})

test('a second device of the account gets a number of its own', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  await linkByCode(emulator, phone)
  const { jid } = await linkByCode(emulator, phone)
  expect(jid).toBe('12025550123:2@s.whatsapp.net')
  expect(phone.linkedDevices()).toHaveLength(2)
})

test('a brand in the browser’s place is refused with 400', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  const bot = startBot(emulator, undefined, { browser: ['Linux', 'Acme', '1'] })
  await bot.until((update) => update.qr !== undefined)
  await bot.sock.requestPairingCode(NUMBER)
  const refusal = () => emulator.stanzas.find(({ from, node }) => from === 'server' && node.attrs['type'] === 'error')
  await eventually(() => refusal() !== undefined, 'the refusal')
  expect(childOf(refusal()?.node, 'error')?.attrs).toEqual({ code: '400', text: 'bad-request' })
})

test('a number without a phone is refused with 400', async () => {
  const emulator = await emulatorForTest()
  const raw = await openRegistration(emulator)
  const { answer } = await sendHello(raw, CODE, '12025550199')
  expect(childOf(answer, 'error')?.attrs).toEqual({ code: '400', text: 'bad-request' })
})

test('a hello that names another Noise key than the connection’s is refused', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  const { answer } = await sendHello(raw, CODE, NUMBER, { noiseKey: randomBytes(32) })
  expect(answer.attrs['type']).toBe('error')
})

test('a wrong code is told at once, and the right one still works', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const { code } = await askForCode(emulator)
  expect(await phoneErrorOf(phone.enterCode(code === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA'))).toBe('wrong-code')
  expect(phone.linkedDevices()).toEqual([])
  expect(await phone.enterCode(code)).toEqual({ jid: '12025550123:1@s.whatsapp.net' })
})

test('without a request there is nothing to type a code for', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  expect(await phoneErrorOf(phone.enterCode(CODE))).toBe('no-request')
  const { bot, code } = await askForCode(emulator)
  await phone.prompted()
  bot.end()
  await eventually(() => emulator.stanzas.length > 0, 'stanzas')
  await expect.poll(() => phoneErrorOf(phone.enterCode(code)), PATIENT).toBe('no-request')
})

test('a code that was used is no request any more', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  await linkByCode(emulator, phone)
  expect(await phoneErrorOf(phone.enterCode(CODE))).toBe('no-request')
})

test('a code lives for 180 s, and its connection outlives the refs for it', async () => {
  const emulator = await emulatorForTest({ clock: stillClock() })
  const phone = emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  await emulator.advance(20_000)
  await sendHello(raw, CODE, NUMBER)
  await emulator.advance(180_000)
  expect(raw.isClosed).toBe(false)
  const typed = phoneErrorOf(phone.enterCode(CODE))
  raw.ack(await raw.next(isNotification('link_code_companion_reg', 'primary_hello')))
  await emulator.advance(1)
  expect(await phoneErrorOf(phone.enterCode(CODE))).toBe('expired')
  await emulator.advance(59_999)
  expect(await typed).toBe('timeout')
  await emulator.advance(10_000)
  await raw.closed
})

test('without a code the server closes when the six refs are over', async () => {
  const emulator = await emulatorForTest({ clock: stillClock() })
  const raw = await openRegistration(emulator)
  expect(new Set(raw.refs).size).toBe(6)
  await emulator.advance(159_999)
  expect(raw.isClosed).toBe(false)
  await emulator.advance(1)
  await raw.closed
  expect(raw.stanzas.at(-1)?.tag).toBe('xmlstreamend')
})

test('each ref is over at its own time', async () => {
  const emulator = await emulatorForTest({ clock: stillClock() })
  const phone = emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
  const qr = (ref: string | undefined): string =>
    [
      ref,
      base64(raw.creds.noiseKey.public),
      base64(raw.creds.signedIdentityKey.public),
      raw.creds.advSecretKey,
      '1',
    ].join(',')
  expect(await phoneErrorOf(phone.scanQr('hello'))).toBe('refused')
  expect(await phoneErrorOf(phone.scanQr(qr('2@unknown')))).toBe('expired')
  await emulator.advance(60_001)
  expect(await phoneErrorOf(phone.scanQr(qr(raw.refs[0])))).toBe('expired')
  const foreign = qr(raw.refs[1]).replace(base64(raw.creds.noiseKey.public), base64(randomBytes(32)))
  expect(await phoneErrorOf(phone.scanQr(foreign))).toBe('refused')
  const scanned = phoneErrorOf(phone.scanQr(qr(raw.refs[1])))
  expect(
    childOf(await raw.next((stanza) => childOf(stanza, 'pair-success') !== undefined), 'pair-success'),
  ).toBeDefined()
  raw.close()
  expect(await scanned).toBe('no-request')
  expect(await phoneErrorOf(phone.scanQr(qr(raw.refs[2])))).toBe('expired')
})

test('a second hello for the number takes the place of the first without a word to it', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const first = await openRegistration(emulator)
  const second = await openRegistration(emulator)
  await sendHello(first, CODE, NUMBER)
  const { ephemeral } = await sendHello(second, 'WXYZ9876', NUMBER)
  const seenByFirst = first.stanzas.length

  const typed = phoneErrorOf(phone.enterCode(CODE))
  const hello = await second.next(isNotification('link_code_companion_reg', 'primary_hello'))
  second.ack(hello)
  await finish(second, hello, { code: 'WXYZ9876', number: NUMBER, ephemeral })
  expect(await typed).toBe('wrong-code')
  expect(first.stanzas).toHaveLength(seenByFirst)
  expect(first.isClosed).toBe(false)
})

test('the phone is notified only when the companion asks for it, and takes the code all the same', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  await sendHello(raw, CODE, NUMBER, { push: 'false', display: 'Edge (Linux)' })
  const { ephemeral } = await sendHello(raw, CODE, NUMBER, { display: 'Opera (Windows)' })
  expect(await phone.prompted()).toEqual({ device: 'Opera (Windows)' })

  const typed = phoneErrorOf(phone.enterCode(CODE))
  const hello = await raw.next(isNotification('link_code_companion_reg', 'primary_hello'))
  raw.ack(hello)
  const { answer } = await finish(raw, hello, { code: CODE, number: NUMBER, ephemeral })
  expect((await answer).attrs['type']).toBe('result')
  const success = await raw.next((stanza) => childOf(stanza, 'pair-success') !== undefined)
  expect(success.attrs).toMatchObject({ type: 'set', from: 's.whatsapp.net' })
  raw.send(
    node('iq', { type: 'error', to: 's.whatsapp.net', id: success.attrs['id'] ?? '' }, [
      node('error', { code: '401', text: 'not-authorized' }),
    ]),
  )
  expect(await typed).toBe('refused')
  expect(phone.linkedDevices()).toEqual([])
})

test('a companion that signs with another key is not linked', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  const { ephemeral } = await sendHello(raw, CODE, NUMBER)
  const typed = phoneErrorOf(phone.enterCode(CODE))
  const hello = await raw.next(isNotification('link_code_companion_reg', 'primary_hello'))
  raw.ack(hello)
  await finish(raw, hello, { code: CODE, number: NUMBER, ephemeral })
  const success = await raw.next((stanza) => childOf(stanza, 'pair-success') !== undefined)
  const identity = bytesOf(childOf(childOf(success, 'pair-success'), 'device-identity'))
  raw.send(
    node('iq', { type: 'result', to: 's.whatsapp.net', id: success.attrs['id'] ?? '' }, [
      node('pair-device-sign', {}, [node('device-identity', { 'key-index': '1' }, identity)]),
    ]),
  )
  expect(await typed).toBe('refused')
  await raw.closed
  expect(phone.linkedDevices()).toEqual([])
})

test('a companion_finish that nobody waits for, or with another ref, is refused', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  const { ephemeral, ref = new Uint8Array() } = await sendHello(raw, CODE, NUMBER)
  const early = await raw.ask({ xmlns: 'md' }, [
    node('link_code_companion_reg', { stage: 'companion_finish', jid: JID }),
  ])
  expect(childOf(early, 'error')?.attrs['code']).toBe('400')

  const typed = phoneErrorOf(phone.enterCode(CODE))
  const hello = await raw.next(isNotification('link_code_companion_reg', 'primary_hello'))
  raw.ack(hello)
  const { answer } = await finish(raw, hello, { code: CODE, number: NUMBER, ephemeral, ref: ref.slice(1) })
  expect(childOf(await answer, 'error')?.attrs['code']).toBe('400')
  expect(await typed).toBe('refused')
})

test('silence after primary_hello ends in a timeout after 60 s', async () => {
  const emulator = await emulatorForTest({ clock: stillClock() })
  const phone = emulator.addPhone(NUMBER)
  const raw = await openRegistration(emulator)
  await sendHello(raw, CODE, NUMBER)
  const typed = phoneErrorOf(phone.enterCode(CODE))
  raw.ack(await raw.next(isNotification('link_code_companion_reg', 'primary_hello')))
  expect(await phoneErrorOf(phone.enterCode(CODE))).toBe('refused')
  await emulator.advance(60_000)
  expect(await typed).toBe('timeout')
})

test('a notification without its ack, or with a wrong one, ends the stream', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  for (const wrong of [undefined, { type: 'other' }, { to: 'elsewhere.net' }]) {
    const raw = await openRegistration(emulator)
    await sendHello(raw, CODE, NUMBER)
    const typed = phoneErrorOf(phone.enterCode(CODE))
    const hello = await raw.next(isNotification('link_code_companion_reg', 'primary_hello'))
    const { id = '', type = '', from = '' } = hello.attrs
    if (wrong === undefined) await emulator.advance(90_000)
    else raw.send(node('ack', { class: 'notification', id, type, to: from, ...wrong }))
    await raw.closed
    expect(raw.stanzas.at(-1)).toMatchObject({
      tag: 'stream:error',
      content: [{ tag: 'ack', attrs: { id, class: 'notification' } }],
    })
    expect(['no-request', 'timeout']).toContain(await typed)
  }
})

test('a phone needs a number, and one of its own', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone('+1 (202) 555-0123')
  expect(() => emulator.addPhone(NUMBER)).toThrow(RangeError)
  expect(() => emulator.addPhone('0123456')).toThrow(RangeError)
  expect(() => emulator.addPhone('12')).toThrow(RangeError)
  expect(() => emulator.addPhone(12025550124 as never)).toThrow(RangeError)
  expect(() => emulator.addPhone('+12025550124', { platform: 'windows' as never })).toThrow(RangeError)
  expect(() => emulator.addPhone('+12025550124', { name: 7 as never })).toThrow(RangeError)
  expect(emulator.phones).toHaveLength(1)
})

test('what is no port and no code is refused by name', async () => {
  for (const port of [-1, 70_000, 1.5, 'x' as never]) await expect(startEmulator({ port })).rejects.toThrow('port')
  const emulator = await emulatorForTest()
  expect(() => emulator.streamError('x' as never)).toThrow(RangeError)
})

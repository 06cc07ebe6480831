// Whatever WhatsApp answers but yes: an error, no code, and a folder from which the next socket registers again.
import type { WASocket } from 'baileys'
import { expect, test } from 'vitest'
import { type CodeRequestOptions, requestCode } from '../../src/baileys/index.ts'
import { requestCodeAt } from '../../src/baileys/request-code.ts'
import type { Emulator } from '../../src/emulator/index.ts'
import { childOf } from '../../src/wire/nodes.ts'
import { createTestClock } from '../cli/support/test-clock.ts'
import type { Update } from '../emulator/plain-baileys.ts'
import { CONTACT, emulatorForTest, eventually, NUMBER, phoneErrorOf } from '../emulator/steps.ts'
import { credentialsFolder, linkErrorOf, startFolderBot } from './folder-bot.ts'

const hasQr = (update: Update): boolean => update.qr !== undefined

test.each([
  [{ code: 400 }, { code: 'rejected', status: 400, retryable: true }],
  [{ code: 403 }, { code: 'forbidden', status: 403, retryable: false }],
  [
    { code: 429, backoffS: 120 },
    { code: 'rate-limited', status: 429, retryAfterMs: 120_000 },
  ],
  [{ code: 452 }, { code: 'not-available', status: 452 }],
  [{ code: 500 }, { code: 'server-error', status: 500 }],
  [{ code: 418 }, { code: 'rejected', status: 418, retryable: false }],
  [
    { code: 400, text: 'forbidden' },
    { code: 'rejected', status: 400, retryable: false },
  ],
])('%o is told as %o, and leaves nothing behind', async (fault, expected) => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const folder = await credentialsFolder()
  const bot = await startFolderBot(emulator, folder)
  const creds = { ...bot.state.creds }
  emulator.fail({ at: 'companion_hello', ...fault })
  expect(await linkErrorOf(requestCode(bot.sock, NUMBER))).toMatchObject(expected)
  expect(Object.getOwnPropertyDescriptors(bot.state.creds)).toEqual(Object.getOwnPropertyDescriptors(creds))
  await bot.saveCreds()
  expect(await bot.saved()).not.toHaveProperty('me')
  expect(await phoneErrorOf(phone.enterCode('1111-1111'))).toBe('no-request')

  // The same socket may ask again, and the next one registers instead of logging in as nobody.
  expect(await requestCode(bot.sock, NUMBER)).toHaveProperty('code')
  await bot.sock.end(undefined)
  const again = await startFolderBot(emulator, folder)
  await again.until(hasQr)
})

test('an answer without a reference is a fault of the server', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  emulator.tamper({ at: 'companion_hello', with: 'missing-child' })
  const bot = await startFolderBot(emulator, await credentialsFolder())
  expect(await linkErrorOf(requestCode(bot.sock, NUMBER))).toMatchObject({ code: 'server-error' })
  expect(bot.state.creds.pairingCode).toBeUndefined()
})

test('silence is no answer: after 30 s the request ends, and every timer with it', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  emulator.hold({ at: 'companion_hello' })
  const clock = createTestClock()
  const bot = await startFolderBot(emulator, await credentialsFolder())
  const request = requestCodeAt(clock, bot.sock, NUMBER)
  await eventually(() => hellos(emulator) > 0, 'the request')
  clock.advance(29_999)
  expect(bot.state.creds.pairingCode).toBeDefined()
  clock.advance(1)
  expect(await linkErrorOf(request)).toMatchObject({ code: 'network', retryable: true })
  expect(bot.state.creds.pairingCode).toBeUndefined()
  expect(clock.waiting).toBe(0)
})

test('a connection that is lost while WhatsApp is asked is a matter of the network', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  emulator.disconnect({ at: 'companion_hello' })
  const bot = await startFolderBot(emulator, await credentialsFolder())
  expect(await linkErrorOf(requestCode(bot.sock, NUMBER))).toMatchObject({ code: 'network' })
})

test('a connection that WhatsApp ends while it is asked says why', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  emulator.hold({ at: 'companion_hello' })
  const bot = await startFolderBot(emulator, await credentialsFolder())
  const request = requestCode(bot.sock, NUMBER)
  await eventually(() => hellos(emulator) > 0, 'the request')
  emulator.streamError(429)
  expect(await linkErrorOf(request)).toMatchObject({ code: 'rate-limited', status: 429 })
})

test.each(['before it begins', 'before the socket is ready', 'while WhatsApp is asked'])(
  'given up %s, it is cancelled and leaves nothing behind',
  async (when) => {
    const emulator = await emulatorForTest()
    emulator.addPhone(NUMBER)
    if (when === 'before the socket is ready') emulator.hold({ at: 'pair_device' })
    if (when === 'while WhatsApp is asked') emulator.hold({ at: 'companion_hello' })
    const bot = await startFolderBot(emulator, await credentialsFolder())
    const before = listenersOf(bot.sock)
    const aborter = new AbortController()
    if (when === 'before it begins') aborter.abort()
    const request = requestCode(bot.sock, NUMBER, { signal: aborter.signal })
    if (when === 'while WhatsApp is asked') await eventually(() => hellos(emulator) > 0, 'the request')
    aborter.abort()
    expect(await linkErrorOf(request)).toMatchObject({ code: 'cancelled' })
    expect(Object.keys(bot.state.creds)).not.toContain('me')
    expect(bot.state.creds.pairingCode).toBeUndefined()
    expect(listenersOf(bot.sock)).toEqual(before)
  },
)

test('a signal that fires when the code is there changes nothing', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const bot = await startFolderBot(emulator, await credentialsFolder())
  const aborter = new AbortController()
  const { code } = await requestCode(bot.sock, NUMBER, { signal: aborter.signal })
  aborter.abort()
  expect(await phone.enterCode(code)).toHaveProperty('jid')
})

// ---- before anything is sent -------------------------------------------------------------------

test.each<[string, CodeRequestOptions, string]>([
  ['12', {}, 'invalid-phone'],
  ['not a number', {}, 'invalid-phone'],
  [NUMBER, { browser: 'Acme Bot' }, 'invalid-device'],
  [NUMBER, { os: 'Acme OS' }, 'invalid-device'],
  [NUMBER, { os: 'constructor' }, 'invalid-device'],
  [NUMBER, { signal: 'soon' as never }, 'invalid-options'],
  [NUMBER, null as never, 'invalid-options'],
  [undefined as never, {}, 'invalid-phone'],
])('%s with %o is %s, and WhatsApp is not asked', async (phone, options, code) => {
  const emulator = await emulatorForTest()
  const bot = await startFolderBot(emulator, await credentialsFolder())
  await bot.until(hasQr)
  const error = await linkErrorOf(requestCode(bot.sock, phone, options))
  expect(error.code).toBe(code)
  expect(`${error.message} ${error.advice}`).not.toContain('Acme')
  expect(hellos(emulator)).toBe(0)
})

test('without a socket it says what it needs', async () => {
  expect(await linkErrorOf(requestCode({} as WASocket, NUMBER))).toMatchObject({ code: 'invalid-options' })
  expect(await linkErrorOf(requestCode(undefined as never, NUMBER))).toMatchObject({ code: 'invalid-options' })
})

test('an example number is refused on every socket that does not go to this machine', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  const { sock } = await startFolderBot(emulator, await credentialsFolder())
  const { url } = sock.ws
  for (const host of [
    'wss://web.whatsapp.com/ws/chat',
    'wss://127.0.0.1.example.com/',
    'wss://example.com/127.0.0.1',
  ]) {
    sock.ws.url = new URL(host)
    const error = await linkErrorOf(requestCode(sock, NUMBER))
    expect(error).toMatchObject({ code: 'invalid-phone', message: 'that is an example number' })
  }
  sock.ws.url = url
  expect(await requestCode(sock, NUMBER)).toHaveProperty('code')
})

test('a socket that is linked has nothing to ask for', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const folder = await credentialsFolder()
  const bot = await startFolderBot(emulator, folder)
  await phone.enterCode((await requestCode(bot.sock, NUMBER)).code)
  await bot.until((update) => update.connection === 'close')
  await bot.saved()
  const linked = await startFolderBot(emulator, folder)
  await linked.until((update) => update.connection === 'open')
  expect(await linkErrorOf(requestCode(linked.sock, NUMBER))).toMatchObject({ code: 'session-exists' })
})

test('credentials that name an account and were never linked are told apart', async () => {
  const emulator = await emulatorForTest()
  const bot = await startFolderBot(emulator, await credentialsFolder())
  bot.state.creds.me = { id: `${NUMBER}@s.whatsapp.net` }
  const error = await linkErrorOf(requestCode(bot.sock, NUMBER))
  expect(error).toMatchObject({ code: 'session-exists', advice: expect.stringContaining('Delete these credentials') })
})

test('while a code is live neither its socket nor its number gets another', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  emulator.addPhone(CONTACT)
  const [bot, other] = await Promise.all([
    startFolderBot(emulator, await credentialsFolder()),
    startFolderBot(emulator, await credentialsFolder()),
  ])
  const asking = requestCode(bot.sock, NUMBER)
  const { code } = await asking
  for (const [sock, number] of [
    [bot.sock, NUMBER],
    [bot.sock, CONTACT],
    [other.sock, NUMBER],
  ] as const)
    expect(await linkErrorOf(requestCode(sock, number))).toMatchObject({ code: 'code-outstanding' })
  expect(bot.state.creds.pairingCode).toBe(code.replace('-', ''))
  expect(hellos(emulator)).toBe(1)

  // A code dies with its connection.
  await bot.sock.end(undefined)
  expect(await requestCode(other.sock, NUMBER)).toHaveProperty('code')
})

function hellos({ stanzas }: Emulator): number {
  const asks = ({ from, node }: Emulator['stanzas'][number]): boolean =>
    from === 'client' && childOf(node, 'link_code_companion_reg')?.attrs.stage === 'companion_hello'
  return stanzas.filter(asks).length
}

function listenersOf({ ws }: WASocket): Record<string, number> {
  const names = ['CB:notification', 'CB:stream:error', 'CB:failure', 'CB:iq,type:set,pair-device']
  return Object.fromEntries(names.map((name) => [name, ws.listenerCount(name)]))
}

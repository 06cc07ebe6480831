// A code that nobody typed, or typed wrong, or that WhatsApp took back: the credentials are as they were.
import { expect, test } from 'vitest'
import { requestCode } from '../../src/baileys/index.ts'
import { requestCodeAt } from '../../src/baileys/request-code.ts'
import { createTestClock } from '../cli/support/test-clock.ts'
import { type Bot, statusOf, type Update } from '../emulator/plain-baileys.ts'
import { emulatorForTest, eventually, NUMBER, phoneErrorOf, stillClock } from '../emulator/steps.ts'
import { credentialsFolder, type FolderBot, linkErrorOf, startFolderBot } from './folder-bot.ts'

const hasQr = (update: Update): boolean => update.qr !== undefined
const OTHER_CODE = '1111-1111'

async function asked() {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const folder = await credentialsFolder()
  const bot = await startFolderBot(emulator, folder)
  const clock = createTestClock()
  const before = Object.getOwnPropertyDescriptors(bot.state.creds)
  const { code } = await requestCodeAt(clock, bot.sock, NUMBER)
  const untouched = (): void => {
    expect(Object.getOwnPropertyDescriptors(bot.state.creds)).toEqual(before)
    expect(clock.waiting).toBe(0)
  }
  return { emulator, phone, folder, bot, clock, code, untouched }
}

/** Types a code that is wrong, until Baileys has had the credentials saved. */
async function typeWrong({ bot, phone }: { bot: FolderBot; phone: { enterCode(code: string): Promise<unknown> } }) {
  const saves = bot.saves()
  expect(await phoneErrorOf(phone.enterCode(OTHER_CODE))).toBe('wrong-code')
  await eventually(() => bot.saves() > saves, 'Baileys to save')
}

test('a code that nobody typed is forgotten a second after its end, and another may be asked for', async () => {
  const { bot, clock, untouched } = await asked()
  clock.advance(180_999)
  expect(await linkErrorOf(requestCodeAt(clock, bot.sock, NUMBER))).toMatchObject({ code: 'code-outstanding' })
  clock.advance(1)
  untouched()
})

test('a folder whose code nobody typed registers again', async () => {
  const { emulator, folder, bot } = await asked()
  await bot.saveCreds()
  expect(await bot.saved()).not.toHaveProperty('me')
  expect(await bot.saved()).not.toHaveProperty('pairingCode')
  await bot.sock.end(undefined)
  const again = await startFolderBot(emulator, folder)
  await again.until(hasQr)
  expect(again.updates.map(statusOf)).not.toContain(401)
})

test('a folder whose code was typed wrong registers again, and links', async () => {
  const { emulator, phone, folder, bot } = await asked().then(async (made) => {
    await typeWrong(made)
    return made
  })
  expect(await bot.saved()).toMatchObject({ registered: false })
  await bot.sock.end(undefined)
  const again = await startFolderBot(emulator, folder)
  const { code } = await requestCode(again.sock, NUMBER)
  const { jid } = await phone.enterCode(code)
  await again.until((update) => update.connection === 'close')
  expect(await again.saved()).toMatchObject({ me: { id: jid } })
})

test('what Baileys saves for other reasons in the middle of it has no account either', async () => {
  const made = await asked()
  await typeWrong(made)
  const { bot } = made
  // Baileys sees the account, which it needs to ack; its routing info makes it save everything that it sees.
  expect(bot.state.creds.me?.id).toBe(`${NUMBER}@s.whatsapp.net`)
  bot.sock.ws.emit('CB:ib,,edge_routing', {
    tag: 'ib',
    attrs: {},
    content: [{ tag: 'edge_routing', attrs: {}, content: [{ tag: 'routing_info', attrs: {}, content: Buffer.of(1) }] }],
  })
  const saved = await bot.saved()
  expect(saved).toMatchObject({ routingInfo: expect.anything(), registered: false })
  expect(Object.keys(saved ?? {})).not.toEqual(expect.arrayContaining(['me']))
  expect(Object.keys(saved ?? {})).not.toEqual(expect.arrayContaining(['pairingCode']))
  expect({ ...bot.state.creds }).not.toHaveProperty('me')
})

test('65 s after a wrong code the account is gone from memory and the QR codes are good again', async () => {
  const made = await asked()
  await typeWrong(made)
  const { bot, clock, phone, code } = made
  const { qr = '' } = await bot.until(hasQr)
  clock.advance(65_000)
  expect(bot.state.creds.me).toBeUndefined()
  expect(qr).toContain(bot.state.creds.advSecretKey)
  // The code itself goes on: it was promised until expiresAt.
  expect(await phone.enterCode(code)).toHaveProperty('jid')
})

test('a QR code can be scanned after a wrong code', async () => {
  const made = await asked()
  await typeWrong(made)
  const { bot, clock, phone } = made
  clock.advance(65_000)
  const { jid } = await phone.scanQr((await bot.until(hasQr)).qr ?? '')
  expect(await bot.saved()).toMatchObject({ me: { id: jid }, account: expect.anything() })
})

test('typed in the last moment, a code lives until its answer is in', async () => {
  const made = await asked()
  made.clock.advance(170_000)
  await typeWrong(made)
  made.clock.advance(30_000)
  expect(await made.phone.enterCode(made.code)).toHaveProperty('jid')
})

test('typed wrong in the last moment, it ends when the answer is overdue', async () => {
  const made = await asked()
  made.clock.advance(170_000)
  const { advSecretKey } = made.bot.state.creds
  await typeWrong(made)
  made.clock.advance(65_000)
  expect(made.bot.state.creds.pairingCode).toBeUndefined()
  expect(made.bot.state.creds.advSecretKey).toBe(advSecretKey)
  made.untouched()
})

test.each(['primary_hello', 'companion_finish'] as const)(
  'when WhatsApp takes the code back at %s, another may be asked for',
  async (at) => {
    const { emulator, bot, phone, clock, untouched } = await asked()
    emulator.tamper({ at, with: 'refresh' })
    expect(await phoneErrorOf(phone.enterCode(OTHER_CODE))).toBe('expired')
    const acks = (): number => emulator.stanzas.filter(({ node }) => node.tag === 'ack').length
    await eventually(() => acks() === (at === 'primary_hello' ? 1 : 2), 'every ack')
    clock.advance(1_000)
    untouched()
    const { code } = await requestCode(bot.sock, NUMBER)
    expect(await phone.enterCode(code)).toHaveProperty('jid')
  },
)

test.each(['primary_hello', 'companion_finish'] as const)(
  'lost at %s, the credentials are as they were',
  async (at) => {
    const { emulator, bot, phone, code, untouched } = await asked()
    emulator.disconnect({ at })
    await phone.enterCode(code).catch(() => {})
    await bot.until((update) => update.connection === 'close')
    untouched()
  },
)

test('a forged proof keeps nothing', async () => {
  const { emulator, folder, bot, phone, code } = await asked()
  emulator.tamper({ at: 'pair_success', with: 'hmac' })
  await phone.enterCode(code).catch(() => {})
  await bot.until((update) => update.connection === 'close')
  expect(await bot.saved()).toMatchObject({ registered: false })
  expect(await bot.saved()).not.toHaveProperty('me')
  const again = await startFolderBot(emulator, folder)
  await again.until(hasQr)
})

test('a bot that takes its listeners off before it closes leaves nothing behind either', async () => {
  const { bot, untouched } = await asked()
  bot.sock.ev.removeAllListeners('connection.update')
  await bot.sock.end(undefined)
  untouched()
})

test('notifications that Baileys could not ack by itself are acked', async () => {
  const emulator = await emulatorForTest({ clock: stillClock() })
  emulator.addPhone(NUMBER)
  emulator.tamper({ at: 'companion_hello', with: 'companion-reg-refresh' })
  const bot: Bot = await startFolderBot(emulator, await credentialsFolder())
  await requestCode(bot.sock, NUMBER)
  const acks = (): unknown[] => emulator.stanzas.flatMap(({ node }) => (node.tag === 'ack' ? [node.attrs] : []))
  await eventually(() => acks().length > 0, 'the ack')
  expect(acks()).toMatchObject([{ class: 'notification', type: 'companion_reg_refresh' }])
  // A missing or wrong ack ends the stream after 90 s.
  await emulator.advance(100_000)
  expect(bot.updates.map(({ connection }) => connection)).not.toContain('close')
})

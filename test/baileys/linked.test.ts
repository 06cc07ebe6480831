import { expect, test } from 'vitest'
import { requestCode } from '../../src/baileys/index.ts'
import { statusOf, textOf } from '../emulator/plain-baileys.ts'
import { CONTACT, emulatorForTest, NUMBER, phoneErrorOf } from '../emulator/steps.ts'
import { credentialsFolder, startFolderBot } from './folder-bot.ts'

const SHOWN = /^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$/

test('a code that was accepted is typed, Baileys links, comes back after 515, and echoes a message', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const contact = emulator.addPhone(CONTACT, { name: 'Ada' })
  const folder = await credentialsFolder()
  const bot = await startFolderBot(emulator, folder, { browser: ['Acme Bot', 'Chrome', ''] })
  const { code, expiresAt } = await requestCode(bot.sock, '+1 202 555 0123', { os: 'Windows' })
  expect(code).toMatch(SHOWN)
  const leftMs = expiresAt.getTime() - Date.now()
  expect(leftMs > 170_000 && leftMs <= 180_000).toBe(true)
  expect((await phone.prompted()).device).toBe('Chrome (Windows)')

  const { jid } = await phone.enterCode(code)
  expect(statusOf(await bot.until((update) => update.connection === 'close'))).toBe(515)
  expect(await bot.saved()).toMatchObject({ me: { id: jid }, registered: true, account: expect.anything() })
  expect(await bot.saved()).not.toHaveProperty('pairingCode')
  expect(phone.linkedDevices()).toMatchObject([{ name: 'Acme Bot', jid }])

  const again = await startFolderBot(emulator, folder)
  await again.until((update) => update.connection === 'open')
  await contact.send(NUMBER, 'hello')
  const { message } = await again.message()
  await again.sock.sendMessage(message.key.remoteJid ?? '', { text: `echo: ${textOf(message)}` })
  expect((await contact.received()).text).toBe('echo: hello')
})

test('a wrong code saves no account; the right one afterwards links', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const bot = await startFolderBot(emulator, await credentialsFolder())
  const { code } = await requestCode(bot.sock, NUMBER)
  const saves = bot.saves()
  expect(await phoneErrorOf(phone.enterCode(code === '1111-1111' ? '2222-2222' : '1111-1111'))).toBe('wrong-code')
  // Baileys has its credentials saved all the same, since WhatsApp took companion_finish.
  await expect.poll(() => bot.saves()).toBeGreaterThan(saves)
  const saved = await bot.saved()
  expect(saved).toMatchObject({ registered: false })
  expect(saved).not.toHaveProperty('me')
  expect(saved).not.toHaveProperty('pairingCode')

  const { jid } = await phone.enterCode(code)
  await bot.until((update) => update.connection === 'close')
  expect(await bot.saved()).toMatchObject({ me: { id: jid }, registered: true })
})

test.each([
  [{}, /^Chrome \((?:Windows|Mac OS|Linux)\)$/],
  [{ browser: 'Firefox', os: 'Mac OS' }, /^Firefox \(Mac OS\)$/],
  [{ os: 'Ubuntu' }, /^Chrome \(Linux\)$/],
  [{ browser: 'Safari', os: 'macOS' }, /^Safari \(Mac OS\)$/],
])('with %o the prompt names a real browser and system, whatever brand the socket has', async (options, shown) => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const bot = await startFolderBot(emulator, await credentialsFolder(), { browser: ['Acme Bot', 'Acme', '1'] })
  await requestCode(bot.sock, NUMBER, options)
  expect((await phone.prompted()).device).toMatch(shown)
})

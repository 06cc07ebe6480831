import { expect, test } from 'vitest'
import { startEmulator } from '../../src/emulator/index.ts'
import { startBot, statusOf } from './plain-baileys.ts'

test('a plain Baileys socket links by code, survives the restart, logs in and comes online', async () => {
  const emulator = await startEmulator()
  const phone = emulator.addPhone('+1 202 555 0123')
  const bot = startBot(emulator)
  await bot.until((update) => update.qr !== undefined)
  const code = await bot.sock.requestPairingCode('12025550123')
  expect(await phone.prompted()).toEqual({ device: 'Chrome (Mac OS)' })
  const { jid } = await phone.enterCode(code)
  expect(jid).toBe('12025550123:1@s.whatsapp.net')
  const closed = await bot.until((update) => update.connection === 'close')
  expect(statusOf(closed)).toBe(515)
  const again = startBot(emulator, bot.state)
  await again.until((update) => update.connection === 'open')
  expect(emulator.logins.map((login) => login.jid)).toEqual([jid])
  await again.until((update) => update.receivedPendingNotifications === true)
  await emulator.stop()
})

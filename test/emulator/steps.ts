// Steps that several tests take.
import { onTestFinished } from 'vitest'
import { type Emulator, type Phone, startEmulator } from '../../src/emulator/index.ts'
import { type Bot, startBot } from './plain-baileys.ts'

export const NUMBER = '12025550123'
export const CONTACT = '12025550147'
export const JID = `${NUMBER}@s.whatsapp.net`
export const CONTACT_JID = `${CONTACT}@s.whatsapp.net`

/** Stops with the test. */
export async function emulatorForTest(options?: Parameters<typeof startEmulator>[0]): Promise<Emulator> {
  const emulator = await startEmulator(options)
  onTestFinished(() => emulator.stop())
  return emulator
}

/** A socket that has asked for a code. */
export async function askForCode(emulator: Emulator, number = NUMBER): Promise<{ readonly bot: Bot; readonly code: string }> {
  const bot = startBot(emulator)
  await bot.until((update) => update.qr !== undefined)
  return { bot, code: await bot.sock.requestPairingCode(number) }
}

/** Linked by code; the registration connection is over. */
export async function linkByCode(emulator: Emulator, phone: Phone, number = NUMBER): Promise<{ readonly bot: Bot; readonly jid: string }> {
  const { bot, code } = await askForCode(emulator, number)
  await phone.prompted()
  const { jid } = await phone.enterCode(code)
  await bot.until((update) => update.connection === 'close')
  return { bot, jid }
}

/** Logged in with the credentials of a linked bot, and caught up. */
export async function online(emulator: Emulator, state: Bot['state'], config?: Record<string, unknown>): Promise<Bot> {
  const bot = startBot(emulator, state, config)
  await bot.until((update) => update.connection === 'open')
  await bot.until((update) => update.receivedPendingNotifications === true)
  return bot
}

// Steps that several tests take.
import { onTestFinished, vi } from 'vitest'
import { type Emulator, type Phone, PhoneError, startEmulator } from '../../src/emulator/index.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { type Bot, startBot } from './plain-baileys.ts'

// Plain Baileys makes 812 pre-keys and two PBKDF2 rounds in each link; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

export const NUMBER = '12025550123'
export const CONTACT = '12025550147'
export const JID = `${NUMBER}@s.whatsapp.net`
export const CONTACT_JID = `${CONTACT}@s.whatsapp.net`

/** A clock that stands: only `advance` moves an emulator's time then. */
export function stillClock(): Clock {
  return { now: () => Date.UTC(2026, 10, 23), setTimeout: () => undefined, clearTimeout: () => {} }
}

/** Stops with the test. */
export async function emulatorForTest(options?: Parameters<typeof startEmulator>[0]): Promise<Emulator> {
  const emulator = await startEmulator(options)
  onTestFinished(() => emulator.stop())
  return emulator
}

/** A socket that has asked for a code. */
export async function askForCode(
  emulator: Emulator,
  number = NUMBER,
): Promise<{ readonly bot: Bot; readonly code: string }> {
  const bot = startBot(emulator)
  await bot.until((update) => update.qr !== undefined)
  return { bot, code: await bot.sock.requestPairingCode(number) }
}

/** Linked by code; the registration connection is over. */
export async function linkByCode(
  emulator: Emulator,
  phone: Phone,
  number = NUMBER,
): Promise<{ readonly bot: Bot; readonly jid: string }> {
  const { bot, code } = await askForCode(emulator, number)
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

/** The PhoneError code that a promise rejects with. */
export async function phoneErrorOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof PhoneError ? error.code : `not a PhoneError: ${String(error)}`
}

/** For `expect.poll`: a busy machine takes its time. */
export const PATIENT = { timeout: 20_000, interval: 5 }

/** Looks again and again until `done` says so. */
export async function eventually(done: () => boolean, what: string): Promise<void> {
  await vi.waitFor(() => {
    if (!done()) throw new Error(`not yet: ${what}`)
  }, PATIENT)
}

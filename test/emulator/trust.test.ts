import { WA_CERT_DETAILS } from 'baileys'
import { expect, test, vi } from 'vitest'
import { emulatorForTest } from './steps.ts'

const shipped = Uint8Array.from(WA_CERT_DETAILS.PUBLIC_KEY)
const now = (): Uint8Array => Uint8Array.from(WA_CERT_DETAILS.PUBLIC_KEY)

test('a trusted emulator takes the place of WhatsApp’s root in Baileys, until it stops', async () => {
  const emulator = await emulatorForTest()
  const { PUBLIC_KEY } = WA_CERT_DETAILS
  expect(now()).toEqual(shipped)
  emulator.trust()
  emulator.trust()
  expect(now()).toEqual(Uint8Array.from(emulator.endpoint.rootKey))
  expect(WA_CERT_DETAILS.PUBLIC_KEY).toBe(PUBLIC_KEY)
  await emulator.stop()
  expect(now()).toEqual(shipped)
})

test('the options for a socket bring the trust with them', async () => {
  const emulator = await emulatorForTest()
  expect(emulator.socketConfig()).toEqual({ waWebSocketUrl: emulator.endpoint.url })
  expect(now()).toEqual(Uint8Array.from(emulator.endpoint.rootKey))
})

test('of two emulators the last one trusted counts, and WhatsApp again when both stopped', async () => {
  const [one, other] = [await emulatorForTest(), await emulatorForTest()]
  one.trust()
  other.trust()
  expect(now()).toEqual(Uint8Array.from(other.endpoint.rootKey))
  await other.stop()
  expect(now()).toEqual(Uint8Array.from(one.endpoint.rootKey))
  await one.stop()
  expect(now()).toEqual(shipped)
})

test('a process that talks to WhatsApp keeps its root', async () => {
  vi.resetModules()
  const { noteWhatsAppContact } = await import('../../src/wire/whatsapp-contact.ts')
  const { startEmulator } = await import('../../src/emulator/index.ts')
  noteWhatsAppContact()
  const emulator = await startEmulator()
  expect(() => emulator.trust()).toThrow('talks to WhatsApp')
  expect(() => emulator.socketConfig()).toThrow('talks to WhatsApp')
  expect(now()).toEqual(shipped)
  await emulator.stop()
})

// WhatsApp is asked when it has said that it is ready, and not before, whenever the bot calls.
import { expect, test } from 'vitest'
import { requestCode } from '../../src/baileys/index.ts'
import { requestCodeAt } from '../../src/baileys/request-code.ts'
import type { Emulator } from '../../src/emulator/index.ts'
import { createTestClock } from '../cli/support/test-clock.ts'
import type { Update } from '../emulator/plain-baileys.ts'
import { emulatorForTest, eventually, NUMBER, stillClock } from '../emulator/steps.ts'
import { credentialsFolder, linkErrorOf, startFolderBot } from './folder-bot.ts'

const hasQr = (update: Update): boolean => update.qr !== undefined

/** Everything that the client sent, by its first child. */
function sent({ stanzas }: Emulator): readonly string[] {
  return stanzas.flatMap(({ from, node: { content } }) =>
    from === 'client' && Array.isArray(content) ? [String(content[0]?.tag)] : [],
  )
}

test.each([
  'right after the socket is made',
  'as soon as the connection is open',
  'in the handler of the first QR code',
  'long after the first QR code',
])('called %s, it works', async (when) => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const bot = await startFolderBot(emulator, await credentialsFolder())
  if (when.includes('open')) await new Promise((resolve) => bot.sock.ws.once('open', resolve))
  const request = when.includes('handler')
    ? new Promise<{ code: string }>((resolve, reject) => {
        bot.sock.ev.on('connection.update', ({ qr }) => {
          if (qr !== undefined) requestCode(bot.sock, NUMBER).then(resolve, reject)
        })
      })
    : undefined
  if (when.includes('long')) await bot.until(hasQr)
  const { code } = await (request ?? requestCode(bot.sock, NUMBER))
  expect(await phone.enterCode(code)).toHaveProperty('jid')
})

test('nothing is sent while WhatsApp is not ready, and the code comes when it is', async () => {
  const emulator = await emulatorForTest({ clock: stillClock() })
  emulator.addPhone(NUMBER)
  emulator.hold({ at: 'pair_device', ms: 5_000 })
  const bot = await startFolderBot(emulator, await credentialsFolder())
  let opened = false
  bot.sock.ws.once('open', () => {
    opened = true
  })
  const request = requestCode(bot.sock, NUMBER)
  await eventually(() => opened, 'the connection')
  await emulator.advance(4_000)
  expect(sent(emulator)).toEqual([])
  await expect
    .poll(
      async () => {
        await emulator.advance(1_000)
        return sent(emulator)
      },
      { timeout: 10_000 },
    )
    .toEqual(['link_code_companion_reg'])
  await request
})

test('when it came too late to see the start, the next QR code shows that WhatsApp is ready', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  const bot = await startFolderBot(emulator, await credentialsFolder(), { qrTimeout: 2_000 })
  await bot.until(hasQr)
  // The clock stands: the ping, which would be quicker, is never sent.
  const { code } = await requestCodeAt(createTestClock(), bot.sock, NUMBER)
  expect(code).toHaveLength(9)
  expect(sent(emulator)).toEqual(['link_code_companion_reg'])
})

test('a socket that never gets ready is given up after 65 s', async () => {
  const emulator = await emulatorForTest()
  emulator.hold({ at: 'pair_device' })
  const clock = createTestClock()
  const bot = await startFolderBot(emulator, await credentialsFolder())
  const request = requestCodeAt(clock, bot.sock, NUMBER)
  await eventually(() => clock.waiting > 0, 'the wait')
  clock.advance(65_000)
  expect(await linkErrorOf(request)).toMatchObject({ code: 'network', message: expect.stringContaining('65000 ms') })
  expect(clock.waiting).toBe(0)
})

test('a socket that is closed, or closes first, is a matter of the network', async () => {
  const emulator = await emulatorForTest()
  emulator.disconnect({ at: 'pair_device' })
  const bot = await startFolderBot(emulator, await credentialsFolder())
  const request = requestCode(bot.sock, NUMBER)
  expect(await linkErrorOf(request)).toMatchObject({ code: 'network' })
  await bot.until((update) => update.connection === 'close')
  expect(await linkErrorOf(requestCode(bot.sock, NUMBER))).toMatchObject({ code: 'network' })
})

test('a socket that shows its last QR code stays open for the code', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const bot = await startFolderBot(emulator, await credentialsFolder(), { qrTimeout: 50 })
  const { code, expiresAt } = await requestCode(bot.sock, NUMBER)
  expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(170_000)
  // Six refs, and twice as many again.
  await eventually(() => bot.updates.filter(hasQr).length > 18, 'eighteen QR codes')
  expect(await phone.enterCode(code)).toHaveProperty('jid')
})

test('a socket that was seen too late tells its own end as the end of the code', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  const bot = await startFolderBot(emulator, await credentialsFolder(), { qrTimeout: 10_000 })
  await bot.until(hasQr)
  const { expiresAt } = await requestCode(bot.sock, NUMBER)
  expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(60_000)
})

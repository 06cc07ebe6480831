// Plain Baileys with nothing but our authState swapped in: an attempt that came to nothing leaves nothing, so that the
// next start asks again. With Baileys' own folder it logs in as a device that does not exist: 401 (docs/protocol.md
// section 8).
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { requestCode } from '../../../src/baileys/index.ts'
import { startEmulator } from '../../../src/emulator/index.ts'
import { openStore } from '../../../src/store/index.ts'
import { startBot, statusOf } from '../../emulator/plain-baileys.ts'

const NUMBER = '12025550123'

async function setScene() {
  const emulator = await startEmulator()
  const folder = await mkdtemp(join(tmpdir(), 'paircode-half-'))
  onTestFinished(async () => {
    await emulator.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  })
  /** One process of a bot: a store, its authState, a socket of plain Baileys. */
  const start = async () => {
    const store = await openStore(`sqlite:${join(folder, 'sessions.db')}`)
    onTestFinished(() => store.close())
    const { state, saveCreds } = await store.authState('sales')
    const bot = startBot(emulator, state)
    const saving: Promise<void>[] = []
    bot.sock.ev.on('creds.update', () => void saving.push(saveCreds()))
    return {
      ...bot,
      store,
      async stop() {
        await bot.sock.end(undefined)
        await saveCreds()
        await Promise.all(saving)
        await store.close()
      },
    }
  }
  return { emulator, phone: emulator.addPhone(NUMBER), start }
}

const wrongFor = (code: string): string => `${code.slice(0, 7)}${code.endsWith('Z') ? 'Y' : 'Z'}`

test.each(['refused', 'never typed', 'typed wrong'])(
  'a code that was %s: the next start asks again',
  async (how) => {
    const { emulator, phone, start } = await setScene()
    const first = await start()
    await first.until((update) => update.qr !== undefined)
    if (how === 'refused') emulator.fail({ at: 'companion_hello', code: 400 })
    const code = await first.sock.requestPairingCode(NUMBER)
    if (how === 'refused') await expect(phone.enterCode(code)).rejects.toMatchObject({ code: 'no-request' })
    if (how === 'typed wrong')
      await expect(phone.enterCode(wrongFor(code))).rejects.toMatchObject({ code: 'wrong-code' })
    expect(first.state.creds.me).toBeDefined()
    await first.stop()

    const second = await start()
    expect(second.state.creds.me).toBeUndefined()
    expect(await second.store.list()).toEqual([])
    await second.until((update) => update.qr !== undefined)
    expect(second.updates.map(statusOf)).not.toContain(401)
    expect(emulator.logins).toEqual([])
    const { jid } = await phone.enterCode(await second.sock.requestPairingCode(NUMBER))
    await second.until((update) => update.connection === 'close')
    await second.stop()

    const third = await start()
    await third.until((update) => update.connection === 'open')
    expect(emulator.logins.map((login) => login.jid)).toEqual([jid])
    await third.stop()
  },
  90_000,
)

test('with requestCode() the refusal is an error, and the next start asks again', async () => {
  const { emulator, phone, start } = await setScene()
  const first = await start()
  emulator.fail({ at: 'companion_hello', code: 403 })
  await expect(requestCode(first.sock, NUMBER)).rejects.toMatchObject({ code: 'forbidden', status: 403 })
  await first.stop()

  const second = await start()
  const { code } = await requestCode(second.sock, NUMBER)
  await phone.enterCode(code)
  expect(statusOf(await second.until((update) => update.connection === 'close'))).toBe(515)
  await second.stop()
  const third = await start()
  await third.until((update) => update.connection === 'open')
  expect(third.updates.map(statusOf)).not.toContain(401)
  await third.stop()
}, 90_000)

// Whatever a session went through, it still reads what a contact writes, and the contact's phone reads the answer: the
// keys that go with it have not got lost, mixed up or turned back. Nobody had to ask for a message again.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { useMultiFileAuthState } from 'baileys'
import { expect, onTestFinished, test } from 'vitest'
import { type Emulator, type Phone, startEmulator } from '../../../src/emulator/index.ts'
import { type Connection, connect, link } from '../../../src/index.ts'
import { openStore, type Store } from '../../../src/store/index.ts'
import { startBot, textOf } from '../../emulator/plain-baileys.ts'

const NUMBER = '+12025550123'
const CONTACT = '+12025550188'
const [OLD, NEW] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const SLOW = { timeout: 90_000 }

interface Scene {
  readonly emulator: Emulator
  readonly phone: Phone
  readonly contact: Phone
  readonly folder: string
  readonly url: string
}

async function setScene(): Promise<Scene> {
  const emulator = await startEmulator()
  const folder = await mkdtemp(join(tmpdir(), 'paircode-echo-'))
  onTestFinished(async () => {
    await emulator.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  })
  const [phone, contact] = [emulator.addPhone(NUMBER), emulator.addPhone(CONTACT)]
  return { emulator, phone, contact, folder, url: `sqlite:${join(folder, 'sessions.db')}` }
}

async function opened(url: string, options?: Parameters<typeof openStore>[1]): Promise<Store> {
  const store = await openStore(url, options)
  onTestFinished(() => store.close())
  return store
}

async function linked({ emulator, phone }: Scene, store: Store): Promise<void> {
  const linking = link({ session: 'sales', phone: NUMBER, store, endpoint: emulator.endpoint })
  await phone.enterCode((await linking.code()).code)
  await linking.result
}

/** Online with an echo; closed after the test at the latest. */
async function echoing({ emulator }: Scene, store: Store, session = 'sales'): Promise<Connection> {
  const bot = connect({ session, store, endpoint: emulator.endpoint })
  onTestFinished(() => bot.close())
  bot.on('socket', (socket) => {
    socket.ev.on('messages.upsert', async ({ messages }) => {
      for (const message of messages) {
        if (message.key.fromMe || textOf(message) === '') continue
        await socket.sendMessage(message.key.remoteJid ?? '', { text: `echo: ${textOf(message)}` })
      }
    })
  })
  await expect.poll(() => bot.state.name, { timeout: 20_000 }).toBe('online')
  return bot
}

async function expectEchoes({ contact }: Scene, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await contact.send(NUMBER, text)
    expect(await contact.received()).toMatchObject({ text: `echo: ${text}` })
  }
}

function expectNothingAskedAgain({ emulator }: Scene): void {
  const receipts = emulator.stanzas.filter(({ node }) => (node as { tag: string }).tag === 'receipt')
  expect(receipts.length).toBeGreaterThan(0)
  const types = receipts.map(({ node }) => (node as { attrs: Record<string, string> }).attrs['type'])
  expect(types).not.toContain('retry')
}

test('a session that was just linked', SLOW, async () => {
  const scene = await setScene()
  const store = await opened('memory:')
  await linked(scene, store)
  await echoing(scene, store)
  await expectEchoes(scene, 'one', 'two')
  expectNothingAskedAgain(scene)
})

test('a session whose key is changed while it talks, and after that with the new key alone', SLOW, async () => {
  const scene = await setScene()
  const first = await opened(scene.url, { key: OLD })
  await linked(scene, first)
  const before = await echoing(scene, first)
  await expectEchoes(scene, 'one')
  await before.close()
  await first.close()

  const changing = await opened(scene.url, { key: NEW, previousKeys: [OLD] })
  const during = await echoing(scene, changing)
  await expectEchoes(scene, 'two', 'three')
  await changing.resealed()
  await expectEchoes(scene, 'four')
  await during.close()
  await changing.close()

  await echoing(scene, await opened(scene.url, { key: NEW }))
  await expectEchoes(scene, 'five', 'six')
  expectNothingAskedAgain(scene)
})

test(
  'a session in a process that missed the change of the key: it stops, and nothing that was sent is lost',
  SLOW,
  async () => {
    const scene = await setScene()
    const outdated = await opened(scene.url, { key: OLD })
    await linked(scene, outdated)
    const old = await echoing(scene, outdated)
    await expectEchoes(scene, 'one')
    const changed = await opened(scene.url, { key: NEW, previousKeys: [OLD] })
    await changed.resealed()
    await scene.contact.send(NUMBER, 'two')
    expect(await old.stopped).toBe('store-error')

    await echoing(scene, changed)
    expect(await scene.contact.received()).toMatchObject({ text: 'echo: two' })
    await expectEchoes(scene, 'three')
    expectNothingAskedAgain(scene)
  },
)

test('a session that was removed, or retired, and restored', SLOW, async () => {
  const scene = await setScene()
  const store = await opened(scene.url)
  await linked(scene, store)
  const before = await echoing(scene, store)
  await expectEchoes(scene, 'one')
  await before.close()
  await store.remove('sales')
  expect(await store.get('sales')).toBeUndefined()
  await store.restore('sales')
  await echoing(scene, store)
  await expectEchoes(scene, 'two', 'three')
  expectNothingAskedAgain(scene)
})

test('a session that moved from one store to another, by a folder', SLOW, async () => {
  const scene = await setScene()
  const [one, other] = [await opened(scene.url), await opened('memory:')]
  await linked(scene, one)
  const before = await echoing(scene, one)
  await expectEchoes(scene, 'one')
  await before.close()
  await one.exportFolder('sales', join(scene.folder, 'exported'))
  await other.importFolder(join(scene.folder, 'exported'), 'moved')
  await echoing(scene, other, 'moved')
  await expectEchoes(scene, 'two', 'three')
  expectNothingAskedAgain(scene)
})

test(
  'a folder of plain Baileys: imported it is online without a code, and exported plain Baileys is online with it',
  SLOW,
  async () => {
    const scene = await setScene()
    const { emulator, phone } = scene
    const made = join(scene.folder, 'made-by-baileys')
    const registering = await startOnFolder(scene, made)
    await registering.until((update) => update.qr !== undefined)
    await phone.enterCode(await registering.sock.requestPairingCode(NUMBER.slice(1)))
    await registering.until((update) => update.connection === 'close')
    await registering.saved()
    const plain = await startOnFolder(scene, made)
    await plain.until((update) => update.connection === 'open')
    await expectEchoes(scene, 'one')
    await plain.stop()

    const store = await opened(scene.url)
    await store.importFolder(made, 'sales')
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
    const bot = await echoing(scene, store)
    await expectEchoes(scene, 'two', 'three')
    await bot.close()
    const back = join(scene.folder, 'exported')
    await store.exportFolder('sales', back)
    await store.remove('sales')

    const again = await startOnFolder(scene, back)
    await again.until((update) => update.connection === 'open')
    await expectEchoes(scene, 'four', 'five')
    expect(phone.linkedDevices()).toHaveLength(1)
    expect(emulator.logins.length).toBeGreaterThan(2)
    await again.stop()
    expectNothingAskedAgain(scene)
  },
)

/** Plain Baileys as bots keep it, with an echo. */
async function startOnFolder({ emulator }: Scene, folder: string) {
  const { state, saveCreds } = await useMultiFileAuthState(folder)
  const bot = startBot(emulator, state)
  const saving: Promise<void>[] = []
  bot.sock.ev.on('creds.update', () => void saving.push(saveCreds()))
  bot.sock.ev.on('messages.upsert', async ({ messages }) => {
    for (const message of messages)
      if (!message.key.fromMe && textOf(message) !== '')
        await bot.sock.sendMessage(message.key.remoteJid ?? '', { text: `echo: ${textOf(message)}` })
  })
  const saved = async (): Promise<void> => void (await Promise.all(saving))
  return {
    ...bot,
    saved,
    async stop() {
      await bot.sock.end(undefined)
      await saved()
    },
  }
}

// What is stored is what Baileys would have stored, and plain Baileys lives on it.
import type { AuthenticationCreds } from 'baileys'
import { expect, test } from 'vitest'
import { PRE_KEY_COUNT } from '../../../src/linking/pre-keys.ts'
import { startBot } from '../../emulator/plain-baileys.ts'
import { NUMBER, setStage } from './stage.ts'

/** Everything that a value is made of, without its content: a tree of types and byte lengths. */
function shapeOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes(${value.length})`
  if (value === null || typeof value !== 'object') return typeof value
  if (Array.isArray(value)) return value.map(shapeOf)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, shapeOf(member)])
      .sort(([one], [other]) => String(one).localeCompare(String(other))),
  )
}

/** What differs between two accounts by chance or by design is left out of the comparison, by name. */
function comparable(creds: AuthenticationCreds): unknown {
  const { registered, pairingCode, nextPreKeyId, firstUnuploadedPreKeyId, account, me, routingInfo, ...rest } = creds
  const { details, ...signatures } = account ?? {}
  return {
    ...(shapeOf(rest) as object),
    me: shapeOf({ id: me?.id, lid: me?.lid }),
    account: shapeOf(signatures),
    hasDetails: details !== undefined,
  }
}

test.each(['code', 'qr'] as const)(
  'after a %s, the credentials are what plain Baileys keeps, but for the named differences',
  async (way) => {
    const { phone, store, emulator, link } = await setStage()
    const { linking, event } = link({ ...(way === 'qr' ? { phone: undefined } : {}), firstLogin: false })
    if (way === 'qr') await phone.scanQr((await event('qr')).data)
    else await phone.enterCode((await event('code')).code)
    await linking.result
    const { state } = await store.authState('sales')
    const ours = structuredClone({ ...state.creds })

    const other = emulator.addPhone('+12025550177')
    const plain = startBot(emulator)
    await plain.until((update) => update.qr !== undefined)
    const code = await plain.sock.requestPairingCode('12025550177')
    await other.prompted()
    await other.enterCode(code)
    await plain.until((update) => update.connection === 'close')
    const theirs = plain.state.creds

    expect(comparable(ours)).toEqual(comparable(theirs))
    expect(ours).toMatchObject({ registered: true, nextPreKeyId: PRE_KEY_COUNT + 1, firstUnuploadedPreKeyId: 1 })
    expect(theirs).toMatchObject({ registered: true, nextPreKeyId: 1, firstUnuploadedPreKeyId: 1 })
    expect(ours.pairingCode).toBeUndefined()
    expect(Buffer.from(ours.advSecretKey, 'base64')).toHaveLength(32)
    const ids = Array.from({ length: PRE_KEY_COUNT }, (_, index) => String(index + 1))
    const preKeys = await state.keys.get('pre-key', ids)
    expect(Object.keys(preKeys)).toHaveLength(PRE_KEY_COUNT)
    expect(new Set(Object.values(preKeys).map((pair) => Buffer.from(pair.private).toString('hex'))).size).toBe(
      PRE_KEY_COUNT,
    )
  },
)

test('plain Baileys comes online with what was stored, hears a text and answers it', async () => {
  const { phone, contact, store, emulator, link } = await setStage()
  const { linking, event } = link({ firstLogin: false })
  const { jid } = await phone.enterCode((await event('code')).code)
  expect((await linking.result).jid).toBe(jid)
  expect(linking.state).toBe('paired')
  const { state, saveCreds } = await store.authState('sales')
  const bot = startBot(emulator, state)
  bot.sock.ev.on('creds.update', () => void saveCreds())
  await bot.until((update) => update.connection === 'open')
  expect(emulator.logins.map((login) => login.jid)).toEqual([jid])
  await contact.send(NUMBER, 'hello')
  const { message } = await bot.message()
  expect(message.message?.conversation ?? message.message?.extendedTextMessage?.text).toBe('hello')
  await bot.sock.sendMessage(message.key.remoteJid ?? '', { text: 'echo: hello' })
  expect(await contact.received()).toMatchObject({ text: 'echo: hello' })
  await expect.poll(async () => (await store.get('sales'))?.state).toBe('linked')
})

test('nothing is stored before the proof, and everything is stored before our last word', async () => {
  const { phone, store, emulator, link } = await setStage()
  emulator.hold({ at: 'pair_success', ms: 1_000 })
  emulator.disconnect({ at: 'pair_device_sign' })
  const { linking, event } = link({ firstLogin: false })
  void phone.enterCode((await event('code')).code).catch(() => {})
  await event('confirming')
  expect(await store.list()).toEqual([])
  await emulator.advance(1_000)
  await event('paired')
  expect(await store.get('sales')).toMatchObject({ state: 'unconfirmed' })
  await linking.result
})

test('an unconfirmed session that the phone knows is finished without a code', async () => {
  const { phone, store, emulator, link } = await setStage()
  const first = link({ firstLogin: false })
  const { jid } = await phone.enterCode((await first.event('code')).code)
  await first.linking.result
  expect(await store.get('sales')).toMatchObject({ state: 'unconfirmed' })
  const second = link()
  expect(await second.linking.result).toMatchObject({ jid })
  expect(second.types()).toEqual(['connecting', 'online'])
  expect(await store.get('sales')).toMatchObject({ state: 'linked' })
  expect(emulator.logins).toHaveLength(1)
})

test('an unconfirmed session that the phone does not know asks for a new code by itself', async () => {
  const { phone, store, link } = await setStage()
  const first = link({ firstLogin: false })
  const lost = await phone.enterCode((await first.event('code')).code)
  await first.linking.result
  await phone.unlink(lost.jid)
  const second = link()
  const { jid } = await phone.enterCode((await second.event('code')).code)
  expect(await second.linking.result).toMatchObject({ jid })
  expect(await store.get('sales')).toMatchObject({ state: 'linked', jid })
})

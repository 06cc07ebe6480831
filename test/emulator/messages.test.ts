import { expect, test } from 'vitest'
import { childOf, node } from '../../src/wire/nodes.ts'
import { textOf } from './plain-baileys.ts'
import { openRaw } from './raw-companion.ts'
import { CONTACT, CONTACT_JID, emulatorForTest, eventually, JID, linkByCode, NUMBER, online } from './steps.ts'

/** A linked bot that is online, its phone and a contact's phone. */
async function botAndContact(config?: Record<string, unknown>) {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER, { name: 'Owner' })
  const contact = emulator.addPhone(CONTACT, { name: 'Ada' })
  const { bot: linked, jid } = await linkByCode(emulator, phone)
  const bot = await online(emulator, linked.state, config)
  return { emulator, phone, contact, bot, jid, state: linked.state }
}

test('a contact’s text reaches the bot and its phone, and the contact’s phone reads the bot’s answer', async () => {
  const { phone, contact, bot } = await botAndContact()
  await contact.send(NUMBER, 'hello')
  const { message, type } = await bot.message()
  expect(type).toBe('notify')
  expect(message.pushName).toBe('Ada')
  expect(message.key).toMatchObject({ remoteJid: CONTACT_JID, fromMe: false })
  expect(message.key.remoteJidAlt).toMatch(/^\d{15}@lid$/)
  expect(textOf(message)).toBe('hello')
  expect(await phone.received()).toEqual({ from: CONTACT_JID, text: 'hello' })

  await bot.sock.sendMessage(CONTACT_JID, { text: 'echo: hello' })
  expect(await contact.received()).toEqual({ from: JID, text: 'echo: hello' })
})

test('a long conversation keeps its order in both directions', async () => {
  const { contact, bot } = await botAndContact()
  for (let round = 0; round < 10; round++) {
    await Promise.all([1, 2, 3].map((part) => contact.send(JID, `${round}.${part}`)))
    for (const part of [1, 2, 3]) expect(textOf((await bot.message()).message)).toBe(`${round}.${part}`)
    await bot.sock.sendMessage(CONTACT_JID, { text: `answer ${round}` })
    expect((await contact.received()).text).toBe(`answer ${round}`)
  }
})

test('a bot that writes first, to the hidden identity, is read all the same', async () => {
  const { contact, bot } = await botAndContact()
  await bot.sock.sendMessage(CONTACT_JID, { text: 'by number' })
  expect(await contact.received()).toEqual({ from: JID, text: 'by number' })
  const [found] = (await bot.sock.onWhatsApp(CONTACT)) ?? []
  expect(found).toMatchObject({ jid: CONTACT_JID, exists: true })
  const lid = await bot.sock.signalRepository.lidMapping.getLIDForPN(CONTACT_JID)
  await bot.sock.sendMessage(lid ?? '', { text: 'by hidden identity' })
  expect(await contact.received()).toEqual({ from: JID, text: 'by hidden identity' })
})

test('the sender learns that its message was delivered', async () => {
  const { contact, bot } = await botAndContact()
  const delivered = new Promise((resolve) => {
    bot.sock.ev.on('messages.update', (updates) => {
      if (updates.some(({ key, update }) => key.remoteJid === CONTACT_JID && update.status === 3)) resolve(true)
    })
  })
  await bot.sock.sendMessage(CONTACT_JID, { text: 'hi' })
  await contact.received()
  expect(await delivered).toBe(true)
})

test('a note of the bot to its own account is read by its phone', async () => {
  const { phone, bot } = await botAndContact()
  await bot.sock.sendMessage(JID, { text: 'note' })
  expect(await phone.received()).toEqual({ from: JID, text: 'note' })
})

test('what a phone writes elsewhere, or to itself, reaches its bot as its own', async () => {
  const { phone, contact, bot } = await botAndContact()
  await phone.send(CONTACT, 'from the phone')
  const copy = await bot.message()
  expect(copy.message.key).toMatchObject({ remoteJid: CONTACT_JID, fromMe: true })
  expect(textOf(copy.message)).toBe('from the phone')
  expect(await contact.received()).toEqual({ from: JID, text: 'from the phone' })

  await phone.send(NUMBER, 'to myself')
  const note = await bot.message()
  expect(note.message.key).toMatchObject({ remoteJid: JID, fromMe: true })
})

test('phones write to each other without any bot', async () => {
  const emulator = await emulatorForTest()
  const one = emulator.addPhone(NUMBER)
  const other = emulator.addPhone(CONTACT)
  await one.send('+1 202 555 0147', 'ping')
  expect(await other.received()).toEqual({ from: JID, text: 'ping' })
  await other.send(JID, 'pong')
  expect(await one.received()).toEqual({ from: CONTACT_JID, text: 'pong' })
  await expect(one.send('12025550199', 'nobody')).rejects.toThrow(RangeError)
})

test('two bots of two accounts write to each other', async () => {
  const { emulator, contact, bot } = await botAndContact()
  const other = await online(emulator, (await linkByCode(emulator, contact, CONTACT)).bot.state)
  await bot.sock.sendMessage(CONTACT_JID, { text: 'bot to bot' })
  const { message } = await other.message()
  expect(textOf(message)).toBe('bot to bot')
  await other.sock.sendMessage(JID, { text: 'and back' })
  const back = await bot.message()
  expect(back.message.key.remoteJid).toBe(CONTACT_JID)
  expect(textOf(back.message)).toBe('and back')
})

test('what one bot of an account writes, the other sees as its own', async () => {
  const { emulator, phone, contact, bot } = await botAndContact()
  const second = await online(emulator, (await linkByCode(emulator, phone)).bot.state)
  await bot.sock.sendMessage(CONTACT_JID, { text: 'from the first' })
  const { message } = await second.message()
  expect(message.key).toMatchObject({ remoteJid: CONTACT_JID, fromMe: true })
  expect(textOf(message)).toBe('from the first')
  expect((await contact.received()).text).toBe('from the first')
})

test('a bot that cannot read another bot’s message gets it again', async () => {
  // Plain Baileys remembers what it sent by chat, and a companion asks with its device: it needs this option for that.
  const getMessage = async () => ({ conversation: 'second' })
  const { emulator, contact, bot, state } = await botAndContact({ getMessage })
  const linked = (await linkByCode(emulator, contact, CONTACT)).bot.state
  const other = await online(emulator, linked)
  await bot.sock.sendMessage(CONTACT_JID, { text: 'first' })
  await other.message()
  await other.sock.sendMessage(JID, { text: 'answer' })
  await bot.message()
  const { lidMapping, jidToSignalProtocolAddress } = other.sock.signalRepository
  const lid = await lidMapping.getLIDForPN(state.creds.me?.id ?? '')
  await linked.keys.set({ session: { [jidToSignalProtocolAddress(lid ?? '')]: null } })
  await bot.sock.sendMessage(CONTACT_JID, { text: 'second' })
  let text = ''
  while (text === '') text = textOf((await other.message()).message)
  expect(text).toBe('second')
  const forwarded = emulator.stanzas.filter(
    ({ from, node }) => from === 'server' && node.tag === 'receipt' && node.attrs['type'] === 'retry',
  )
  expect(forwarded[0]?.node.attrs['from']).toBe('12025550147:1@s.whatsapp.net')
})

test('a message to a number that has no phone is refused', async () => {
  const { bot } = await botAndContact()
  const failed = new Promise((resolve) => {
    bot.sock.ev.on('messages.update', (updates) => {
      const update = updates.find(({ update: { status } }) => status === 0)
      if (update !== undefined) resolve(update.update.messageStubParameters)
    })
  })
  await bot.sock.sendMessage('12025550199@s.whatsapp.net', { text: 'anyone?' })
  expect(await failed).toEqual(['404'])
})

test('texts in other forms are read too', async () => {
  const { contact, bot } = await botAndContact()
  await bot.sock.sendMessage(CONTACT_JID, { text: 'see https://example.org', linkPreview: null })
  expect((await contact.received()).text).toBe('see https://example.org')
  await bot.sock.sendMessage(CONTACT_JID, {
    react: { text: '+', key: { remoteJid: CONTACT_JID, id: 'X', fromMe: false } },
  })
  await bot.sock.sendMessage(CONTACT_JID, { text: 'gone soon' }, { ephemeralExpiration: 86_400 })
  expect((await contact.received()).text).toBe('gone soon')
})

test('a message sent while the bot is offline comes once at its next login', async () => {
  const { emulator, phone, contact, bot, state } = await botAndContact()
  bot.end()
  await eventually(() => phone.linkedDevices().every((device) => !device.online), 'the bot is offline')
  await contact.send(NUMBER, 'first')
  await contact.send(NUMBER, 'second')

  const again = await online(emulator, state)
  const first = await again.message()
  expect(first.type).toBe('append')
  expect(textOf(first.message)).toBe('first')
  expect(textOf((await again.message()).message)).toBe('second')
  const told = emulator.stanzas.filter(({ node }) => childOf(node, 'offline_preview') !== undefined).at(-1)
  expect(childOf(told?.node, 'offline_preview')?.attrs).toMatchObject({ count: '2', message: '2' })
  await receiptsFor(emulator, 2)
  again.end()
  await eventually(() => phone.linkedDevices().every((device) => !device.online), 'the bot is offline again')

  const before = emulator.stanzas.length
  await online(emulator, state)
  const offline = emulator.stanzas.slice(before).find(({ node }) => childOf(node, 'offline') !== undefined)
  expect(childOf(offline?.node, 'offline')?.attrs).toEqual({ count: '0' })
})

/** Until so many of the contact's messages are confirmed. */
async function receiptsFor(
  emulator: {
    readonly stanzas: readonly {
      from: string
      node: { tag: string; attrs: Record<string, string> | Readonly<Record<string, string>> }
    }[]
  },
  count: number,
): Promise<void> {
  const confirmed = () =>
    emulator.stanzas.filter(
      ({ from, node }) => from === 'client' && node.tag === 'receipt' && node.attrs['to'] === CONTACT_JID,
    ).length
  await eventually(() => confirmed() >= count, `${count} receipts`)
}

test('a message that was not confirmed comes again at every login until it is', async () => {
  const { emulator, phone, contact, bot, jid, state } = await botAndContact()
  bot.end()
  await eventually(() => phone.linkedDevices().every((device) => !device.online), 'the bot is offline')
  await contact.send(NUMBER, 'hold on to this')

  for (let login = 0; login < 2; login++) {
    const raw = await openRaw(emulator, { login: jid, creds: state.creds })
    await raw.next(({ tag }) => tag === 'success')
    raw.send(node('iq', { to: 's.whatsapp.net', type: 'set', xmlns: 'passive', id: '1' }, [node('active')]))
    const message = await raw.next(({ tag }) => tag === 'message')
    expect(message.attrs).toMatchObject({ from: CONTACT_JID, offline: '0' })
    raw.close()
    await raw.closed
  }
  const again = await online(emulator, state)
  expect(textOf((await again.message()).message)).toBe('hold on to this')
})

test.each(['never answered', 'answered'])(
  'a bot that %s and lost its session asks again, and gets the text in a new one',
  async (before) => {
    const { emulator, contact, bot, state } = await botAndContact()
    await contact.send(NUMBER, 'first')
    await bot.message()
    if (before === 'answered') {
      await bot.sock.sendMessage(CONTACT_JID, { text: 'answer' })
      await contact.received()
    }
    const { lidMapping, jidToSignalProtocolAddress } = bot.sock.signalRepository
    const address = jidToSignalProtocolAddress((await lidMapping.getLIDForPN(CONTACT_JID)) ?? '')
    await state.keys.set({ session: { [address]: null } })

    await contact.send(NUMBER, 'second')
    let text = ''
    while (text === '') text = textOf((await bot.message()).message)
    expect(text).toBe('second')
    const asked = emulator.stanzas.filter(({ node }) => node.tag === 'receipt' && node.attrs['type'] === 'retry')
    expect(asked.length).toBeGreaterThan(0)
    await bot.sock.sendMessage(CONTACT_JID, { text: 'all well' })
    expect((await contact.received()).text).toBe('all well')
  },
)

test('a phone that lost the session asks the bot again, and reads the text in a new one', async () => {
  const { emulator, contact, bot, state } = await botAndContact()
  await bot.sock.sendMessage(CONTACT_JID, { text: 'first' })
  await contact.received()
  await contact.send(NUMBER, 'answer')
  await bot.message()
  // The bot's side of the session is turned back to where it was: its next message does not open on the phone.
  const { lidMapping, jidToSignalProtocolAddress } = bot.sock.signalRepository
  const address = jidToSignalProtocolAddress((await lidMapping.getLIDForPN(CONTACT_JID)) ?? '')
  const kept = structuredClone((await state.keys.get('session', [address]))[address])
  await bot.sock.sendMessage(CONTACT_JID, { text: 'second' })
  expect((await contact.received()).text).toBe('second')
  await state.keys.set({ session: { [address]: kept ?? null } })
  await bot.sock.sendMessage(CONTACT_JID, { text: 'third' })
  expect((await contact.received()).text).toBe('third')
  const asked = emulator.stanzas.filter(
    ({ from, node }) => from === 'server' && node.tag === 'receipt' && node.attrs['type'] === 'retry',
  )
  expect(asked.length).toBeGreaterThan(0)
})

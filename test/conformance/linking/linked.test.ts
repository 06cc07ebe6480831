import { Agent } from 'node:http'
import { expect, test } from 'vitest'
import { type Connection, connect } from '../../../src/index.ts'
import { NUMBER, setStage } from './stage.ts'

/** What contacts write; the account's own notices (app-state keys, history) are no texts. */
function textsHeardBy(bot: Connection): readonly string[] {
  const texts: string[] = []
  bot.on('socket', (socket) => {
    socket.ev.on('messages.upsert', ({ messages }) => {
      for (const { message } of messages) {
        const text = message?.conversation ?? message?.extendedTextMessage?.text
        if (typeof text === 'string') texts.push(text)
      }
    })
  })
  return texts
}

test('a typed code becomes a linked session that is online', async () => {
  const { phone, store, emulator, link } = await setStage()
  const { linking, event, types } = link({ device: { name: 'Acme Sales', browser: 'Chrome', os: 'Windows' } })
  const { code, number, expiresAt } = await event('code')
  expect(code).toMatch(/^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$/)
  expect(number).toBe(1)
  expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(180_000)
  expect(await linking.code()).toEqual({ code, expiresAt })
  const { jid } = await phone.enterCode(code)
  const linked = await linking.result
  expect(linked).toMatchObject({ session: 'sales', jid, deviceName: 'Acme Sales', platform: 'android' })
  expect(types()).toEqual(['connecting', 'code', 'confirming', 'paired', 'online'])
  expect(linking.state).toBe('online')
  expect(await store.get('sales')).toMatchObject({ state: 'linked', jid, deviceName: 'Acme Sales' })
  expect(emulator.logins.map((login) => login.jid)).toEqual([jid])
})

test('an agent carries the linking connection and the first login, unless the socket has its own', async () => {
  class CountingAgent extends Agent {
    asked = 0
    override createConnection(...given: Parameters<Agent['createConnection']>) {
      this.asked += 1
      return super.createConnection(...given)
    }
  }
  const { phone, link, store } = await setStage()
  const agent = new CountingAgent()
  const first = link({ agent })
  await phone.enterCode((await first.event('code')).code)
  await first.linking.result
  expect(agent.asked).toBe(2)
  await store.remove('sales')
  const own = new CountingAgent()
  const second = link({ agent, socket: { agent: own } })
  await phone.enterCode((await second.event('code')).code)
  await second.linking.result
  expect([agent.asked, own.asked]).toEqual([3, 1])
})

test('the phone is asked about a browser, and the list of devices shows the name', async () => {
  const { phone, link } = await setStage()
  const { linking, event } = link({ device: { name: 'Acme Sales', os: 'Windows' } })
  const { code } = await event('code')
  expect(await phone.prompted()).toEqual({ device: 'Chrome (Windows)' })
  await phone.enterCode(code)
  await linking.result
  expect(phone.linkedDevices()).toMatchObject([{ name: 'Acme Sales', online: true }])
})

test('the icon follows the chosen browser in both of its number spaces', async () => {
  for (const [browser, platform] of [
    ['Edge', /edge/i],
    ['Firefox', /firefox/i],
    ['Safari', /safari/i],
    ['Opera', /opera/i],
  ] as const) {
    const { phone, link } = await setStage()
    const { linking, event } = link({ device: { browser, os: 'Mac OS' } })
    const { code } = await event('code')
    expect(await phone.prompted()).toEqual({ device: `${browser} (Mac OS)` })
    await phone.enterCode(code)
    await linking.result
    expect(phone.linkedDevices()[0]?.platform).toMatch(platform)
  }
})

test('a QR code links without a number', async () => {
  const { phone, link, store } = await setStage()
  const { linking, event, types } = link({ phone: undefined })
  const { data } = await event('qr')
  expect(data).toMatch(/^https:\/\/wa\.me\/settings\/linked_devices#/)
  await expect(linking.code()).rejects.toMatchObject({ code: 'invalid-options' })
  const { jid } = await phone.scanQr(data)
  expect((await linking.result).jid).toBe(jid)
  expect(types()).toEqual(['connecting', 'qr', 'paired', 'online'])
  expect(await store.get('sales')).toMatchObject({ state: 'linked' })
})

test('a code and a QR code stand side by side, and either links', async () => {
  for (const way of ['code', 'qr'] as const) {
    const { phone, link } = await setStage()
    const { linking, event } = link({ qr: true })
    const [{ code }, { data }] = await Promise.all([event('code'), event('qr')])
    await (way === 'code' ? phone.enterCode(code) : phone.scanQr(data))
    await linking.result
    expect(phone.linkedDevices()).toHaveLength(1)
  }
})

test('who awaits a code of a session that becomes linked by QR is told so', async () => {
  const { phone, emulator, link } = await setStage()
  emulator.hold({ at: 'companion_hello' })
  const { linking, event } = link({ qr: true })
  const waiting = linking.code()
  const { data } = await event('qr')
  await phone.scanQr(data)
  await expect(waiting).rejects.toMatchObject({ code: 'session-exists' })
  await expect(linking.result).resolves.toMatchObject({ session: 'sales' })
})

test('a message sent between link and connect reaches the bot exactly once, and there is one login', async () => {
  const { phone, contact, emulator, store, clock, link } = await setStage()
  const { linking, event } = link()
  await phone.enterCode((await event('code')).code)
  await linking.result
  await contact.send(NUMBER, 'are you there?')
  const texts: string[] = []
  const bot = connect({ session: 'sales', store, clock, endpoint: emulator.endpoint })
  const heard = new Promise<void>((resolve) => {
    bot.on('socket', (socket) => {
      socket.ev.on('messages.upsert', async ({ messages }) => {
        for (const { key, message } of messages) {
          const text = message?.conversation ?? message?.extendedTextMessage?.text
          if (
            key.fromMe ||
            text === undefined ||
            text === null ||
            key.remoteJid === null ||
            key.remoteJid === undefined
          )
            continue
          texts.push(text)
          await socket.sendMessage(key.remoteJid, { text: `echo: ${text}` })
          resolve()
        }
      })
    })
  })
  await heard
  expect(await contact.received()).toEqual({
    from: expect.stringMatching(/^12025550123@/),
    text: 'echo: are you there?',
  })
  await contact.send(NUMBER, 'second')
  expect(await contact.received()).toMatchObject({ text: 'echo: second' })
  expect(texts).toEqual(['are you there?', 'second'])
  expect(emulator.logins).toHaveLength(1)
  await bot.close()
  expect(await bot.stopped).toBe('closed')
})

test('a socket that nobody adopts is let go after 30 s, and its messages come with the next login', async () => {
  const { phone, contact, emulator, store, clock, link } = await setStage()
  const { linking, event } = link()
  await phone.enterCode((await event('code')).code)
  await linking.result
  await contact.send(NUMBER, 'kept')
  await clock.advance(30_000)
  await expect.poll(() => phone.linkedDevices()[0]?.online).toBe(false)
  const bot = connect({ session: 'sales', store, clock, endpoint: emulator.endpoint })
  const texts = textsHeardBy(bot)
  await expect.poll(() => texts, { timeout: 20_000 }).toEqual(['kept'])
  expect(emulator.logins).toHaveLength(2)
  await bot.close()
})

test('a bot with socket options of its own gets a socket of its own, and hears what the first one kept', async () => {
  const { phone, contact, emulator, store, clock, link } = await setStage()
  const { linking, event } = link()
  await phone.enterCode((await event('code')).code)
  await linking.result
  await contact.send(NUMBER, 'kept')
  const bot = connect({
    session: 'sales',
    store,
    clock,
    endpoint: emulator.endpoint,
    socket: { markOnlineOnConnect: false },
  })
  const texts = textsHeardBy(bot)
  await expect.poll(() => texts, { timeout: 20_000 }).toEqual(['kept'])
  expect(emulator.logins).toHaveLength(2)
  await bot.close()
})

test('the server’s wish to restart is followed at once', async () => {
  const { phone, emulator, store, clock, link } = await setStage()
  const { linking, event } = link()
  await phone.enterCode((await event('code')).code)
  await linking.result
  const bot = connect({ session: 'sales', store, clock, endpoint: emulator.endpoint })
  await expect.poll(() => bot.state.name).toBe('online')
  const first = bot.socket
  emulator.streamError(515)
  await expect.poll(() => bot.socket !== first && bot.state.name).toBe('online')
  expect(emulator.logins).toHaveLength(2)
  await bot.close()
})

test('an unlinked device stops with its reason, and its credentials go to the archive', async () => {
  const { phone, emulator, store, clock, link } = await setStage()
  const { linking, event } = link()
  await phone.enterCode((await event('code')).code)
  const { jid } = await linking.result
  const bot = connect({ session: 'sales', store, clock, endpoint: emulator.endpoint })
  await expect.poll(() => bot.state.name).toBe('online')
  await phone.unlink(jid)
  expect(await bot.stopped).toBe('logged-out')
  expect(await store.get('sales')).toMatchObject({ state: 'logged-out' })
  expect(await store.list({ archived: true })).toMatchObject([{ session: 'sales' }])
})

test('logout unlinks on the phone and removes the session', async () => {
  const { phone, emulator, store, clock, link } = await setStage()
  const { linking, event } = link()
  await phone.enterCode((await event('code')).code)
  await linking.result
  const bot = connect({ session: 'sales', store, clock, endpoint: emulator.endpoint })
  await expect.poll(() => bot.state.name).toBe('online')
  await bot.logout()
  expect(phone.linkedDevices()).toEqual([])
  expect(await store.get('sales')).toBeUndefined()
})

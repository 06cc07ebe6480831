import { expect, test } from 'vitest'
import { CONTACT, CONTACT_JID, emulatorForTest, JID, linkByCode, NUMBER, online } from './steps.ts'
import { textOf } from './plain-baileys.ts'

test('a contact’s text reaches the bot, and the contact’s phone reads the bot’s answer', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  const contact = emulator.addPhone(CONTACT, { name: 'Ada' })
  const linked = await linkByCode(emulator, phone)
  const bot = await online(emulator, linked.bot.state)

  await contact.send(NUMBER, 'hello')
  const { message, type } = await bot.message()
  expect(type).toBe('notify')
  expect(message.pushName).toBe('Ada')
  expect(message.key.remoteJid).toBe(CONTACT_JID)
  expect(textOf(message)).toBe('hello')

  await bot.sock.sendMessage(message.key.remoteJid ?? '', { text: 'echo: hello' })
  expect(await contact.received()).toEqual({ from: JID, text: 'echo: hello' })
  expect(await phone.received()).toEqual({ from: CONTACT_JID, text: 'hello' })
  console.log(emulator.stanzas.map(s => `${s.from} ${s.node.tag} ${JSON.stringify(s.node.attrs)} ${Array.isArray(s.node.content) ? s.node.content.map((c: any) => c.tag).slice(0,8).join() : ''}`).join('\n'))
})

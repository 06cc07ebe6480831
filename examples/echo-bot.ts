// Links a number by code the first time, connects every other time, and repeats what people write to it.
//   PHONE="+1 202 555 0123" node examples/echo-bot.ts
import { connect, link } from 'paircode'
import { openStore } from 'paircode/store'

const { PHONE, PAIRCODE_STORE = 'sqlite:./sessions.db', PAIRCODE_ENDPOINT, PAIRCODE_ROOT_KEY = '' } = process.env
// Without an endpoint it is WhatsApp; `npx paircode emulator` prints one to try things with.
const rootKey = Buffer.from(PAIRCODE_ROOT_KEY, 'base64')
const where = PAIRCODE_ENDPOINT === undefined ? {} : { endpoint: { url: PAIRCODE_ENDPOINT, rootKey } }

const store = await openStore(PAIRCODE_STORE)
const linking = link({ session: 'echo', phone: PHONE, store, device: { name: 'Echo bot' }, ...where })
for await (const event of linking) {
  console.log(event.type)
  if (event.type === 'code') console.log(`Type ${event.code} before ${event.expiresAt.toLocaleTimeString()}`)
  if (event.type === 'retrying' || event.type === 'failed') console.log(event.error.advice)
}
await linking.result

const bot = connect({ session: 'echo', store, ...where })
bot.on('state', (state) => console.log(state.name))
bot.on('socket', (sock) => {
  sock.ev.on('messages.upsert', ({ messages }) => {
    for (const { key, message } of messages) {
      const text = message?.conversation ?? message?.extendedTextMessage?.text
      // In groups and status updates there is a participant: two bots there would never stop.
      if (!text || !key.remoteJid || key.fromMe || key.participant) continue
      sock.sendMessage(key.remoteJid, { text: `echo: ${text}` }).catch(console.error)
    }
  })
})

process.once('SIGINT', () => void bot.close())
console.log('stopped:', await bot.stopped)
await store.close()
process.exit() // timers of Baileys would keep the process for up to a minute

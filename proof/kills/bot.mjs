// The program that is killed: the README's ten lines, with an echo, one JSON line for each thing that happens, and one command
// on stdin: `spend <n>`, which takes all but n of its own one-time keys from the server, as so many new contacts would.
import { createInterface } from 'node:readline'
import { connect, link } from 'paircode'
import { openStore } from 'paircode/store'
import { crashPoint, say } from './crash-points.mjs'

const { STORE_URL, STORE_KEY, ENDPOINT_URL, ROOT_KEY, PHONE } = process.env
const key = STORE_KEY === undefined ? {} : { key: Buffer.from(STORE_KEY, 'base64') }
const endpoint = { url: ENDPOINT_URL, rootKey: Buffer.from(ROOT_KEY, 'base64') }
const session = 'sales'

process.on('uncaughtException', (error) => {
  say({ type: 'ended', code: error.code, status: error.status, message: error.message })
  process.exit(1)
})

const store = await openStore(STORE_URL, key)
const linking = link({ session, phone: PHONE, store, endpoint })
for await (const { type, code } of linking) say({ type, code })
await linking.result

crashPoint('before connect()')
const bot = connect({ session, store, endpoint })
bot.on('state', (state) => say({ type: 'state', name: state.name, reason: state.reason }))
bot.on('socket', (sock) =>
  sock.ev.on('messages.upsert', ({ messages }) => void Promise.all(messages.map((message) => echo(sock, message)))),
)
crashPoint('after connect()')
void bot.stopped.then((reason) => {
  say({ type: 'ended', code: reason, message: 'the connection stopped' })
  process.exit(1)
})

async function echo(sock, { key, message }) {
  const text = message?.conversation ?? message?.extendedTextMessage?.text
  if (key.fromMe || !text) return
  crashPoint('before echo')
  await sock.sendMessage(key.remoteJid, { text })
  crashPoint('after echo')
}

for await (const line of createInterface({ input: process.stdin })) {
  const [what, left] = line.split(' ')
  if (what === 'spend') say({ type: 'spent', count: await spend(bot.socket, Number(left)) })
}

async function spend(sock, left) {
  const ask = (content) =>
    sock.query({ tag: 'iq', attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'encrypt' }, content })
  const { content } = await ask([{ tag: 'count', attrs: {} }])
  const count = Number(content[0].attrs.value) - left
  if (count <= 0) return 0
  const jid = sock.authState.creds.me.id
  await ask([
    { tag: 'key', attrs: {}, content: Array.from({ length: count }, () => ({ tag: 'user', attrs: { jid } })) },
  ])
  return count
}

// For bots that keep their own Baileys socket: link() links, the store takes the place of useMultiFileAuthState.
//   PHONE="+1 202 555 0123" node examples/keep-your-own-baileys.ts
import { DisconnectReason, makeWASocket } from 'baileys'
import { link } from 'paircode'
import { openStore } from 'paircode/store'
import { pino } from 'pino'

const { PHONE, PAIRCODE_STORE = 'sqlite:./sessions.db', PAIRCODE_ENDPOINT, PAIRCODE_ROOT_KEY = '' } = process.env
const rootKey = Buffer.from(PAIRCODE_ROOT_KEY, 'base64')
const where = PAIRCODE_ENDPOINT === undefined ? {} : { endpoint: { url: PAIRCODE_ENDPOINT, rootKey } }
const url = PAIRCODE_ENDPOINT === undefined ? {} : { waWebSocketUrl: PAIRCODE_ENDPOINT }

const store = await openStore(PAIRCODE_STORE)
// firstLogin: false, because the socket below logs in. It has to do so at once: the phone is waiting.
const linking = link({ session: 'own', phone: PHONE, store, firstLogin: false, ...where })
for await (const event of linking) console.log(event.type, event.type === 'code' ? event.code : '')
await linking.result

const { state, saveCreds } = await store.authState('own')
start()

function start(): void {
  const sock = makeWASocket({ auth: state, logger: pino({ level: 'silent' }), ...url })
  sock.ev.on('creds.update', () => void saveCreds())
  sock.ev.on('messages.upsert', ({ messages }) => console.log('messages:', messages.length))
  sock.ev.on('connection.update', ({ connection, lastDisconnect }) => {
    if (connection === 'open') console.log('online')
    if (connection !== 'close') return
    const error = lastDisconnect?.error
    const status = error && 'output' in error ? (error.output as { statusCode: number }).statusCode : undefined
    const isOver = status === DisconnectReason.loggedOut || status === DisconnectReason.connectionReplaced
    console.log(isOver ? 'over' : 'reconnecting', status)
    if (!isOver) setTimeout(start, status === DisconnectReason.restartRequired ? 0 : 5_000)
  })
}

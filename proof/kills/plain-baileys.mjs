// The other side of the comparison: a bot on Baileys alone, in the form that most published ones have: credentials in a
// folder (useMultiFileAuthState), the code asked for at the first QR, a new socket whenever one closes without 401. The
// crash points are around each write of a file and each send; "inside" a write is between its two system calls: the file
// is open and empty, nothing is in it yet.
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import makeWASocket, { Browsers, DisconnectReason, useMultiFileAuthState } from 'baileys'
// Only because of the emulator: Baileys has no option for another root of trust.
import { WA_CERT_DETAILS } from 'baileys/lib/Defaults/index.js'
import pino from 'pino'
import { crashAtSends, crashPoint, say } from './crash-points.mjs'

const { FOLDER, ENDPOINT_URL, ROOT_KEY, PHONE } = process.env
WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(ROOT_KEY, 'base64')

/** As writeFile works, in steps. */
fs.writeFile = async (path, data) => {
  const what = String(path).endsWith('creds.json') ? 'creds.json' : 'a key'
  crashPoint(`before write of ${what}`)
  const file = await fs.open(path, 'w')
  crashPoint(`inside write of ${what}`)
  await file.write(data)
  await file.close()
  crashPoint(`after write of ${what}`)
}
syncBuiltinESMExports()

let asked = false
await start()

async function start() {
  const { state, saveCreds } = await useMultiFileAuthState(FOLDER)
  const sock = makeWASocket({
    auth: state,
    browser: Browsers.macOS('Chrome'),
    logger: pino({ level: 'silent' }),
    waWebSocketUrl: ENDPOINT_URL,
  })
  crashAtSends(sock.ws.socket, (count) => `send ${Math.min(count, 12)}${state.creds.account ? ' of a login' : ''}`)
  sock.ev.on('creds.update', saveCreds)
  sock.ev.on('connection.update', (update) => void follow(sock, update))
  sock.ev.on('messages.upsert', ({ messages }) => void Promise.all(messages.map((message) => echo(sock, message))))
}

async function follow(sock, { connection, lastDisconnect, qr }) {
  if (qr !== undefined && !asked && !sock.authState.creds.registered) {
    asked = true
    say({ type: 'code', code: await sock.requestPairingCode(PHONE.replace(/\D/g, '')) })
  }
  if (connection === 'open') say({ type: 'state', name: 'online' })
  if (connection !== 'close') return
  const status = lastDisconnect?.error?.output?.statusCode
  if (status !== DisconnectReason.loggedOut) return void start()
  say({ type: 'ended', status })
  process.exit(1)
}

async function echo(sock, { key, message }) {
  const text = message?.conversation ?? message?.extendedTextMessage?.text
  if (key.fromMe || !text) return
  crashPoint('before echo')
  await sock.sendMessage(key.remoteJid, { text })
  crashPoint('after echo')
}

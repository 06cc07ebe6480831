// The other side of the comparison: from the typed code to a bot that is online with Baileys alone, as published bots do it:
// keys in a folder, credentials saved on every update, a new socket at the restart (515) that follows pairing.
//
// One fresh process, one link. Asks for the code to be typed on stdout, {"code"}, is told on stdin when it was, and prints
// {"online"}: the moment, in ms since the epoch.
import { once } from 'node:events'
import makeWASocket, { Browsers, DisconnectReason, useMultiFileAuthState } from 'baileys'
// Only because of the emulator: Baileys has no option for another root of trust.
import { WA_CERT_DETAILS } from 'baileys/lib/Defaults/index.js'
import pino from 'pino'

const { URL_OF_EMULATOR, ROOT_KEY, PHONE, FOLDER } = process.env
WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(ROOT_KEY, 'base64')

const { state, saveCreds } = await useMultiFileAuthState(FOLDER)
let asked = false

function start() {
  const sock = makeWASocket({
    auth: state,
    browser: Browsers.macOS('Chrome'),
    logger: pino({ level: 'silent' }),
    waWebSocketUrl: URL_OF_EMULATOR,
  })
  sock.ev.on('creds.update', saveCreds)
  sock.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
    if (qr !== undefined && !asked) void ask(sock)
    if (connection === 'open') void finish()
    if (connection === 'close' && lastDisconnect?.error?.output?.statusCode === DisconnectReason.restartRequired)
      start()
  })
}

async function ask(sock) {
  asked = true
  const code = await sock.requestPairingCode(PHONE.replace(/\D/g, ''))
  process.stdout.write(`${JSON.stringify({ code })}\n`)
}

async function finish() {
  process.stdout.write(`${JSON.stringify({ online: Date.now() })}\n`)
  // Time to see that it stays: an answer that is still missing would end it.
  await once(process.stdin, 'data')
  process.exit(0)
}

start()

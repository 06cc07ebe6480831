// One socket of plain Baileys that has asked for a code: keys in a folder, the usual browser, the code asked for when the
// first QR shows that WhatsApp is ready.
import makeWASocket, { Browsers, useMultiFileAuthState } from 'baileys'
// Only because of the emulator: Baileys has no option for another root of trust.
import { WA_CERT_DETAILS } from 'baileys/lib/Defaults/index.js'
import pino from 'pino'

const { URL_OF_EMULATOR, ROOT_KEY } = process.env
WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(ROOT_KEY, 'base64')
const logger = pino({ level: 'silent' })

/** Resolves with the socket when `requestPairingCode` gave a code. */
export async function openWaitingSocket(folder, number) {
  const { state, saveCreds } = await useMultiFileAuthState(folder)
  const sock = makeWASocket({ auth: state, browser: Browsers.macOS('Chrome'), logger, waWebSocketUrl: URL_OF_EMULATOR })
  sock.ev.on('creds.update', saveCreds)
  let asked = false
  return new Promise((resolve, reject) => {
    sock.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
      if (connection === 'close') reject(lastDisconnect?.error ?? new Error('the socket closed'))
      if (qr === undefined || asked) return
      asked = true
      sock.requestPairingCode(number.replace(/\D/g, '')).then(() => resolve(sock), reject)
    })
  })
}

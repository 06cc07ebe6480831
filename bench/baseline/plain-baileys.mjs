// The other side of the comparison: linking by code with Baileys alone, in the form that most published bots have and that
// works with 7.0.0-rc14: keys in a folder (useMultiFileAuthState), the usual browser, the code asked for when the first
// QR shows that WhatsApp is ready. That is the quickest of the popular forms. Two others are left out, because comparing
// with them would flatter us: asking 3 s after the socket was made (a fixed wait), and asking at once (the socket is not
// open yet: "Connection Closed").
//
// One fresh process, one code. Prints one line of JSON, ms since the process began: {"loaded", "code"}.
// `code`: requestPairingCode resolved. It does not wait for WhatsApp's answer, so this is the time to a code that may
// have been refused.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import makeWASocket, { Browsers, useMultiFileAuthState } from 'baileys'
// Only because of the emulator: Baileys has no option for another root of trust.
import { WA_CERT_DETAILS } from 'baileys/lib/Defaults/index.js'
import pino from 'pino'

const loaded = performance.now()
const { URL_OF_EMULATOR, ROOT_KEY, PHONE } = process.env
WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(ROOT_KEY, 'base64')

const folder = await mkdtemp(join(tmpdir(), 'paircode-bench-'))
const { state, saveCreds } = await useMultiFileAuthState(folder)
const sock = makeWASocket({
  auth: state,
  browser: Browsers.macOS('Chrome'),
  logger: pino({ level: 'silent' }),
  waWebSocketUrl: URL_OF_EMULATOR,
})
sock.ev.on('creds.update', saveCreds)

let asked = false
sock.ev.on('connection.update', async ({ qr }) => {
  if (qr === undefined || asked || sock.authState.creds.registered) return
  asked = true
  await sock.requestPairingCode(PHONE.replace(/\D/g, ''))
  console.log(JSON.stringify({ loaded, code: performance.now() }))
  await rm(folder, { recursive: true, force: true })
  process.exit(0)
})

// Everything that is tried out: an emulator with two phones and their page, a server on a store in memory, a bot that echoes.
// Made of what the package exports, as anybody could.
import { randomBytes } from 'node:crypto'
import { startEmulator } from 'paircode/emulator'
import { createServer } from 'paircode/server'
import { openStore } from 'paircode/store'

/** Reserved for examples, like all of +1 202 555 01xx. */
const OWNER = { number: '+12025550123', name: 'Owner' }
const CONTACT = { number: '+12025550124', name: 'Ada' }
export const INVITATION = {
  session: 'demo',
  phone: OWNER.number,
  purpose: 'So that our bot can answer your customers',
  deviceName: 'Demo bot',
}

/** WhatsApp is asked three times at most for one code. */
const TRIES = 3

/** @param {{ refuse?: number | undefined }} wishes */
export async function openWorld({ refuse } = {}) {
  const emulator = await startEmulator()
  const phones = [OWNER, CONTACT].map(({ number, name }) => emulator.addPhone(number, { name }))
  if (refuse !== undefined) emulator.fail({ at: 'companion_hello', code: refuse, times: TRIES })
  const store = await openStore('memory:')
  const token = randomBytes(24).toString('base64url')
  const listeners = new Set()
  const say = (text) => {
    for (const listener of listeners) listener(text)
  }
  const server = await createServer({
    store,
    token,
    endpoint: emulator.endpoint,
    port: 0,
    graceMs: 0,
    operator: { name: 'Acme', contact: 'help@acme.example' },
    onSocket(socket, session) {
      socket.ev.on('connection.update', ({ connection }) => {
        if (connection === 'open') say(`✓ The bot is online: session ${session}.`)
      })
      echo(socket, say)
    },
  })
  const close = async () => {
    await server.close()
    await store.close()
    await emulator.stop()
  }
  try {
    const [{ url }, page] = await Promise.all([server.listen(), emulator.openPhonePage()])
    const ask = (path, init = {}) => callApi(`${url}/v1${path}`, token, init)
    return {
      server: url,
      phonePage: page.url,
      phones,
      token,
      ask,
      invite: async () => (await ask('/invitations', { method: 'POST', body: JSON.stringify(INVITATION) })).url,
      onTold: (listener) => listeners.add(listener),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function callApi(url, token, init) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(url, { ...init, headers })
  const body = await answer.json()
  if (answer.ok) return body
  throw new Error(`${body.detail}. ${body.advice}`)
}

/** Answers each text with the same text; not its own, no groups, nothing that came while it was offline. */
function echo(socket, say) {
  socket.ev.on('messages.upsert', async ({ type, messages }) => {
    if (type !== 'notify') return
    for (const { key, message } of messages) {
      const text = message?.conversation ?? message?.extendedTextMessage?.text
      if (!text || key.fromMe || !/@(s\.whatsapp\.net|lid)$/.test(key.remoteJid ?? '')) continue
      try {
        await socket.sendMessage(key.remoteJid, { text })
        say(`· The bot answers with an echo: ${text}`)
      } catch (error) {
        say(`✗ The bot could not answer: ${error.message}`)
      }
    }
  })
}

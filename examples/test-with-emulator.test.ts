// A bot's own test, with WhatsApp and three phones in the same process: no account, no network.
//   node --test --test-force-exit examples/test-with-emulator.test.ts
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connect, link, type WASocket } from 'paircode'
import { startEmulator } from 'paircode/emulator'
import { openStore } from 'paircode/store'

/** The bot under test. */
function pong(sock: WASocket): void {
  sock.ev.on('messages.upsert', ({ messages: [first] }) => {
    if (first?.message?.conversation === 'ping') void sock.sendMessage(first.key.remoteJid ?? '', { text: 'pong' })
  })
}

async function setUp(t: TestContext) {
  const [emulator, store] = await Promise.all([startEmulator(), openStore('memory:')])
  t.after(() => store.close().then(() => emulator.stop()))
  const phone = emulator.addPhone('+1 202 555 0123')
  const options = { session: 'test', store, endpoint: emulator.endpoint }
  return { emulator, phone, options, linking: () => link({ ...options, phone: '+1 202 555 0123' }) }
}

test('the bot answers a text', async (t) => {
  const { emulator, phone, options, linking } = await setUp(t)
  const attempt = linking()
  await phone.enterCode((await attempt.code()).code)
  await attempt.result
  connect(options).on('socket', pong)
  const ada = emulator.addPhone('+1 202 555 0147', { name: 'Ada' })
  await ada.send('+1 202 555 0123', 'ping')
  assert.equal((await ada.received()).text, 'pong')
})

test('a number that WhatsApp does not let link is told so', async (t) => {
  const { emulator, linking } = await setUp(t)
  emulator.fail({ at: 'companion_hello', code: 403 })
  await assert.rejects(linking().result, { code: 'forbidden', status: 403 })
})

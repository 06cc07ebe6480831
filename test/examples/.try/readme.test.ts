import { connect, link, type WASocket } from 'paircode'
import { startEmulator } from 'paircode/emulator'
import { openStore } from 'paircode/store'
import { expect, it, onTestFinished } from 'vitest'

const bot = (sock: WASocket) =>
  sock.ev.on('messages.upsert', ({ messages: [m] }) => {
    if (m?.message?.conversation === 'ping') void sock.sendMessage(m.key.remoteJid ?? '', { text: 'pong' })
  })

it('says pong', async () => {
  const emulator = await startEmulator()
  const options = { session: 'test', store: await openStore('memory:'), endpoint: emulator.endpoint }
  onTestFinished(() => options.store.close().then(() => emulator.stop()))
  const [phone, ada] = [emulator.addPhone('+1 202 555 0123'), emulator.addPhone('+1 202 555 0147')]
  const linking = link({ ...options, phone: '+1 202 555 0123' })
  await phone.enterCode((await linking.code()).code)
  await linking.result
  connect(options).on('socket', bot)
  await ada.send('+1 202 555 0123', 'ping')
  expect((await ada.received()).text).toBe('pong')
})

import { afterEach, expect, test } from 'vitest'
import { type LinkEvent, link, connect } from '../../src/index.ts'
import { type Emulator, startEmulator } from '../../src/emulator/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'

const PHONE = '+12025550123'
let emulator: Emulator
let store: Store

afterEach(async () => {
  await store?.close()
  await emulator?.stop()
})

test('a number becomes a linked session that is online', async () => {
  emulator = await startEmulator()
  store = await openStore('memory:')
  const phone = emulator.addPhone(PHONE)
  const linking = link({ session: 'sales', phone: PHONE, store, endpoint: emulator.endpoint, device: { name: 'Acme Sales' } })
  const events: LinkEvent[] = []
  for await (const event of linking) {
    events.push(event)
    if (event.type === 'code') void phone.enterCode(event.code).catch((error) => console.log('enterCode', error))
  }
  console.log(events.map((event) => event.type), events.at(-1))
  const linked = await linking.result
  expect(linked.deviceName).toBe('Acme Sales')
  expect(events.map((event) => event.type)).toEqual(['connecting', 'code', 'confirming', 'paired', 'online'])
  expect(phone.linkedDevices()).toMatchObject([{ name: 'Acme Sales', online: true }])
  const bot = connect({ session: 'sales', store, endpoint: emulator.endpoint })
  bot.on('state', (state) => console.log(state))
  await new Promise((resolve) => bot.on('socket', resolve))
  await bot.close()
})

// logout() against the emulator: the phone's list of devices, the store, and the bot's own end.
import { expect, onTestFinished, test } from 'vitest'
import { type LinkedSession, linkSession } from './linked-session.ts'

async function scene(): Promise<LinkedSession> {
  const linked = await linkSession()
  onTestFinished(() => linked.stop())
  return linked
}

test('online: WhatsApp lets go of the device, then nothing of it is stored', async () => {
  const { connect, phone, store, jid, emulator } = await scene()
  const { connection, reaches, states } = connect()
  await reaches('online')
  expect(phone.linkedDevices()).toMatchObject([{ jid }])
  await Promise.all([connection.logout(), connection.logout()])
  expect(phone.linkedDevices()).toEqual([])
  expect(await store.get('sales')).toBeUndefined()
  expect(await connection.stopped).toBe('logged-out')
  expect(states).toEqual(['online', 'stopped logged-out'])
  const logins = emulator.logins.length
  await connection.logout()
  expect(emulator.logins).toHaveLength(logins)
}, 60_000)

test('asked before it is online, or while it waits: comes online first', async () => {
  for (const when of ['connecting', 'waiting']) {
    const { connect, phone, store, emulator } = await scene()
    if (when === 'waiting') emulator.fail({ at: 'login', code: 503 })
    const { connection, reaches, states } = connect()
    await reaches(when)
    await connection.logout()
    expect(phone.linkedDevices()).toEqual([])
    expect(await store.get('sales')).toBeUndefined()
    expect(states).toEqual([...(when === 'waiting' ? ['waiting', 'connecting'] : []), 'online', 'stopped logged-out'])
  }
}, 60_000)

test('after the phone unlinked it: what is stored is removed', async () => {
  const { connect, phone, store, jid } = await scene()
  const { connection, reaches } = connect()
  await reaches('online')
  await phone.unlink(jid)
  expect(await connection.stopped).toBe('logged-out')
  await connection.logout()
  expect(await store.get('sales')).toBeUndefined()
}, 60_000)

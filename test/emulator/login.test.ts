import { initAuthCreds } from 'baileys'
import { expect, test } from 'vitest'
import { bytesOf, childOf, childrenOf, type Node, node } from '../../src/wire/nodes.ts'
import { type Bot, memoryState, startBot, statusOf } from './plain-baileys.ts'
import { openRaw, type RawCompanion } from './raw-companion.ts'
import { CONTACT, CONTACT_JID, emulatorForTest, eventually, JID, linkByCode, NUMBER, online, PATIENT } from './steps.ts'

/** A login by hand, let in, with the keys of a linked bot. */
async function rawLogin(
  emulator: Awaited<ReturnType<typeof emulatorForTest>>,
  jid: string,
  creds: Bot['state']['creds'],
): Promise<RawCompanion> {
  const raw = await openRaw(emulator, { login: jid, creds })
  await raw.next(({ tag }) => tag === 'success')
  return raw
}

async function linked() {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER, { name: 'Owner' })
  const { bot, jid } = await linkByCode(emulator, phone)
  return { emulator, phone, jid, state: bot.state }
}

test('a device that was never linked is refused with 401', async () => {
  const emulator = await emulatorForTest()
  emulator.addPhone(NUMBER)
  const state = memoryState()
  state.creds.me = { id: '12025550123:7@s.whatsapp.net' }
  const closed = await startBot(emulator, state).until((update) => update.connection === 'close')
  expect(statusOf(closed)).toBe(401)
  expect(emulator.logins).toEqual([])
})

test('a linked device with another Noise key is refused with 401', async () => {
  const { emulator, jid } = await linked()
  const raw = await openRaw(emulator, { login: jid, creds: initAuthCreds() })
  const failure = await raw.next(({ tag }) => tag === 'failure')
  expect(failure.attrs['reason']).toBe('401')
  await raw.closed
})

test('an unlinked device is told while it is connected, and refused afterwards', async () => {
  const { emulator, phone, jid, state } = await linked()
  const bot = await online(emulator, state)
  await phone.unlink(jid)
  const closed = await bot.until((update) => update.connection === 'close')
  expect(statusOf(closed)).toBe(401)
  const told = emulator.stanzas.find(({ node }) => node.tag === 'stream:error' && node.attrs['code'] === '401')
  expect(childOf(told?.node, 'conflict')?.attrs).toEqual({ type: 'device_removed' })
  expect(phone.linkedDevices()).toEqual([])
  const again = startBot(emulator, state)
  expect(statusOf(await again.until((update) => update.connection === 'close'))).toBe(401)
  await expect(phone.unlink(jid)).rejects.toThrow(RangeError)
})

test('a device that logs out is unlinked', async () => {
  const { emulator, phone, state } = await linked()
  const bot = await online(emulator, state)
  await bot.sock.logout()
  await eventually(() => phone.linkedDevices().length === 0, 'the phone lists no device')
})

test('a device may not remove another', async () => {
  const { emulator, jid, state } = await linked()
  const raw = await rawLogin(emulator, jid, state.creds)
  const remove = node('remove-companion-device', { jid: '12025550123:9@s.whatsapp.net', reason: 'user_initiated' })
  const answer = await raw.ask({ xmlns: 'md' }, [remove])
  expect(childOf(answer, 'error')?.attrs['code']).toBe('401')
})

test('of two logins of one device the first is told that it was replaced', async () => {
  const { emulator, state, jid } = await linked()
  const first = await online(emulator, state)
  await online(emulator, state)
  expect(statusOf(await first.until((update) => update.connection === 'close'))).toBe(440)
  expect(emulator.logins.map((login) => login.jid)).toEqual([jid, jid])
})

test('every kind of query gets an answer, an unknown one 501', async () => {
  const { emulator, jid, state } = await linked()
  const raw = await rawLogin(emulator, jid, state.creds)
  const known: [string, string, ReturnType<typeof node>[]][] = [
    ['encrypt', 'get', [node('count')]],
    ['abt', 'get', [node('props', { protocol: '1' })]],
    ['blocklist', 'get', []],
    ['privacy', 'get', [node('privacy')]],
    ['privacy', 'set', [node('tokens')]],
    ['passive', 'set', [node('passive')]],
    ['w:p', 'get', []],
    ['urn:xmpp:whatsapp:dirty', 'set', [node('clean', { type: 'account_sync' })]],
    ['urn:xmpp:whatsapp:push', 'set', [node('config')]],
    ['w:m', 'set', [node('media_conn')]],
    ['w:g2', 'get', [node('participating')]],
    ['w:biz', 'get', [node('business_profile')]],
    ['w:stats', 'set', [node('add', { t: '1' }, Uint8Array.of(1))]],
    ['w:sync:app:state', 'set', [node('sync', {}, [node('collection', { name: 'regular', version: '0' })])]],
    ['w:mex', 'get', [node('query', { query_id: '1' }, Buffer.from('{}'))]],
    ['disappearing_mode', 'set', [node('disappearing_mode', { duration: '86400' })]],
    ['status', 'set', [node('status', {}, Buffer.from('busy'))]],
  ]
  for (const [xmlns, type, content] of known)
    expect([xmlns, (await raw.ask({ xmlns, type }, content)).attrs['type']]).toEqual([xmlns, 'result'])
  const unknown = await raw.ask({ xmlns: 'fb:thrift_iq', type: 'get' }, [node('request')])
  expect(childOf(unknown, 'error')?.attrs).toEqual({ code: '501', text: 'feature-not-implemented' })
  expect(
    childOf(await raw.ask({ xmlns: 'w:profile:picture', type: 'get' }, [node('picture')]), 'error')?.attrs['code'],
  ).toBe('404')
})

test('plain Baileys’ own queries are answered', async () => {
  const { emulator, state } = await linked()
  emulator.addPhone(CONTACT)
  const { sock } = await online(emulator, state)
  expect(await sock.fetchBlocklist()).toEqual([])
  expect(await sock.fetchPrivacySettings(true)).toMatchObject({ readreceipts: 'all' })
  expect(await sock.groupFetchAllParticipating()).toEqual({})
  expect(await sock.onWhatsApp('12025550199')).toEqual([])
  expect(await sock.fetchAccountReachoutTimelock()).toMatchObject({ isActive: false })
  await expect(sock.profilePictureUrl(CONTACT_JID)).rejects.toThrow('item-not-found')
  expect(await sock.getBusinessProfile(CONTACT_JID)).toBeUndefined()
  await sock.updateProfileStatus('at work')
  expect(await sock.fetchStatus(JID)).toMatchObject([{ status: { status: 'at work' } }])
  await sock.updateDefaultDisappearingMode(604_800)
  expect(await sock.fetchDisappearingDuration(JID)).toMatchObject([{ disappearing_mode: { duration: 604_800 } }])
  await sock.updateReadReceiptsPrivacy('none')
  expect(await sock.fetchPrivacySettings(true)).toMatchObject({ readreceipts: 'none' })
  await sock.onWhatsApp(CONTACT)
  await sock.updateBlockStatus(CONTACT_JID, 'block')
  expect(await sock.fetchBlocklist()).toEqual([await sock.signalRepository.lidMapping.getLIDForPN(CONTACT_JID)])
  await sock.updateBlockStatus(CONTACT_JID, 'unblock')
  expect(await sock.fetchBlocklist()).toEqual([])
  await sock.rejectCall('CALL', CONTACT_JID)
  await sock.rotateSignedPreKey()
  await sock.digestKeyBundle()
})

test('pre-keys are counted, handed out once, and asked for when they run low', async () => {
  const { emulator, jid, state } = await linked()
  const bot = await online(emulator, state)
  const uploaded = emulator.stanzas.find(
    ({ from, node }) => from === 'client' && childOf(node, 'list') && node.attrs['xmlns'] === 'encrypt',
  )
  expect(childrenOf(childOf(uploaded?.node, 'list'))).toHaveLength(812)
  bot.end()

  const raw = await rawLogin(emulator, jid, state.creds)
  const count = async () =>
    Number(childOf(await raw.ask({ xmlns: 'encrypt', type: 'get' }, [node('count')]), 'count')?.attrs['value'])
  /** Ids of the one-time keys in so many bundles; empty for a bundle without one. */
  const take = async (many: number): Promise<readonly string[]> => {
    const users = Array.from({ length: many }, () => node('user', { jid }))
    const answer = await raw.ask({ xmlns: 'encrypt', type: 'get' }, [node('key', {}, users)])
    return childrenOf(childOf(answer, 'list')).map((user) => {
      const id = bytesOf(childOf(childOf(user, 'key'), 'id'))
      return id === undefined ? '' : Buffer.from(id).toString('hex')
    })
  }
  // The phone has used one up for its own first message.
  expect(await count()).toBe(811)
  const ids = [...(await take(400)), ...(await take(406))]
  expect(new Set(ids).size).toBe(806)
  expect(await count()).toBe(5)
  expect(await take(1)).toEqual(['000328'])
  const low = await raw.next((stanza) => stanza.tag === 'notification' && stanza.attrs['type'] === 'encrypt')
  expect(childOf(low, 'count')?.attrs).toEqual({ value: '4' })
  expect(await take(5)).toEqual(['000329', '00032a', '00032b', '00032c', ''])
  const unknown = await raw.ask({ xmlns: 'encrypt', type: 'get' }, [
    node('key', {}, [node('user', { jid: '12025550199@s.whatsapp.net' })]),
  ])
  expect(childOf(childrenOf(childOf(unknown, 'list'))[0], 'error')?.attrs['code']).toBe('404')
})

test('keys of another identity, or with a wrong signature, are not taken', async () => {
  const { emulator, jid, state } = await linked()
  const raw = await rawLogin(emulator, jid, state.creds)
  const { signedPreKey, signedIdentityKey } = state.creds
  const skey = (signature: Uint8Array) =>
    node('skey', {}, [
      node('id', {}, Uint8Array.of(0, 0, 1)),
      node('value', {}, signedPreKey.keyPair.public),
      node('signature', {}, signature),
    ])
  const upload = (identity: Uint8Array, signature: Uint8Array) =>
    raw.ask({ xmlns: 'encrypt' }, [
      node('registration', {}, Uint8Array.of(0, 0, 0, 1)),
      node('type', {}, Uint8Array.of(5)),
      node('identity', {}, identity),
      node('list', {}, []),
      skey(signature),
    ])
  const forged = Uint8Array.from(signedPreKey.signature, (byte, at) => (at === 0 ? byte ^ 1 : byte))
  expect((await upload(signedIdentityKey.public, signedPreKey.signature)).attrs['type']).toBe('result')
  expect(childOf(await upload(signedIdentityKey.public, forged), 'error')?.attrs['code']).toBe('406')
  expect(childOf(await upload(state.creds.noiseKey.public, signedPreKey.signature), 'error')?.attrs['code']).toBe('406')
  const rotated = await raw.ask({ xmlns: 'encrypt' }, [node('rotate', {}, [skey(forged)])])
  expect(childOf(rotated, 'error')?.attrs['code']).toBe('406')
})

test('app state that one device changes is synced by another', async () => {
  const { emulator, phone, state } = await linked()
  const second = (await linkByCode(emulator, phone)).bot.state
  const one = await online(emulator, state)
  const other = await online(emulator, second)
  await expect
    .poll(() => [one, other].every(({ state: { creds } }) => creds.myAppStateKeyId !== undefined), PATIENT)
    .toBe(true)
  const synced = () =>
    emulator.stanzas.filter(({ node }) => node.tag === 'notification' && node.attrs['type'] === 'server_sync')
  const changed = new Promise((resolve) => other.sock.ev.on('chats.update', (updates) => resolve(updates)))
  await one.sock.chatModify({ pin: true }, CONTACT_JID)
  expect(await changed).toMatchObject([{ id: CONTACT_JID, pinned: expect.any(Number) }])
  await other.sock.chatModify({ pin: false }, CONTACT_JID)
  await expect.poll(() => synced().length, PATIENT).toBe(2)
})

test('a patch that is not based on the newest version is a conflict', async () => {
  const { emulator, jid, state } = await linked()
  const raw = await rawLogin(emulator, jid, state.creds)
  const patch = (version: string) =>
    raw.ask({ xmlns: 'w:sync:app:state' }, [
      node('sync', {}, [node('collection', { name: 'regular', version }, [node('patch', {}, Uint8Array.of(0x2a, 0))])]),
    ])
  const collectionOf = (answer: Node) => childOf(childOf(answer, 'sync'), 'collection')
  expect(collectionOf(await patch('0'))?.attrs).toEqual({ name: 'regular', version: '1' })
  const conflict = collectionOf(await patch('0'))
  expect(conflict?.attrs).toEqual({ name: 'regular', version: '1', type: 'error' })
  expect(childOf(conflict, 'error')?.attrs['code']).toBe('409')
})

test('presence and typing go between bots', async () => {
  const { emulator, state } = await linked()
  const contact = emulator.addPhone(CONTACT)
  const one = await online(emulator, state)
  const other = await online(emulator, (await linkByCode(emulator, contact, CONTACT)).bot.state)
  const seen: string[] = []
  one.sock.ev.on('presence.update', ({ id, presences }) => {
    for (const presence of Object.values(presences)) seen.push(`${id} ${presence.lastKnownPresence}`)
  })
  await one.sock.presenceSubscribe(CONTACT_JID)
  await expect.poll(() => seen, PATIENT).toEqual([`${CONTACT_JID} available`])
  await other.sock.sendPresenceUpdate('composing', JID)
  await expect.poll(() => seen.at(-1), PATIENT).toBe(`${CONTACT_JID} composing`)
  other.end()
  await expect.poll(() => seen.at(-1), PATIENT).toBe(`${CONTACT_JID} unavailable`)
})

test('those who correspond with an account learn of a new device', async () => {
  const { emulator, phone, state } = await linked()
  const contact = emulator.addPhone(CONTACT)
  const bot = await online(emulator, state)
  const raw = (await linkByCode(emulator, contact, CONTACT)).bot
  await bot.sock.sendMessage(CONTACT_JID, { text: 'hello' })
  await contact.received()
  await linkByCode(emulator, contact, CONTACT)
  const told = () =>
    emulator.stanzas
      .filter(({ node }) => node.attrs['type'] === 'devices' && node.attrs['from'] === CONTACT_JID)
      .map(({ node }) => childOf(node, 'add'))
  await expect.poll(() => told().length, PATIENT).toBe(1)
  expect(childrenOf(told()[0])[0]?.attrs['jid']).toBe('12025550147:2@s.whatsapp.net')
  expect(raw.state.creds.me?.id).toBe('12025550147:1@s.whatsapp.net')
  expect(phone.linkedDevices()).toHaveLength(1)
})

test('a silent connection is pinged', async () => {
  const { emulator, jid, state } = await linked()
  const raw = await rawLogin(emulator, jid, state.creds)
  await emulator.advance(61_000)
  await emulator.advance(60_000)
  const ping = await raw.next(({ attrs }) => attrs['xmlns'] === 'urn:xmpp:ping')
  expect(ping).toMatchObject({ tag: 'iq', attrs: { type: 'get', from: 's.whatsapp.net' } })
  raw.send(node('iq', { type: 'result', to: 's.whatsapp.net', id: ping.attrs['id'] ?? '' }))
  expect((await raw.ask({ xmlns: 'w:p', type: 'get' }, [])).attrs['type']).toBe('result')
})

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type AuthenticationState, addTransactionCapability, proto, type SignalDataTypeMap } from 'baileys'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { silentLogger } from '../../../src/lib/logger.ts'
import type { Store } from '../../../src/store/contract.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { fakeClock } from '../../store/fake-clock.ts'
import { JID, LID, newlyLinked, preKeys, signedCredentials, signedParts } from '../../store/samples.ts'
import { type Place, temporaryFolder } from './place.ts'

type AnyType = keyof SignalDataTypeMap

/** One store with one linked session, in use. */
async function linkedState(
  place: Place,
): Promise<{ store: Store; state: AuthenticationState; saveCreds(): Promise<void> }> {
  const store = await place.open({ clock: fakeClock() })
  await internalsOf(store).saveLinked(await newlyLinked())
  return { store, ...(await store.authState('sales')) }
}

async function keysAgain(store: Store): Promise<AuthenticationState['keys']> {
  return (await store.authState('sales')).state.keys
}

export function authStateBehaviour(makePlace: () => Promise<Place>): void {
  it('get returns only what exists', async () => {
    const { state } = await linkedState(await makePlace())
    await state.keys.set({ session: { 'a.0': Buffer.from('1') } })
    const found = await state.keys.get('session', ['a.0', 'b.0'])
    expect(found).toStrictEqual({ 'a.0': Buffer.from('1') })
    expect('b.0' in found).toBe(false)
  })

  it('every type of Baileys’ keys comes back as it was', async () => {
    const { store, state } = await linkedState(await makePlace())
    const pair = preKeys(1)[0]?.keyPair ?? { public: Buffer.alloc(32), private: Buffer.alloc(32) }
    const values: { [T in AnyType]: SignalDataTypeMap[T] } = {
      'pre-key': { public: Buffer.from(pair.public), private: Buffer.from(pair.private) },
      session: Buffer.from('a session record'),
      'sender-key': Buffer.from('a sender key'),
      'sender-key-memory': { 'x@g.us': true, 'y@g.us': false },
      'app-state-sync-key': proto.Message.AppStateSyncKeyData.fromObject({
        keyData: Buffer.alloc(32, 9),
        fingerprint: { rawId: 1, currentIndex: 2, deviceIndexes: [0, 1] },
        timestamp: 1_700_000_000,
      }),
      'app-state-sync-version': {
        version: 3,
        hash: Buffer.alloc(128, 1),
        indexValueMap: { 'aW5kZXg=': { valueMac: Buffer.alloc(32, 2) } },
      },
      'lid-mapping': '987654321098765',
      'device-list': ['0', '7'],
      tctoken: { token: Buffer.from('token'), timestamp: '1700000000' },
      'identity-key': Buffer.alloc(33, 5),
    }
    for (const [type, value] of Object.entries(values)) await state.keys.set({ [type]: { 'an id': value } })
    const again = await keysAgain(store)
    for (const [type, value] of Object.entries(values))
      expect(await again.get(type as AnyType, ['an id'])).toEqual({ 'an id': value })
  })

  it('an app-state key is of its protobuf class, whether it was set as one or as what is in it, and stays so', async () => {
    const { store, state } = await linkedState(await makePlace())
    const { AppStateSyncKeyData } = proto.Message
    const plain = {
      keyData: Buffer.alloc(32, 9),
      fingerprint: { rawId: 1, deviceIndexes: [0] },
      timestamp: 1_700_000_000,
    }
    await state.keys.set({ 'app-state-sync-key': { AA: plain, BB: AppStateSyncKeyData.fromObject(plain) } })
    const first = await state.keys.get('app-state-sync-key', ['AA', 'BB', 'CC'])
    await state.keys.set({ 'app-state-sync-key': { CC: first['AA'] ?? null } })
    const again = await (await keysAgain(store)).get('app-state-sync-key', ['AA', 'BB', 'CC'])
    expect(Object.keys(again)).toEqual(['AA', 'BB', 'CC'])
    const wire = AppStateSyncKeyData.encode(AppStateSyncKeyData.fromObject(plain)).finish()
    for (const key of Object.values(again)) {
      expect(key).toBeInstanceOf(AppStateSyncKeyData)
      expect(AppStateSyncKeyData.encode(key).finish()).toEqual(wire)
    }
  })

  it('a type that nobody knows survives as well', async () => {
    const { store, state } = await linkedState(await makePlace())
    const invented = { nested: [{ bytes: Buffer.from([1, 2]), text: '=b not bytes' }], 'an id with : and /': null }
    await state.keys.set({ 'invented-type': { 'a/b:c\0d': invented } } as never)
    expect(await (await keysAgain(store)).get('invented-type' as AnyType, ['a/b:c\0d'])).toEqual({
      'a/b:c\0d': invented,
    })
  })

  it('ids that file names confuse are kept apart, and odd ones are ids like any other', async () => {
    const { state } = await linkedState(await makePlace())
    const ids = ['a/b', 'a__b', 'a:b', 'a-b', '', '__proto__', 'constructor', 'é', 'e\u0301', '1', '01']
    const values = Object.fromEntries(ids.map((id, index) => [id, `value ${index}`]))
    Object.defineProperty(values, '__proto__', { value: 'proto', enumerable: true })
    for (const type of ['lid-mapping', 'pre-key'] as const) {
      await state.keys.set({ [type]: values } as never)
      const found = await state.keys.get(type, ids)
      expect(Object.keys(found).sort()).toEqual([...ids].sort())
      expect(Object.getOwnPropertyDescriptor(found, '__proto__')?.value).toBe('proto')
      expect(found['a/b']).toBe('value 0')
    }
  })

  it('null and undefined delete', async () => {
    const { store, state } = await linkedState(await makePlace())
    await state.keys.set({ session: { a: Buffer.of(1), b: Buffer.of(2), c: Buffer.of(3) } })
    await state.keys.set({ session: { a: null, b: undefined as never, d: null } })
    expect(await (await keysAgain(store)).get('session', ['a', 'b', 'c', 'd'])).toEqual({ c: Buffer.of(3) })
  })

  it('empty and falsy values are values', async () => {
    const { store, state } = await linkedState(await makePlace())
    const values = { text: '', list: [], nothing: Buffer.alloc(0), no: false, zero: 0 }
    await state.keys.set({ invented: values } as never)
    expect(await (await keysAgain(store)).get('invented' as AnyType, Object.keys(values))).toEqual(values)
  })

  it('a get after a set that nobody waited for sees it', async () => {
    const { state } = await linkedState(await makePlace())
    const writes = [
      state.keys.set({ session: { a: Buffer.from('1'), b: Buffer.from('1') } }),
      state.keys.set({ session: { a: Buffer.from('2') } }),
      state.keys.set({ session: { b: null }, 'pre-key': { 3: null } }),
    ]
    expect(await state.keys.get('session', ['a', 'b'])).toEqual({ a: Buffer.from('2') })
    expect(Object.keys(await state.keys.get('pre-key', ['2', '3']))).toEqual(['2'])
    await Promise.all(writes)
    expect(await state.keys.get('session', ['a', 'b'])).toEqual({ a: Buffer.from('2') })
    expect(Object.keys(await state.keys.get('pre-key', ['2', '3']))).toEqual(['2'])
  })

  it('another authState of the same session sees writes on their way', async () => {
    const { store, state, saveCreds } = await linkedState(await makePlace())
    state.creds.accountSyncCounter = 5
    const writes = [saveCreds(), state.keys.set({ session: { a: Buffer.from('1') } })]
    const again = await store.authState('sales')
    expect(again.state.creds.accountSyncCounter).toBe(5)
    expect(await again.state.keys.get('session', ['a'])).toEqual({ a: Buffer.from('1') })
    await Promise.all(writes)
  })

  it('writes of one session are kept in the order of their calls', async () => {
    const { store, state } = await linkedState(await makePlace())
    const many = Object.fromEntries(preKeys(300, 1_000).map(({ id }) => [id, Buffer.from('first')]))
    await Promise.all([
      state.keys.set({ session: many }),
      state.keys.set({ session: { 1000: Buffer.from('second'), 1299: null } }),
    ])
    const found = await (await keysAgain(store)).get('session', ['1000', '1001', '1299'])
    expect(found).toEqual({ 1000: Buffer.from('second'), 1001: Buffer.from('first') })
  })

  it('a value is stored as it was at the call, whatever happens to the object afterwards', async () => {
    const { state, store } = await linkedState(await makePlace())
    const bytes = Buffer.from('before')
    const memory = { 'x@g.us': true }
    const written = state.keys.set({ session: { a: bytes }, 'sender-key-memory': { g: memory } })
    bytes.fill(0)
    memory['x@g.us'] = false
    expect(await state.keys.get('session', ['a'])).toEqual({ a: Buffer.from('before') })
    await written
    expect(await (await keysAgain(store)).get('sender-key-memory', ['g'])).toEqual({ g: { 'x@g.us': true } })
  })

  it('what get returns can be changed without changing the store', async () => {
    const { state } = await linkedState(await makePlace())
    const written = state.keys.set({ session: { a: Buffer.from('kept') } })
    const first = await state.keys.get('session', ['a'])
    first['a']?.fill(0)
    expect(await state.keys.get('session', ['a'])).toEqual({ a: Buffer.from('kept') })
    await written
    const second = await state.keys.get('session', ['a'])
    second['a']?.fill(0)
    expect(await state.keys.get('session', ['a'])).toEqual({ a: Buffer.from('kept') })
  })

  it('a pre-key of the link is used up once: deleted, it stays deleted; written anew, the new one counts', async () => {
    const { store, state } = await linkedState(await makePlace())
    const anew = preKeys(1)[0]?.keyPair ?? { public: Buffer.alloc(32), private: Buffer.alloc(32) }
    await state.keys.set({ 'pre-key': { 1: null, 2: null, 3: null, 31: null } })
    await state.keys.set({ 'pre-key': { 3: anew } })
    const keys = await keysAgain(store)
    expect(Object.keys(await keys.get('pre-key', ['1', '2', '3', '4', '31']))).toEqual(['3', '4'])
    expect(await keys.get('pre-key', ['3'])).toEqual({
      3: { public: Buffer.from(anew.public), private: Buffer.from(anew.private) },
    })
  })

  it('clear removes all keys, also those on their way, and keeps the credentials', async () => {
    const { store, state } = await linkedState(await makePlace())
    await state.keys.set({ session: { a: Buffer.from('1') } })
    const writes = [
      state.keys.set({ session: { b: Buffer.from('2') } }),
      state.keys.clear?.(),
      state.keys.set({ session: { c: Buffer.from('3') } }),
    ]
    expect(await state.keys.get('session', ['a', 'b', 'c'])).toEqual({ c: Buffer.from('3') })
    expect(await state.keys.get('pre-key', ['1'])).toEqual({})
    await Promise.all(writes)
    const again = await store.authState('sales')
    expect(await again.state.keys.get('session', ['a', 'b', 'c'])).toEqual({ c: Buffer.from('3') })
    expect(await again.state.keys.get('pre-key', ['1'])).toEqual({})
    expect(again.state.creds.me?.id).toBe(JID)
  })

  it('a value that cannot be stored is refused, and nothing of the same set is written', async () => {
    const { state } = await linkedState(await makePlace())
    await expect(state.keys.set({ session: { a: Buffer.of(1) }, invented: { b: 1n } } as never)).rejects.toThrow(
      TypeError,
    )
    expect(await state.keys.get('session', ['a'])).toEqual({})
  })

  it('812 pre-keys written one by one come back, and each can be used up', async () => {
    const { store, state } = await linkedState(await makePlace())
    const keys = preKeys(812, 100)
    await state.keys.set({ 'pre-key': Object.fromEntries(keys.map(({ id, keyPair }) => [id, keyPair])) })
    const found = await (await keysAgain(store)).get(
      'pre-key',
      keys.map(({ id }) => String(id)),
    )
    expect(Object.keys(found)).toHaveLength(812)
    await state.keys.set({ 'pre-key': Object.fromEntries(keys.map(({ id }) => [id, null])) })
    expect(
      await state.keys.get(
        'pre-key',
        keys.map(({ id }) => String(id)),
      ),
    ).toEqual({})
  })

  it('pre-keys in any order and number are what a plain map would hold, and so they are exported', async () => {
    const place = await makePlace()
    const change = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ first: fc.integer({ min: 0, max: 200 }), count: fc.integer({ min: 1, max: 140 }) }),
      },
      {
        weight: 6,
        arbitrary: fc.record({ usedUp: fc.uniqueArray(fc.integer({ min: 0, max: 330 }), { maxLength: 40 }) }),
      },
      { weight: 1, arbitrary: fc.constant('clear' as const) },
    )
    const schedule = fc.array(fc.tuple(change, fc.boolean()), { minLength: 1, maxLength: 12 })
    const store = await place.open({ clock: fakeClock() })
    let session = 0
    await fc.assert(
      fc.asyncProperty(schedule, async (changes) => {
        const name = `bot-${session++}`
        const linked = await newlyLinked()
        await internalsOf(store).saveLinked({ ...linked, session: name })
        const { keys } = (await store.authState(name)).state
        const all = Array.from({ length: 341 }, (_, id) => String(id))
        const model = new Map<string, unknown>(Object.entries(await keys.get('pre-key', all)))
        let made = 0
        for (const [one, waits] of changes) {
          const data: Record<string, { public: Buffer; private: Buffer } | null> = {}
          if (one === 'clear') model.clear()
          else if ('usedUp' in one) for (const id of one.usedUp) data[id] = null
          else
            for (let id = one.first; id < one.first + one.count; id++)
              data[id] = { public: Buffer.alloc(32, ++made), private: Buffer.alloc(32, id) }
          for (const [id, pair] of Object.entries(data)) pair === null ? model.delete(id) : model.set(id, pair)
          const done = one === 'clear' ? keys.clear?.() : keys.set({ 'pre-key': data })
          if (waits) await done
        }
        expect(await keys.get('pre-key', all)).toEqual(Object.fromEntries(model))
        const { state } = await store.authState(name)
        for (const id of ['0', '31', '32', '64', '200', '340'])
          expect(await state.keys.get('pre-key', [id])).toEqual(model.has(id) ? { [id]: model.get(id) } : {})
        const folder = join(await temporaryFolder(), name)
        await store.exportFolder(name, folder)
        const exported = (await readdir(folder)).flatMap((file) => /^pre-key-(\d+)\.json$/.exec(file)?.[1] ?? [])
        expect(exported.sort()).toEqual([...model.keys()].sort())
      }),
      { numRuns: 15 },
    )
  })

  it('works below Baileys’ own transactions', async () => {
    const { state, store } = await linkedState(await makePlace())
    const keys = addTransactionCapability(state.keys, silentLogger, { maxCommitRetries: 3, delayBetweenTriesMs: 10 })
    await keys.transaction(async () => {
      await keys.set({ session: { a: Buffer.from('in a transaction') } })
      // Baileys deletes only pre-keys that it has seen in the same transaction.
      await keys.get('pre-key', ['1'])
      await keys.set({ 'pre-key': { 1: null } })
    }, 'test')
    const again = await keysAgain(store)
    expect(await again.get('session', ['a'])).toEqual({ a: Buffer.from('in a transaction') })
    expect(await again.get('pre-key', ['1'])).toEqual({})
  })

  it('saveCreds keeps the credentials as they are at the call', async () => {
    const { store, state, saveCreds } = await linkedState(await makePlace())
    state.creds.accountSyncCounter = 1
    const saved = saveCreds()
    state.creds.accountSyncCounter = 2
    await saved
    expect((await store.authState('sales')).state.creds.accountSyncCounter).toBe(1)
  })

  it('credentials whose account got lost do not replace good ones', async () => {
    const { store, state, saveCreds } = await linkedState(await makePlace())
    delete state.creds.account
    await saveCreds()
    expect((await store.authState('sales')).state.creds.account).toBeDefined()
  })

  it('a login is seen when the first unuploaded pre-key moves past its place at pairing', async () => {
    const { store, state, saveCreds } = await linkedState(await makePlace())
    await saveCreds()
    expect(await store.get('sales')).toMatchObject({ state: 'unconfirmed' })
    state.creds.firstUnuploadedPreKeyId = 31
    await saveCreds()
    expect(await store.get('sales')).toMatchObject({ state: 'linked', lastOnlineAt: expect.any(Date) })
  })

  it('a jid or lid that is learned later is in the session’s information', async () => {
    const { store, state, saveCreds } = await linkedState(await makePlace())
    state.creds.me = { id: JID, lid: '111222333444555:7@lid' }
    await saveCreds()
    expect(await store.get('sales')).toMatchObject({ jid: JID, lid: '111222333444555:7@lid', deviceName: 'Acme Sales' })
  })

  // ---- before anything is linked ---------------------------------------------------------------

  it('a name without credentials gets fresh ones, which are not stored', async () => {
    const store = await (await makePlace()).open()
    const one = await store.authState('sales')
    await one.saveCreds()
    const two = await store.authState('sales')
    expect(one.state.creds.registered).toBe(false)
    expect(two.state.creds.noiseKey.private).not.toEqual(one.state.creds.noiseKey.private)
    expect(await store.list()).toEqual([])
  })

  it('credentials that name an account which has not signed are not stored, nor are keys beside them', async () => {
    const store = await (await makePlace()).open()
    const { state, saveCreds } = await store.authState('sales')
    const { me } = signedParts()
    Object.assign(state.creds, { me, registered: true, pairingCode: 'ABCD1234' })
    await state.keys.set({ session: { a: Buffer.from('1'), b: Buffer.from('2') } })
    await state.keys.set({ session: { b: null } })
    await saveCreds()
    expect(await state.keys.get('session', ['a', 'b'])).toEqual({ a: Buffer.from('1') })
    expect(await store.list()).toEqual([])
    const again = await store.authState('sales')
    expect(again.state.creds.me).toBeUndefined()
    expect(await again.state.keys.get('session', ['a'])).toEqual({})
  })

  it('the first signed credentials are stored together with the keys that came before', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    const { state, saveCreds } = await store.authState('sales')
    await state.keys.set({
      'pre-key': { 1: { public: Buffer.alloc(32, 1), private: Buffer.alloc(32, 2) } },
      session: { gone: Buffer.of(1) },
    })
    await state.keys.set({ session: { gone: null } })
    Object.assign(state.creds, signedParts())
    await saveCreds()
    expect(await store.list()).toMatchObject([
      { session: 'sales', state: 'unconfirmed', jid: JID, lid: LID, deviceName: '' },
    ])
    const again = await store.authState('sales')
    expect(again.state.creds.noiseKey).toEqual(state.creds.noiseKey)
    expect(await again.state.keys.get('pre-key', ['1'])).toEqual({
      1: { public: Buffer.alloc(32, 1), private: Buffer.alloc(32, 2) },
    })
    expect(await again.state.keys.get('session', ['gone'])).toEqual({})
    state.creds.firstUnuploadedPreKeyId = 31
    await saveCreds()
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
  })

  it('credentials that are first saved after their login are linked at once', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    const { state, saveCreds } = await store.authState('sales')
    Object.assign(state.creds, signedParts(), { firstUnuploadedPreKeyId: 813, nextPreKeyId: 813 })
    await saveCreds()
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
  })

  it('nothing that comes while the first credentials are on their way is lost', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    const { state, saveCreds } = await store.authState('sales')
    await state.keys.set({ session: { before: Buffer.from('0') } })
    Object.assign(state.creds, signedParts())
    const calls = [saveCreds(), state.keys.set({ session: { during: Buffer.from('1'), before: null } })]
    state.creds.firstUnuploadedPreKeyId = 31
    calls.push(saveCreds(), state.keys.set({ session: { during: Buffer.from('2') } }))
    expect(await state.keys.get('session', ['before', 'during'])).toEqual({ during: Buffer.from('2') })
    const again = await store.authState('sales')
    await Promise.all(calls)
    expect(await again.state.keys.get('session', ['before', 'during'])).toEqual({ during: Buffer.from('2') })
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
    expect((await store.authState('sales')).state.creds.firstUnuploadedPreKeyId).toBe(31)
  })

  it('a link made through authState replaces what the name held; the old link is in the archive', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    const staging = await store.authState('sales')
    await internalsOf(store).saveLinked(await newlyLinked())
    Object.assign(staging.state.creds, signedParts(), { me: { id: '12025550124:1@s.whatsapp.net' } })
    await staging.saveCreds()
    expect(await store.list()).toMatchObject([{ jid: '12025550124:1@s.whatsapp.net' }])
    expect(await store.list({ archived: true })).toMatchObject([{ jid: JID }])
  })

  it('an old socket keeps writing to its own link, never to the one that replaced it', async () => {
    const { store, state, saveCreds } = await linkedState(await makePlace())
    const credentials = await signedCredentials({ me: { id: '12025550124:1@s.whatsapp.net' }, accountSyncCounter: 7 })
    await internalsOf(store).saveLinked(await newlyLinked({ credentials, preKeys: [] }))
    state.creds.accountSyncCounter = 99
    await Promise.all([saveCreds(), state.keys.set({ session: { a: Buffer.from('old') } })])
    const fresh = await store.authState('sales')
    expect(fresh.state.creds.accountSyncCounter).toBe(7)
    expect(await fresh.state.keys.get('session', ['a'])).toEqual({})
    await internalsOf(store).withdraw('sales')
    const back = await store.authState('sales')
    expect(back.state.creds.accountSyncCounter).toBe(99)
    expect(await back.state.keys.get('session', ['a'])).toEqual({ a: Buffer.from('old') })
  })
}

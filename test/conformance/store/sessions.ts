import { expect, it } from 'vitest'
import type { Store } from '../../../src/store/contract.ts'
import { freshCredentials } from '../../../src/store/credentials.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { fakeClock } from '../../store/fake-clock.ts'
import { JID, LID, newlyLinked, preKeys, signedCredentials } from '../../store/samples.ts'
import type { Place } from './place.ts'

const AT = new Date('2026-01-01T00:00:00Z')
const DAY = 24 * 3_600_000

async function jidOf(store: Store, session: string): Promise<string | undefined> {
  return (await store.authState(session)).state.creds.me?.id
}

export function sessionBehaviour(makePlace: () => Promise<Place>): void {
  it('an empty store lists nothing and knows no session', async () => {
    const store = await (await makePlace()).open()
    expect(await store.list()).toEqual([])
    expect(await store.list({ archived: true })).toEqual([])
    expect(await store.get('sales')).toBeUndefined()
  })

  it('a saved link is listed as unconfirmed, with all that is known of it', async () => {
    const store = await (await makePlace()).open()
    await internalsOf(store).saveLinked(await newlyLinked())
    const info = { session: 'sales', state: 'unconfirmed', jid: JID, lid: LID, deviceName: 'Acme Sales', createdAt: AT }
    expect(await store.get('sales')).toStrictEqual(info)
    expect(await store.list()).toStrictEqual([info])
    expect(await store.list({ archived: true })).toEqual([])
  })

  it('an account without a lid has none in its information', async () => {
    const store = await (await makePlace()).open()
    const credentials = await signedCredentials({ me: { id: JID } })
    await internalsOf(store).saveLinked(await newlyLinked({ credentials }))
    expect(Object.keys((await store.get('sales')) ?? {})).not.toContain('lid')
  })

  it('sessions are listed by their names', async () => {
    const store = await (await makePlace()).open()
    for (const session of ['b', 'c', 'a']) await internalsOf(store).saveLinked(await newlyLinked({ session }))
    expect((await store.list()).map(({ session }) => session)).toEqual(['a', 'b', 'c'])
  })

  it('a login makes it linked, and says when it was last online', async () => {
    const store = await (await makePlace()).open()
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked())
    await inner.confirm('sales', new Date(AT.getTime() + 5_000))
    expect(await store.get('sales')).toMatchObject({ state: 'linked', lastOnlineAt: new Date(AT.getTime() + 5_000) })
    await inner.confirm('sales', new Date(AT.getTime() + 9_000))
    expect(await store.get('sales')).toMatchObject({ state: 'linked', lastOnlineAt: new Date(AT.getTime() + 9_000) })
  })

  it('a saved link gives its credentials and pre-keys to authState, byte for byte', async () => {
    const store = await (await makePlace()).open()
    const linked = await newlyLinked({
      credentials: await signedCredentials({ nextPreKeyId: 813, routingInfo: Buffer.from([8, 1]) }),
      preKeys: preKeys(812),
    })
    await internalsOf(store).saveLinked(linked)
    const { state } = await store.authState('sales')
    expect(state.creds).toEqual(JSON.parse(JSON.stringify(linked.credentials), reviveBuffers))
    expect(state.creds.account).toEqual(linked.credentials.account)
    const all = await state.keys.get(
      'pre-key',
      linked.preKeys.map(({ id }) => String(id)),
    )
    expect(Object.keys(all)).toHaveLength(812)
    for (const { id, keyPair } of linked.preKeys)
      expect(all[id]).toEqual({ public: Buffer.from(keyPair.public), private: Buffer.from(keyPair.private) })
    expect(await state.keys.get('pre-key', ['0', '813', 'x'])).toEqual({})
  })

  it('credentials without a signed account are refused, and nothing is written', async () => {
    const store = await (await makePlace()).open()
    const credentials = { ...(await freshCredentials()), me: { id: JID } }
    await expect(internalsOf(store).saveLinked(await newlyLinked({ credentials }))).rejects.toMatchObject({
      code: 'store-error',
    })
    expect(await store.list()).toEqual([])
  })

  it('names that are no session names are refused with invalid-session', async () => {
    const store = await (await makePlace()).open()
    for (const attempt of [
      () => store.get('No'),
      () => store.remove('../x'),
      () => store.restore(''),
      () => store.authState('a b'),
      () => store.importFolder('.', 'A'),
      () => store.exportFolder('../x', 'new'),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'invalid-session' })
    await expect(internalsOf(store).saveLinked(await newlyLinked({ session: 'A' }))).rejects.toMatchObject({
      code: 'invalid-session',
    })
  })

  it('a new link of the same name takes over, and the old one is in the archive', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked({ deviceName: 'Old' }))
    await inner.confirm('sales', AT)
    const credentials = await signedCredentials({ me: { id: '12025550124:1@s.whatsapp.net' } })
    await inner.saveLinked(await newlyLinked({ deviceName: 'New', credentials, preKeys: [] }))
    expect(await store.list()).toMatchObject([{ deviceName: 'New', state: 'unconfirmed' }])
    expect(await store.list({ archived: true })).toMatchObject([{ deviceName: 'Old', state: 'linked', jid: JID }])
    expect(await jidOf(store, 'sales')).toBe('12025550124:1@s.whatsapp.net')
    expect(await (await store.authState('sales')).state.keys.get('pre-key', ['1'])).toEqual({})
  })

  it('withdraw undoes a link that never reached WhatsApp: what it replaced is back with all its keys', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked({ deviceName: 'Old' }))
    await inner.confirm('sales', AT)
    const before = await store.get('sales')
    const old = await store.authState('sales')
    await old.state.keys.set({ session: { '12025550123.0': Buffer.from('ratchet') } })
    const credentials = await signedCredentials({ me: { id: '12025550124:1@s.whatsapp.net' } })
    await inner.saveLinked(await newlyLinked({ deviceName: 'New', credentials }))
    await inner.withdraw('sales')
    expect(await store.get('sales')).toStrictEqual(before)
    expect(await store.list({ archived: true })).toEqual([])
    const { state } = await store.authState('sales')
    expect(state.creds.me?.id).toBe(JID)
    expect(await state.keys.get('session', ['12025550123.0'])).toEqual({ '12025550123.0': Buffer.from('ratchet') })
    expect(Object.keys(await state.keys.get('pre-key', ['1', '30']))).toHaveLength(2)
  })

  it('withdraw of the first link of a name leaves nothing', async () => {
    const store = await (await makePlace()).open()
    await internalsOf(store).saveLinked(await newlyLinked())
    await internalsOf(store).withdraw('sales')
    expect(await store.list()).toEqual([])
    expect(await store.list({ archived: true })).toEqual([])
    expect((await store.authState('sales')).state.creds.me).toBeUndefined()
  })

  it('withdraw refuses when a login was seen', async () => {
    const store = await (await makePlace()).open()
    await internalsOf(store).saveLinked(await newlyLinked())
    await internalsOf(store).confirm('sales', AT)
    await expect(internalsOf(store).withdraw('sales')).rejects.toMatchObject({ code: 'store-error' })
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
  })

  for (const state of ['logged-out', 'bad-session'] as const) {
    it(`a session that ended as ${state} stays listed, without credentials in use, until it is linked again`, async () => {
      const store = await (await makePlace()).open({ clock: fakeClock() })
      const inner = internalsOf(store)
      await inner.saveLinked(await newlyLinked())
      await inner.confirm('sales', AT)
      await inner.retire('sales', state)
      expect(await store.get('sales')).toMatchObject({ state, jid: JID, lastOnlineAt: AT })
      expect(await store.list({ archived: true })).toMatchObject([{ session: 'sales', state, jid: JID }])
      expect((await store.authState('sales')).state.creds.me).toBeUndefined()
      await expect(inner.confirm('sales', AT)).rejects.toMatchObject({ code: 'not-linked' })
      await inner.saveLinked(await newlyLinked())
      expect(await store.list()).toMatchObject([{ state: 'unconfirmed' }])
    })
  }

  it('restore brings what ended or was removed back as it was', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked())
    await inner.confirm('sales', AT)
    const before = await store.get('sales')
    for (const end of [() => inner.retire('sales', 'logged-out'), () => store.remove('sales')]) {
      await end()
      await store.restore('sales')
      expect(await store.get('sales')).toStrictEqual(before)
      expect(await jidOf(store, 'sales')).toBe(JID)
      expect(await store.list({ archived: true })).toEqual([])
    }
  })

  it('restore takes the newest of several, and refuses while live credentials are there', async () => {
    const clock = fakeClock()
    const store = await (await makePlace()).open({ clock })
    const inner = internalsOf(store)
    for (const deviceName of ['first', 'second', 'third']) {
      await inner.saveLinked(await newlyLinked({ deviceName }))
      await clock.advance(1_000)
    }
    await expect(store.restore('sales')).rejects.toMatchObject({ code: 'store-error', advice: expect.any(String) })
    expect(await store.get('sales')).toMatchObject({ deviceName: 'third' })
    await inner.withdraw('sales')
    await store.remove('sales')
    await store.restore('sales')
    expect(await store.get('sales')).toMatchObject({ deviceName: 'second' })
    expect(await store.list({ archived: true })).toMatchObject([{ deviceName: 'first' }])
  })

  it('restore of one of two removed links leaves the other in the archive', async () => {
    const clock = fakeClock()
    const store = await (await makePlace()).open({ clock })
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked({ deviceName: 'a' }))
    await inner.retire('sales', 'logged-out')
    await clock.advance(1_000)
    await inner.saveLinked(await newlyLinked({ deviceName: 'b' }))
    await store.remove('sales')
    await store.restore('sales')
    expect(await store.get('sales')).toMatchObject({ deviceName: 'b', state: 'unconfirmed' })
    expect(await store.list({ archived: true })).toMatchObject([{ deviceName: 'a', state: 'logged-out' }])
  })

  it('a removed session is not listed any more, and can be linked anew', async () => {
    const store = await (await makePlace()).open()
    await internalsOf(store).saveLinked(await newlyLinked())
    await store.remove('sales')
    expect(await store.get('sales')).toBeUndefined()
    expect(await store.list()).toEqual([])
    expect((await store.authState('sales')).state.creds.me).toBeUndefined()
    await internalsOf(store).saveLinked(await newlyLinked())
    expect(await store.list()).toHaveLength(1)
  })

  it('what is not there cannot be removed, restored, confirmed, withdrawn or retired', async () => {
    const store = await (await makePlace()).open()
    const inner = internalsOf(store)
    for (const attempt of [
      () => store.remove('sales'),
      () => store.restore('sales'),
      () => inner.confirm('sales', AT),
      () => inner.withdraw('sales'),
      () => inner.retire('sales', 'logged-out'),
    ])
      await expect(attempt()).rejects.toMatchObject({ name: 'StoreError', code: 'not-linked' })
  })

  it('the archive forgets after 7 days; an ended session stays listed', async () => {
    const clock = fakeClock()
    const store = await (await makePlace()).open({ clock })
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked({ session: 'gone' }))
    await store.remove('gone')
    await inner.saveLinked(await newlyLinked({ session: 'ended' }))
    await inner.retire('ended', 'logged-out')
    await clock.advance(7 * DAY - 1)
    expect(await store.list({ archived: true })).toHaveLength(2)
    await clock.advance(1)
    expect(await store.list({ archived: true })).toEqual([])
    for (const session of ['gone', 'ended'])
      await expect(store.restore(session)).rejects.toMatchObject({ code: 'not-linked' })
    // A write sweeps; nothing of it may come back then, even with the clock set back.
    await inner.saveLinked(await newlyLinked({ session: 'other' }))
    await clock.advance(-DAY)
    expect(await store.list({ archived: true })).toEqual([])
    expect(await store.get('ended')).toMatchObject({ state: 'logged-out', jid: JID })
    await inner.saveLinked(await newlyLinked({ session: 'ended' }))
    expect(await store.get('ended')).toMatchObject({ state: 'unconfirmed' })
  })

  it('writes of a socket that closes late bring nothing back', async () => {
    const clock = fakeClock()
    const store = await (await makePlace()).open({ clock })
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked())
    const { state, saveCreds } = await store.authState('sales')
    await inner.withdraw('sales')
    await saveCreds()
    await state.keys.set({ session: { 'a.0': Buffer.from('late') } })
    expect(await store.list()).toEqual([])
    expect(await store.list({ archived: true })).toEqual([])
    expect(await state.keys.get('session', ['a.0'])).toEqual({})
  })

  it('changes called one after another without waiting happen in that order', async () => {
    const store = await (await makePlace()).open()
    const inner = internalsOf(store)
    const linked = await newlyLinked()
    const done = [inner.saveLinked(linked), inner.confirm('sales', AT), inner.retire('sales', 'logged-out')]
    expect(await store.get('sales')).toMatchObject({ state: 'logged-out' })
    await Promise.all(done)
  })

  it('a store that is opened again has everything', async () => {
    const place = await makePlace()
    if (!place.lasts) return
    const first = await place.open()
    const linked = await newlyLinked()
    await internalsOf(first).saveLinked(linked)
    await internalsOf(first).confirm('sales', AT)
    await first.close()
    const second = await place.open()
    expect(await second.get('sales')).toMatchObject({ state: 'linked', jid: JID, lastOnlineAt: AT })
    const { state } = await second.authState('sales')
    expect(state.creds.noiseKey.private).toEqual(linked.credentials.noiseKey.private)
    expect(Object.keys(await state.keys.get('pre-key', ['1', '30']))).toEqual(['1', '30'])
  })

  it('what expired while nobody looked is gone at the next opening', async () => {
    const place = await makePlace()
    if (!place.lasts) return
    const clock = fakeClock()
    const first = await place.open({ clock })
    await internalsOf(first).saveLinked(await newlyLinked())
    await first.remove('sales')
    await first.close()
    await clock.advance(7 * DAY)
    await (await place.open({ clock })).close()
    await clock.advance(-DAY)
    expect(await (await place.open({ clock })).list({ archived: true })).toEqual([])
  })
}

function reviveBuffers(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'Buffer') return value
  return 'data' in value && Array.isArray(value.data) ? Buffer.from(value.data) : value
}

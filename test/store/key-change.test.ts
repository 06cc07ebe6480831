// A change of the store key while the store is in use: killed at any point, by several processes at once, with others
// that read and write, and with one that knows the old key only.
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../src/store/backend.ts'
import type { Store } from '../../src/store/contract.ts'
import { internalsOf } from '../../src/store/internals.ts'
import { fakeClock, turns } from './fake-clock.ts'
import { JID, newlyLinked, preKeys, signedCredentials } from './samples.ts'
import {
  closing,
  keyIdOf,
  keyIdsIn,
  mortal,
  NEW,
  NEWER,
  OLD,
  OTHER,
  openOn,
  sharedDatabase,
  slow,
  wrapped,
} from './shared-database.ts'

const CONTACTS = Array.from({ length: 130 }, (_, index) => `contact ${index}`)

/** Two sessions, one in the archive and one that ended, with more keys than a slice has. */
async function filled(backend: Backend, keys = CONTACTS): Promise<void> {
  const store = await openOn(backend, OLD)
  const inner = internalsOf(store)
  for (const session of ['removed', 'ended', 'sales', 'support'])
    await inner.saveLinked(await newlyLinked({ session, preKeys: preKeys(3) }))
  await store.remove('removed')
  await inner.retire('ended', 'logged-out')
  const { state } = await store.authState('sales')
  await state.keys.set({ session: Object.fromEntries(keys.map((id) => [id, Buffer.from(id)])), 'pre-key': { 1: null } })
  await inner.limits.take('an account', 1_000)
  await store.close()
}

/** Everything that was put in by `filled` is there, for a store that has the new key alone. */
async function expectWhole(backend: Backend, key = NEW): Promise<void> {
  expect(await keyIdsIn(backend)).toEqual([keyIdOf(key)])
  const store = await openOn(backend, key)
  expect((await store.list()).map(({ session, state, jid }) => [session, state, jid])).toEqual([
    ['ended', 'logged-out', JID],
    ['sales', 'unconfirmed', JID],
    ['support', 'unconfirmed', JID],
  ])
  const { state } = await store.authState('sales')
  expect(state.creds.me?.id).toBe(JID)
  expect(await state.keys.get('session', CONTACTS)).toEqual(
    Object.fromEntries(CONTACTS.map((id) => [id, Buffer.from(id)])),
  )
  expect(Object.keys(await state.keys.get('pre-key', ['1', '2', '3']))).toEqual(['2', '3'])
  expect((await store.list({ archived: true })).map(({ session }) => session).sort()).toEqual(['ended', 'removed'])
  expect(await internalsOf(store).limits.peek('an account', 1_000)).toMatchObject({ remaining: 2 })
  await store.close()
}

async function refusedWith(backend: Backend, key: Uint8Array, previous: readonly Uint8Array[] = []): Promise<string> {
  return openOn(backend, key, previous).then(
    () => 'opens',
    (thrown: { code: string }) => thrown.code,
  )
}

describe('a change of the key', () => {
  it('seals everything anew in the background, and then the new key alone is enough, the old one too little', async () => {
    const backend = sharedDatabase()
    await filled(backend)
    const store = closing(await openOn(backend, NEW, [OTHER, OLD]))
    expect((await store.authState('sales')).state.creds.me?.id).toBe(JID)
    await store.resealed()
    await expectWhole(backend)
    expect(await refusedWith(backend, OLD)).toBe('wrong-key')
  })

  it('refuses the old key alone from its first moment, and the new one alone until it is done', async () => {
    const backend = sharedDatabase()
    await filled(backend)
    const dying = mortal(backend, 4, 'after') // readCheck, prepare, replaceCheck, readLinks
    const store = await openOn(dying.backend, NEW, [OLD])
    await dying.died
    expect(await refusedWith(backend, OLD)).toBe('wrong-key')
    await expect(openOn(backend, NEW)).rejects.toMatchObject({
      code: 'wrong-key',
      message: expect.stringContaining('still needs an old key'),
      advice: expect.stringContaining('PAIRCODE_KEY_OLD'),
    })
    expect(await refusedWith(backend, NEW, [OTHER])).toBe('wrong-key')
    expect(store).toBeDefined()
    await (await openOn(backend, NEW, [OLD])).resealed()
    await expectWhole(backend)
  })

  it.each(['before', 'after'] as const)('killed %s each of its calls, it goes on at the next opening', async (when) => {
    let deaths = 0
    for (let last = 3; ; last += 1) {
      const backend = sharedDatabase()
      await filled(backend)
      const dying = mortal(backend, last, when)
      const finished = openOn(dying.backend, NEW, [OLD]).then((store) => store.resealed())
      const outcome = await Promise.race([dying.died.then(() => 'died'), finished.then(() => 'finished')])
      if (outcome === 'finished') break
      deaths += 1
      const store = await openOn(backend, NEW, [OLD])
      await store.resealed()
      await store.close()
      await expectWhole(backend)
    }
    expect(deaths).toBeGreaterThan(15)
  })

  it('killed after a few calls again and again, it gets to its end', async () => {
    const backend = sharedDatabase()
    await filled(backend)
    let lives = 0
    for (let ended = false; !ended; lives += 1) {
      const dying = mortal(backend, 10 + lives, lives % 2 === 0 ? 'before' : 'after')
      const finished = openOn(dying.backend, NEW, [OLD]).then((store) => store.resealed())
      ended = await Promise.race([dying.died.then(() => false), finished.then(() => true)])
    }
    expect(lives).toBeGreaterThan(2)
    await expectWhole(backend)
  })

  it('that was interrupted can be followed by another one, with all old keys, and by the way back', async () => {
    for (const [key, previous] of [
      [NEWER, [NEW, OLD]],
      [OLD, [NEW]],
    ] as const) {
      const backend = sharedDatabase()
      await filled(backend)
      const dying = mortal(backend, 12, 'after')
      await openOn(dying.backend, NEW, [OLD])
      await dying.died
      expect(await refusedWith(backend, NEWER, [NEW])).toBe('wrong-key')
      const store = await openOn(backend, key, previous)
      await store.resealed()
      await store.close()
      await expectWhole(backend, key)
    }
  })

  it('by two processes at once, each as slow as it likes, is done once it is done for both', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat({ max: 3 })), async (pauses) => {
        const next = (): number => pauses.next().value ?? 0
        const backend = sharedDatabase()
        await filled(backend)
        const stores = await Promise.all([
          openOn(slow(backend, next), NEW, [OLD]),
          openOn(slow(backend, next), NEW, [OLD]),
        ])
        await Promise.all(stores.map((store) => store.resealed()))
        await Promise.all(stores.map((store) => store.close()))
        await expectWhole(backend)
      }),
      { numRuns: 8 },
    )
  })

  it('is overtaken by a process with yet another key: told so, and nothing is left under either old key', async () => {
    const backend = sharedDatabase()
    await filled(backend)
    const first = await openOn(
      slow(backend, () => 3),
      NEW,
      [OLD],
    )
    const second = await openOn(backend, NEWER, [NEW, OLD])
    await second.resealed()
    await expect(first.resealed()).rejects.toMatchObject({ code: 'wrong-key' })
    await second.resealed()
    await expectWhole(backend, NEWER)
    await first.close()
  })

  it('finds what an outdated process left behind, whenever old keys are given', async () => {
    const [backend, other] = [sharedDatabase(), sharedDatabase()]
    await filled(backend)
    await (await openOn(backend, NEW, [OLD])).resealed()
    // As if a process with the old key had been killed between a new link and the look at the check value.
    const check = await backend.readCheck()
    const before = wrapped(backend, async (call, name) => {
      if (name === 'readCheck' || name === 'prepare') return oldCheck as never
      return call()
    })
    await filled(other)
    const oldCheck = await other.readCheck()
    const outdated = await openOn(before, OLD)
    await internalsOf(outdated).saveLinked(await newlyLinked({ session: 'left', preKeys: [] }))
    expect(await backend.readCheck()).toEqual(check)
    expect((await keyIdsIn(backend)).length).toBe(2)
    await (await openOn(backend, NEW, [OLD])).resealed()
    expect(await keyIdsIn(backend)).toEqual([keyIdOf(NEW)])
  })
})

describe('while the key is changed', () => {
  it('reads find everything and writes are kept, whoever has the new key', async () => {
    const operation = fc.record({
      store: fc.nat({ max: 2 }),
      id: fc.constantFrom(...CONTACTS.slice(0, 12), 'new one', 'new two'),
      value: fc.option(fc.uint8Array({ maxLength: 8 }), { nil: null }),
      pause: fc.nat({ max: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 20, maxLength: 60 }), async (operations) => {
        const backend = sharedDatabase()
        await filled(backend)
        const delayed = slow(backend, () => 1)
        const stores = await Promise.all([1, 2, 3].map(() => openOn(delayed, NEW, [OLD])))
        const states = await Promise.all(stores.map(async (store) => (await store.authState('sales')).state))
        const model = new Map<string, Buffer>(CONTACTS.map((id) => [id, Buffer.from(id)]))
        for (const { store, id, value, pause } of operations) {
          const { keys } = states[store] ?? (states[0] as (typeof states)[number])
          expect((await keys.get('session', [id]))[id]).toEqual(model.get(id))
          await keys.set({ session: { [id]: value } })
          if (value === null) model.delete(id)
          else model.set(id, Buffer.from(value))
          await turns(pause)
        }
        await Promise.all(stores.map((store) => store.resealed()))
        await Promise.all(stores.map((store) => store.close()))
        expect(await keyIdsIn(backend)).toEqual([keyIdOf(NEW)])
        const { state } = await (await openOn(backend, NEW)).authState('sales')
        expect(await state.keys.get('session', [...CONTACTS, 'new one', 'new two'])).toEqual(Object.fromEntries(model))
      }),
      { numRuns: 12 },
    )
  })

  it('sessions are linked, removed, restored and ended as ever', async () => {
    const backend = sharedDatabase()
    await filled(backend)
    const store = await openOn(
      slow(backend, () => 2),
      NEW,
      [OLD],
    )
    await store.restore('removed')
    await store.remove('support')
    await internalsOf(store).saveLinked(await newlyLinked({ session: 'fresh' }))
    await internalsOf(store).confirm('sales', new Date(1_767_225_600_000))
    await store.resealed()
    expect((await store.list()).map(({ session, state }) => `${session} ${state}`)).toEqual([
      'ended logged-out',
      'fresh unconfirmed',
      'removed unconfirmed',
      'sales linked',
    ])
    await store.restore('support')
    await store.close()
    expect(await keyIdsIn(backend)).toEqual([keyIdOf(NEW)])
  })

  it('the event loop turns between slices', async () => {
    const backend = sharedDatabase()
    const many = Array.from({ length: 3_000 }, (_, index) => `contact ${index}`)
    await filled(backend, many)
    const store = closing(await openOn(backend, NEW, [OLD]))
    let turned = 0
    let going = true
    const turn = (): void => {
      turned += 1
      if (going) setImmediate(turn)
    }
    turn()
    await store.resealed()
    going = false
    expect(turned).toBeGreaterThan(3_000 / 25)
  })

  it('a database that refuses for a while is tried again, and a close does not wait for it', async () => {
    const clock = fakeClock()
    const database = sharedDatabase(clock)
    await filled(database)
    let refuses = true
    const { StoreError } = await import('../../src/errors.ts')
    const failing = wrapped(database, async (call, name) => {
      if (refuses && name === 'scanValues') throw new StoreError('store-error', 'the disk is full')
      return call()
    })
    const first = await openOn(failing, NEW, [OLD], clock)
    await turns()
    expect(clock.waiting).toBe(1)
    await first.close()
    await expect(first.resealed()).rejects.toMatchObject({
      code: 'store-error',
      advice: expect.stringContaining('goes on'),
    })
    expect(clock.waiting).toBe(0)
    const second = await openOn(failing, NEW, [OLD], clock)
    await turns()
    refuses = false
    await clock.advance(1_000)
    await second.resealed()
    await second.close()
    await expectWhole(database)
  })

  it('a close waits for the end of it, 10 s at most, and then the next opening goes on', async () => {
    const clock = fakeClock()
    const database = sharedDatabase(clock)
    await filled(database)
    const endless = slow(database, () => 1)
    let scans = 0
    let late: (() => void) | undefined
    const waiting = wrapped(endless, async (call, name) => {
      if (name === 'scanValues' && ++scans === 2) await new Promise<void>((resolve) => (late = resolve))
      return call()
    })
    const store = await openOn(waiting, NEW, [OLD], clock)
    await turns(40)
    const closed = store.close()
    await clock.advance(10_000)
    late?.()
    await closed
    await expect(store.resealed()).rejects.toMatchObject({ code: 'store-error' })
    const again = await openOn(database, NEW, [OLD])
    await again.close()
    await expectWhole(database)
  })

  it('a value that is damaged is left as it is, and keeps nothing else from being sealed anew', async () => {
    const backend = sharedDatabase()
    await filled(backend)
    const [row] = await backend.readLinks('support')
    const [value] = await backend.scanValues(row?.link ?? 0, undefined, 1)
    if (row === undefined || value === undefined) throw new Error('nothing there')
    const damaged = Buffer.from(value.value)
    damaged[40] = (damaged[40] ?? 0) ^ 1
    await backend.commit([{ type: 'put-value', link: row.link, lookup: value.lookup, value: damaged }])
    await (await openOn(backend, NEW, [OLD])).resealed()
    expect(await backend.readValues(row.link, [value.lookup])).toEqual([damaged])
    await backend.commit([{ type: 'drop-value', link: row.link, lookup: value.lookup }])
    expect(await keyIdsIn(backend)).toEqual([keyIdOf(NEW)])
  })
})

describe('a process that has the old key only', () => {
  async function outdated(): Promise<{ backend: Backend; old: Store }> {
    const backend = sharedDatabase()
    await filled(backend)
    return { backend, old: await openOn(backend, OLD) }
  }

  it('is refused with wrong-key at its next write or read, and told what to do', async () => {
    const { backend, old } = await outdated()
    const { state, saveCreds } = await old.authState('sales')
    await (await openOn(backend, NEW, [OLD])).resealed()
    const refused = { code: 'wrong-key', advice: expect.stringContaining('new key') }
    await expect(state.keys.set({ session: { x: Buffer.from('x') } })).rejects.toMatchObject(refused)
    await expect(saveCreds()).rejects.toMatchObject(refused)
    await expect(state.keys.get('session', ['contact 1'])).rejects.toMatchObject({ code: 'wrong-key' })
    await expect(old.list()).rejects.toMatchObject({ code: 'wrong-key' })
    await expect(old.remove('sales')).rejects.toMatchObject(refused)
    await expect(old.restore('removed')).rejects.toMatchObject(refused)
    const inner = internalsOf(old)
    await expect(inner.confirm('sales', new Date())).rejects.toMatchObject(refused)
    await expect(inner.saveLinked(await newlyLinked())).rejects.toMatchObject(refused)
    await expect(inner.saveLinked(await newlyLinked({ session: 'fresh' }))).rejects.toMatchObject(refused)
    const fresh = await old.authState('unknown')
    Object.assign(fresh.state.creds, await signedCredentials())
    await expect(fresh.saveCreds()).rejects.toMatchObject(refused)
    // Who has it may give it back, and codes are counted as ever: neither is sealed with the store's key.
    const lease = await inner.acquire({ kind: 'session', key: 'sales' })
    await lease.release()
    expect(await inner.limits.take('an account', 1_000)).toMatchObject({ remaining: 1 })
    await inner.limits.giveBack('an account', (await inner.limits.take('another', 1_000)).allowed ? 'x' : 'y')
    expect(await keyIdsIn(backend)).toEqual([keyIdOf(NEW)])
    const store = await openOn(backend, NEW)
    expect((await store.list()).map(({ session }) => session)).toEqual(['ended', 'sales', 'support'])
    await old.close()
  })

  it('or has the new one only as a previous one, is refused as well, and changes nothing back', async () => {
    const backend = sharedDatabase()
    await filled(backend)
    const old = await openOn(backend, OLD, [NEW])
    const { state, saveCreds } = await old.authState('sales')
    await saveCreds()
    const changing = openOn(
      slow(backend, () => 1),
      NEW,
      [OLD],
    )
    await turns(2)
    const writing = await Promise.allSettled([saveCreds(), (await changing).resealed(), saveCreds()])
    expect(writing[1]?.status).toBe('fulfilled')
    await expect(state.keys.set({ session: { x: Buffer.from('x') } })).rejects.toMatchObject({ code: 'wrong-key' })
    await expect(internalsOf(old).saveLinked(await newlyLinked({ session: 'fresh' }))).rejects.toMatchObject({
      code: 'wrong-key',
    })
    expect(await state.keys.get('session', ['contact 1'])).toEqual({ 'contact 1': Buffer.from('contact 1') })
    await expectWhole(backend)
    await old.close()
  })

  it('loses nothing that was acknowledged and keeps nothing that was refused, at whatever moment it writes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat({ max: 3 })), fc.boolean(), async (pauses, knowsNew) => {
        const next = (): number => pauses.next().value ?? 0
        const backend = sharedDatabase()
        await filled(backend)
        const old = await openOn(slow(backend, next), OLD, knowsNew ? [NEW] : [])
        const { state } = await old.authState('sales')
        const opening = openOn(slow(backend, next), NEW, [OLD])
        const kept = new Map<string, Buffer>()
        let refusals = 0
        for (let round = 0; refusals < 2; round += 1) {
          const [id, value] = [CONTACTS[round % 20] ?? '', randomBytes(4)]
          try {
            await state.keys.set({ session: { [id]: value } })
            kept.set(id, value)
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'wrong-key' })
            refusals += 1
          }
        }
        const store = await opening
        await store.resealed()
        expect(await keyIdsIn(backend)).toEqual([keyIdOf(NEW)])
        const found = await (await store.authState('sales')).state.keys.get('session', [...kept.keys()])
        expect(found).toEqual(Object.fromEntries(kept))
        await Promise.all([store.close(), old.close()])
      }),
      { numRuns: 12 },
    )
  })

  it('cannot leave a link behind that nobody else can read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat({ max: 3 })), async (pauses) => {
        const next = (): number => pauses.next().value ?? 0
        const backend = sharedDatabase()
        await filled(backend)
        const old = await openOn(slow(backend, next), OLD)
        const opening = openOn(slow(backend, next), NEW, [OLD])
        const linked = new Set<string>()
        for (let round = 0, refused = false; !refused; round += 1)
          try {
            await internalsOf(old).saveLinked(await newlyLinked({ session: `s${round}`, preKeys: [] }))
            linked.add(`s${round}`)
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'wrong-key' })
            refused = true
          }
        const store = await opening
        await store.resealed()
        expect(await keyIdsIn(backend)).toEqual([keyIdOf(NEW)])
        const names = (await store.list()).map(({ session }) => session).filter((name) => name.startsWith('s'))
        expect(new Set(names)).toEqual(new Set([...linked, 'sales', 'support']))
        await Promise.all([store.close(), old.close()])
      }),
      { numRuns: 12 },
    )
  })
})

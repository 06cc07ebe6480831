// What a store does when its database refuses: everyone hears of it, and nothing that was in memory is lost.
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import type { Backend } from '../../src/store/backend.ts'
import { unlock } from '../../src/store/check.ts'
import type { Store } from '../../src/store/contract.ts'
import { internalsOf } from '../../src/store/internals.ts'
import { memoryBackend } from '../../src/store/memory.ts'
import { createSeal } from '../../src/store/seal.ts'
import { assembleStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../conformance/store/place.ts'
import { fakeClock, turns } from './fake-clock.ts'
import { baileysCredentials, countOf, everyKey, writeBaileysFolder } from './folder/baileys-folder.ts'
import { JID, newlyLinked, signedParts } from './samples.ts'

interface Failing {
  readonly store: Store
  refuses: boolean
  /** Names of the operations that reached the database. */
  readonly calls: string[]
  readonly clock: ReturnType<typeof fakeClock>
}

const FULL = new StoreError('store-error', 'the disk is full')

async function failingStore(): Promise<Failing> {
  const clock = fakeClock()
  const inner = memoryBackend(clock)
  const calls: string[] = []
  const attempt = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    calls.push(name)
    if (state.refuses) throw FULL
    return run()
  }
  const backend: Backend = {
    ...inner,
    commit: (writes) => attempt(`commit ${writes.map(({ type }) => type).join(' ')}`, () => inner.commit(writes)),
    change: (session, decide) =>
      attempt('change', () =>
        inner.change(session, (links) => {
          const decision = decide(links)
          calls.push(decision.writes.map(({ type }) => type).join(' '))
          return decision
        }),
      ),
  }
  const unlocked = await unlock(backend, createSeal(randomBytes(32)))
  const state: Failing = {
    store: assembleStore({ kind: 'memory', backend, unlocked, clock }),
    refuses: false,
    calls,
    clock,
  }
  return state
}

describe('a database that refuses', () => {
  it('fails the writes that were on their way, each with the reason, and those after it work again', async () => {
    const state = await failingStore()
    await internalsOf(state.store).saveLinked(await newlyLinked())
    const { state: auth, saveCreds } = await state.store.authState('sales')
    await auth.keys.set({ session: { a: Buffer.from('kept') } })
    state.refuses = true
    const writes = [auth.keys.set({ session: { a: Buffer.from('lost') } }), saveCreds()]
    await expect(Promise.allSettled(writes)).resolves.toMatchObject([{ reason: FULL }, { reason: FULL }])
    expect(await auth.keys.get('session', ['a'])).toEqual({ a: Buffer.from('kept') })
    state.refuses = false
    await auth.keys.set({ session: { a: Buffer.from('again') } })
    expect(await auth.keys.get('session', ['a'])).toEqual({ a: Buffer.from('again') })
  })

  it('leaves a link that could not be stored in memory, where the next save finds it with all its keys', async () => {
    const state = await failingStore()
    const { state: auth, saveCreds } = await state.store.authState('sales')
    await auth.keys.set({ session: { before: Buffer.from('1') } })
    Object.assign(auth.creds, signedParts())
    state.refuses = true
    const saving = saveCreds()
    const during = auth.keys.set({ session: { during: Buffer.from('2') } })
    await expect(saving).rejects.toBe(FULL)
    await during
    expect(await state.store.list()).toEqual([])
    expect(await auth.keys.get('session', ['before', 'during'])).toEqual({
      before: Buffer.from('1'),
      during: Buffer.from('2'),
    })
    state.refuses = false
    await saveCreds()
    const again = await state.store.authState('sales')
    expect(again.state.creds.me?.id).toBe(JID)
    expect(Object.keys(await again.state.keys.get('session', ['before', 'during']))).toEqual(['before', 'during'])
  })

  it('refuses an import as a whole, in one transaction; the next one works', async () => {
    const state = await failingStore()
    const folder = await temporaryFolder()
    await writeBaileysFolder(folder, await baileysCredentials(), everyKey())
    state.refuses = true
    state.calls.length = 0
    await expect(state.store.importFolder(folder, 'sales')).rejects.toBe(FULL)
    expect(state.calls).toEqual(['change'])
    expect(await state.store.list()).toEqual([])
    state.refuses = false
    expect(await state.store.importFolder(folder, 'sales')).toMatchObject({ keys: countOf(everyKey()) })
  })

  it('refuses a link as a whole', async () => {
    const state = await failingStore()
    await internalsOf(state.store).saveLinked(await newlyLinked())
    state.refuses = true
    await expect(internalsOf(state.store).saveLinked(await newlyLinked())).rejects.toBe(FULL)
    expect(await state.store.list({ archived: true })).toEqual([])
    expect(await state.store.get('sales')).toMatchObject({ state: 'unconfirmed' })
  })
})

describe('what goes to the database', () => {
  it('goes together when it comes together', async () => {
    const { store, calls } = await failingStore()
    await internalsOf(store).saveLinked(await newlyLinked())
    const { state, saveCreds } = await store.authState('sales')
    calls.length = 0
    await Promise.all([
      state.keys.set({ session: { a: Buffer.of(1), b: Buffer.of(2) } }),
      saveCreds(),
      state.keys.set({ session: { a: null } }),
    ])
    expect(calls).toEqual(['change', 'put-value put-value put-value drop-value'])
  })

  it('is swept of what expired with the writes, once an hour', async () => {
    const { store, calls, clock } = await failingStore()
    await internalsOf(store).saveLinked(await newlyLinked())
    const { state } = await store.authState('sales')
    calls.length = 0
    await state.keys.set({ session: { a: Buffer.of(1) } })
    expect(calls).not.toContain('commit purge')
    await clock.advance(3_600_000)
    await turns()
    expect(calls).not.toContain('commit purge')
    await state.keys.set({ session: { a: Buffer.of(2) } })
    await state.keys.set({ session: { a: Buffer.of(3) } })
    expect(calls.filter((call) => call === 'commit purge')).toHaveLength(1)
  })
})

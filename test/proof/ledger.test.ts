import { expect, it, onTestFinished } from 'vitest'
import type { Said } from '../../proof/child.ts'
import { createLedger, type Ledger } from '../../proof/key-writes/ledger.ts'
import { keysOf, preKeyOf } from '../../proof/key-writes/values.mjs'
import type { Look } from '../../proof/places.ts'
import { openStore, type Store } from '../../src/store/index.ts'

const said = (type: 'begun' | 'stored', name: string, seq: number): Said => ({ type, name, seq })

async function storeWith(writes: (store: Store) => Promise<void> = async () => {}): Promise<Look> {
  const store = await openStore('memory:')
  onTestFinished(() => store.close())
  await signed(store, 'sales')
  await writes(store)
  return { store, close: () => store.close() }
}

async function signed(store: Store, session: string) {
  const { state, saveCreds } = await store.authState(session)
  const bytes = Buffer.alloc(32, 1)
  state.creds.me = { id: '12025550123:1@s.whatsapp.net' }
  state.creds.account = {
    details: bytes,
    accountSignatureKey: bytes,
    accountSignature: bytes,
    deviceSignature: bytes,
  }
  await saveCreds()
  return state
}

function ledgerOf(...lines: readonly Said[]): Ledger {
  const ledger = createLedger()
  ledger.note(lines)
  return ledger
}

const setKeys =
  (seq: number) =>
  async (store: Store): Promise<void> =>
    (await store.authState('sales')).state.keys.set(keysOf('w1', seq))

it('the last acknowledged write is enough, and one that was begun may be there', async () => {
  const ledger = ledgerOf(said('begun', 'w1', 6), said('stored', 'w1', 6), said('begun', 'w1', 7))
  await ledger.check(await storeWith(setKeys(6)))
  ledger.note([said('begun', 'w1', 7)])
  await ledger.check(await storeWith(setKeys(7)))
  expect(ledger.acknowledged).toBe(1)
})

it.each([
  ['an acknowledged write is lost', 3, 'write 4 was acknowledged, write 3 is there'],
  ['there is a write that nobody began', 6, 'write 6 is there, and only 5 was begun'],
])('%s', async (_what, there, message) => {
  const ledger = ledgerOf(said('begun', 'w1', 4), said('stored', 'w1', 4), said('begun', 'w1', 5))
  await expect(ledger.check(await storeWith(setKeys(there)))).rejects.toThrow(message)
})

it('half of a write is found, in each of its keys', async () => {
  const halves = [
    { session: { 'w1.two': keysOf('w1', 3).session?.['w1.two'] ?? null } },
    { 'sender-key': { w1: null } },
    { 'pre-key': { [preKeyOf('w1')]: null } },
  ]
  for (const half of halves) {
    const look = await storeWith(async (store) => {
      await setKeys(4)(store)
      await (await store.authState('sales')).state.keys.set(half)
    })
    await expect(ledgerOf(said('begun', 'w1', 4)).check(look)).rejects.toThrow('half of write 4 is there')
  }
})

it('sessions that were added are there, those that were removed are not', async () => {
  const added = ledgerOf(said('begun', 'added', 1), said('stored', 'added', 1))
  await expect(added.check(await storeWith())).rejects.toThrow('session 1 was added and is not there')
  const removed = ledgerOf(said('stored', 'added', 1), said('stored', 'removed', 1))
  const look = await storeWith(async (store) => void (await signed(store, 'extra-1')))
  await expect(removed.check(look)).rejects.toThrow('session 1 was removed and is there')
  await ledgerOf(said('stored', 'added', 1), said('begun', 'removed', 1)).check(look)
})

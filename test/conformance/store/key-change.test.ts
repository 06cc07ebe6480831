import { describe, expect, it } from 'vitest'
import { internalsOf } from '../../../src/store/internals.ts'
import { openStore } from '../../../src/store/open.ts'
import { JID, newlyLinked, preKeys } from '../../store/samples.ts'
import { opened, SHARED_PLACES } from './place.ts'
import { sharedServer } from './postgres-server.ts'

const [OLD, NEW, OTHER] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2), Buffer.alloc(32, 3)]

async function storeUnder(key: Uint8Array, newAddress: () => Promise<string>): Promise<string> {
  const url = await newAddress()
  const store = await openStore(url, { key })
  const inner = internalsOf(store)
  await inner.saveLinked(await newlyLinked({ session: 'removed' }))
  await store.remove('removed')
  await inner.saveLinked(await newlyLinked({ preKeys: preKeys(812) }))
  const { state } = await store.authState('sales')
  await state.keys.set({
    session: Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`contact ${index}`, Buffer.from([index & 255])]),
    ),
    'pre-key': { 1: null },
  })
  await inner.limits.take('an account', 1_000)
  await store.close()
  return url
}

describe.each(SHARED_PLACES)('a change of the key, on $name,', ({ newAddress }) => {
  it('seals everything anew at the next opening, so that the old key is never needed again', async () => {
    const url = await storeUnder(OLD, newAddress)
    await (await openStore(url, { key: NEW, previousKeys: [OTHER, OLD] })).close()
    const store = await opened(url, { key: NEW })
    const { state } = await store.authState('sales')
    expect(state.creds.me?.id).toBe(JID)
    expect(Object.keys(await state.keys.get('pre-key', ['1', '2', '812']))).toEqual(['2', '812'])
    const contacts = Array.from({ length: 500 }, (_, index) => `contact ${index}`)
    expect(Object.keys(await state.keys.get('session', contacts))).toHaveLength(500)
    await store.restore('removed')
    expect((await store.authState('removed')).state.creds.me?.id).toBe(JID)
    expect(await internalsOf(store).limits.peek('an account', 1_000)).toMatchObject({ remaining: 2 })
    await expect(openStore(url, { key: OLD })).rejects.toMatchObject({ code: 'wrong-key' })
  })

  it('that stopped half-way goes on at the next opening', async () => {
    const url = await storeUnder(OLD, newAddress)
    // As if the process had died after some rows: the check value still says that the work is to be done.
    const check = await storedCheck(url)
    await (await openStore(url, { key: NEW, previousKeys: [OLD] })).close()
    await storedCheck(url, check)
    await expect(openStore(url, { key: NEW })).rejects.toMatchObject({ code: 'wrong-key' })
    await (await openStore(url, { key: NEW, previousKeys: [OLD] })).close()
    const store = await opened(url, { key: NEW })
    expect((await store.authState('sales')).state.creds.me?.id).toBe(JID)
  })

  it('with an older key missing is refused, and can be done again with it', async () => {
    const url = await storeUnder(OLD, newAddress)
    await expect(openStore(url, { key: NEW, previousKeys: [OTHER] })).rejects.toMatchObject({ code: 'wrong-key' })
    const store = await opened(url, { key: NEW, previousKeys: [OLD] })
    expect(await store.list()).toHaveLength(1)
  })
})

/** The check value as it is in the database; puts `check` in its place when one is given. */
async function storedCheck(url: string, check?: Uint8Array): Promise<Uint8Array> {
  if (!url.startsWith('sqlite:')) {
    const { query } = await sharedServer()
    const meta = `${new URL(url).searchParams.get('schema')}.meta`
    if (check !== undefined) await query(`UPDATE ${meta} SET value = $1 WHERE name = 'check'`, [check])
    return (await query(`SELECT value FROM ${meta} WHERE name = 'check'`))[0]?.['value'] as Uint8Array
  }
  const { connect } = await import('../../../src/store/sqlite/connection.ts')
  const connection = connect(url.slice('sqlite:'.length))
  if (check !== undefined) connection.run(`UPDATE meta SET value = ? WHERE name = 'check'`, [check])
  const found = connection.first(`SELECT value AS value FROM meta WHERE name = 'check'`)?.['value'] as Uint8Array
  connection.close()
  return found
}

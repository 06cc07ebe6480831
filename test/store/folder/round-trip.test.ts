// Out of one store and into another: what has a way back comes back, whatever it is.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type SignalDataSet, useMultiFileAuthState } from 'baileys'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Store } from '../../../src/store/contract.ts'
import { opened, temporaryFolder } from '../../conformance/store/place.ts'
import { signedCredentials } from '../samples.ts'

const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array))
const key32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((array) => Buffer.from(array))
const number = fc.bigInt({ min: 1n, max: 999_999_999_999_999n }).map(String)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    bytes,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc
      .dictionary(fc.string(), tie('tree'), { maxKeys: 3 })
      .map((object) => ({ ...object, kind: 'text', type: 'not a Buffer' })),
  ),
}))

const contents = fc.record({
  'pre-key': fc.dictionary(fc.nat().map(String), fc.record({ public: key32, private: key32 })),
  session: fc.dictionary(
    fc.tuple(number, fc.nat({ max: 99 })).map(([user, device]) => `${user}_1.${device}`),
    tree,
  ),
  'app-state-sync-key': fc.dictionary(
    bytes.filter(({ length }) => length > 0).map((id) => id.toString('base64')),
    fc.record({ keyData: key32, timestamp: fc.integer() }),
  ),
  'sender-key': fc.dictionary(
    fc.tuple(number, number).map(([group, user]) => `${group}-${user}@g.us::${user}::0`),
    bytes,
  ),
  'lid-mapping': fc.dictionary(number, number),
})

async function linked(keys: SignalDataSet): Promise<Store> {
  const store = await opened('memory:')
  const { state, saveCreds } = await store.authState('sales')
  Object.assign(state.creds, await signedCredentials())
  await state.keys.set(keys)
  await saveCreds()
  return store
}

it('import after export gives the same session, and Baileys reads the same', async () => {
  const folder = join(await temporaryFolder(), 'copy')
  await fc.assert(
    fc.asyncProperty(contents, async (keys) => {
      const from = await linked(keys as unknown as SignalDataSet)
      await from.exportFolder('sales', folder)
      const count = Object.values(keys).reduce((sum, ofType) => sum + Object.keys(ofType).length, 0)
      const to = await opened('memory:')
      expect(await to.importFolder(folder, 'copy')).toMatchObject({ keys: count, skipped: [] })
      const [before, after] = [(await from.authState('sales')).state, (await to.authState('copy')).state]
      const baileys = (await useMultiFileAuthState(folder)).state
      expect(after.creds).toEqual(before.creds)
      expect(baileys.creds).toEqual(before.creds)
      for (const [type, ofType] of Object.entries(keys)) {
        const ids = Object.keys(ofType)
        const found = await after.keys.get(type as never, ids)
        expect(found).toEqual(await before.keys.get(type as never, ids))
        expect(Object.keys(found)).toHaveLength(ids.length)
        if (type === 'pre-key' || type === 'sender-key' || type === 'lid-mapping')
          expect(await baileys.keys.get(type, ids)).toEqual(found)
      }
      await Promise.all([from.close(), to.close()])
      await rm(folder, { recursive: true })
    }),
    { numRuns: 25 },
  )
})

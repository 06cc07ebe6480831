import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { useMultiFileAuthState } from 'baileys'
import { expect, it } from 'vitest'
import type { Store } from '../../../src/store/contract.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { fakeClock } from '../../store/fake-clock.ts'
import {
  baileysCredentials,
  countOf,
  everyKey,
  valuesOf,
  writeBaileysFolder,
} from '../../store/folder/baileys-folder.ts'
import { JID, LID, newlyLinked, preKeys } from '../../store/samples.ts'
import { type Place, temporaryFolder } from './place.ts'

const AT = new Date('2026-01-01T00:00:00Z')

async function fullFolder(): Promise<{ readonly folder: string; readonly keys: ReturnType<typeof everyKey> }> {
  const folder = join(await temporaryFolder(), 'auth')
  const keys = everyKey()
  await writeBaileysFolder(folder, await baileysCredentials(), keys)
  return { folder, keys }
}

async function contentsOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']))
}

async function expectNothingStored(store: Store): Promise<void> {
  expect(await store.list()).toEqual([])
  expect(await store.list({ archived: true })).toEqual([])
}

export function folderBehaviour(makePlace: () => Promise<Place>): void {
  it('a folder of Baileys is imported whole, as a linked session, and stays as it was', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    const { folder, keys } = await fullFolder()
    const before = await contentsOf(folder)
    expect(await store.importFolder(folder, 'sales')).toStrictEqual({ jid: JID, keys: countOf(keys), skipped: [] })
    expect(await store.list()).toStrictEqual([
      { session: 'sales', state: 'linked', jid: JID, lid: LID, deviceName: '', createdAt: AT },
    ])
    expect(await contentsOf(folder)).toEqual(before)
    const baileys = await useMultiFileAuthState(folder)
    const { state } = await store.authState('sales')
    expect(state.creds).toEqual(baileys.state.creds)
    const found = await valuesOf(state.keys, keys)
    expect(Object.keys(found)).toHaveLength(countOf(keys))
    expect(found).toEqual(await valuesOf(baileys.state.keys, keys))
  })

  it('an export loads in Baileys to the same credentials and keys, and comes back as it was', async () => {
    const store = await (await makePlace()).open()
    const { folder, keys } = await fullFolder()
    await store.importFolder(folder, 'sales')
    const target = join(await temporaryFolder(), 'deep', 'copy')
    await store.exportFolder('sales', target)
    expect(await readdir(target)).toEqual(await readdir(folder))
    const [original, copy] = [await useMultiFileAuthState(folder), await useMultiFileAuthState(target)]
    expect(copy.state.creds).toEqual(original.state.creds)
    expect(await valuesOf(copy.state.keys, keys)).toEqual(await valuesOf(original.state.keys, keys))
    expect(await store.importFolder(target, 'again')).toStrictEqual({ jid: JID, keys: countOf(keys), skipped: [] })
    const [first, second] = [await store.authState('sales'), await store.authState('again')]
    expect(second.state.creds).toEqual(first.state.creds)
    expect(await valuesOf(second.state.keys, keys)).toEqual(await valuesOf(first.state.keys, keys))
  })

  it('an export has the pre-keys of the link as they are now: used up, written anew, untouched', async () => {
    const store = await (await makePlace()).open()
    await internalsOf(store).saveLinked(await newlyLinked())
    const { state, saveCreds } = await store.authState('sales')
    const anew = preKeys(1)[0]?.keyPair ?? { public: Buffer.alloc(32), private: Buffer.alloc(32) }
    state.creds.accountSyncCounter = 4
    const writes = [
      saveCreds(),
      state.keys.set({ 'pre-key': { 1: null, 2: anew, 31: anew }, session: { 'a.0': Buffer.from('on its way') } }),
    ]
    const target = join(await temporaryFolder(), 'copy')
    await store.exportFolder('sales', target)
    await Promise.all(writes)
    const { state: loaded } = await useMultiFileAuthState(target)
    expect(loaded.creds).toMatchObject({ accountSyncCounter: 4, me: { id: JID } })
    const ids = Array.from({ length: 32 }, (_, id) => String(id))
    const there = Object.fromEntries(
      Object.entries(await loaded.keys.get('pre-key', ids)).filter(([, value]) => value !== null),
    )
    expect(there).toEqual(await state.keys.get('pre-key', ids))
    expect(Object.keys(there)).toHaveLength(30)
    expect(there['2']).toEqual({ public: Buffer.from(anew.public), private: Buffer.from(anew.private) })
    expect(await loaded.keys.get('session', ['a.0'])).toEqual({ 'a.0': Buffer.from('on its way') })
  })

  it('an exported folder is for this user alone', async () => {
    const store = await (await makePlace()).open()
    await internalsOf(store).saveLinked(await newlyLinked())
    const empty = join(await temporaryFolder(), 'empty')
    await mkdir(empty)
    await chmod(empty, 0o755)
    const fresh = join(await temporaryFolder(), 'fresh')
    for (const target of [empty, fresh]) {
      await store.exportFolder('sales', target)
      expect((await stat(target)).mode & 0o777).toBe(0o700)
      const names = await readdir(target)
      expect(names).toHaveLength(31)
      for (const name of names) expect((await stat(join(target, name))).mode & 0o777).toBe(0o600)
    }
  })

  it('an export refuses a folder that holds something, and a file, and leaves both alone', async () => {
    const store = await (await makePlace()).open()
    await internalsOf(store).saveLinked(await newlyLinked())
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'mine'), 'text')
    for (const target of [folder, join(folder, 'mine'), join(folder, 'mine', 'below')])
      await expect(store.exportFolder('sales', target)).rejects.toMatchObject({
        name: 'StoreError',
        code: 'store-error',
        message: expect.stringContaining('nothing was written'),
        advice: expect.stringContaining('new folder'),
      })
    expect(await contentsOf(folder)).toEqual({ mine: 'text' })
  })

  it('an export of what is not linked is refused with not-linked, and makes no folder', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    const target = join(await temporaryFolder(), 'copy')
    const refused = { name: 'StoreError', code: 'not-linked' }
    await expect(store.exportFolder('sales', target)).rejects.toMatchObject(refused)
    await internalsOf(store).saveLinked(await newlyLinked())
    await internalsOf(store).retire('sales', 'logged-out')
    await expect(store.exportFolder('sales', target)).rejects.toMatchObject(refused)
    await internalsOf(store).saveLinked(await newlyLinked({ session: 'other' }))
    await store.remove('other')
    await expect(store.exportFolder('other', target)).rejects.toMatchObject(refused)
    await expect(stat(target)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('an import under a name with live credentials is refused, and says what to do', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    await internalsOf(store).saveLinked(await newlyLinked({ deviceName: 'Kept' }))
    const before = await store.list()
    const { folder } = await fullFolder()
    await expect(store.importFolder(folder, 'sales')).rejects.toMatchObject({
      name: 'StoreError',
      code: 'store-error',
      message: expect.stringContaining('live credentials'),
      advice: 'Remove the session sales first, then import the folder.',
    })
    expect(await store.list()).toEqual(before)
    await store.remove('sales')
    await store.importFolder(folder, 'sales')
    expect(await store.list()).toMatchObject([{ state: 'linked', deviceName: '' }])
    expect(await store.list({ archived: true })).toMatchObject([{ deviceName: 'Kept' }])
  })

  it('of two imports under one name at once, one wins whole and one is refused', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    const { folder } = await fullFolder()
    const results = await Promise.allSettled([store.importFolder(folder, 'sales'), store.importFolder(folder, 'sales')])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'store-error' } })
    expect(await store.list()).toHaveLength(1)
    expect(await store.list({ archived: true })).toEqual([])
  })

  it('a name whose session ended takes an import', async () => {
    const store = await (await makePlace()).open({ clock: fakeClock() })
    await internalsOf(store).saveLinked(await newlyLinked())
    await internalsOf(store).retire('sales', 'logged-out')
    const { folder } = await fullFolder()
    await store.importFolder(folder, 'sales')
    expect(await store.list()).toMatchObject([{ session: 'sales', state: 'linked', createdAt: AT }])
  })

  it('a session that was imported is in use like any other', async () => {
    const place = await makePlace()
    const store = await place.open()
    const { folder } = await fullFolder()
    await store.importFolder(folder, 'sales')
    const { state, saveCreds } = await store.authState('sales')
    state.creds.accountSyncCounter = 9
    await saveCreds()
    await state.keys.set({ 'pre-key': { 1: null }, session: { 'x.0': Buffer.from('new') } })
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
    const again = await (place.lasts ? await place.open() : store).authState('sales')
    expect(again.state.creds.accountSyncCounter).toBe(9)
    expect(Object.keys(await again.state.keys.get('pre-key', ['1', '812']))).toEqual(['812'])
    expect(await again.state.keys.get('session', ['x.0'])).toEqual({ 'x.0': Buffer.from('new') })
  })

  it('of a broken folder nothing at all is stored', async () => {
    const store = await (await makePlace()).open()
    const { folder } = await fullFolder()
    const breaks: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['tctoken-__index.json', () => writeFile(join(folder, 'tctoken-__index.json'), '{"token":{"type":"Buf')],
      ['pre-key-1.json', () => writeFile(join(folder, 'pre-key-1.json'), '')],
      ['pre-key-9.json', () => symlink('pre-key-1.json', join(folder, 'pre-key-9.json'))],
      ['creds.json', () => writeFile(join(folder, 'creds.json'), '')],
      ['creds.json', () => rm(join(folder, 'creds.json'))],
    ]
    for (const [file, change] of breaks) {
      await change()
      await expect(store.importFolder(folder, 'sales')).rejects.toMatchObject({
        name: 'StoreError',
        code: 'broken-folder',
        message: expect.stringMatching(new RegExp(`^${file} .*nothing was imported$`)),
      })
      await expectNothingStored(store)
      if (file !== 'creds.json') await rm(join(folder, file))
    }
  })

  it('half-linked credentials are refused as a broken folder, and nothing is stored', async () => {
    const store = await (await makePlace()).open()
    const folder = await temporaryFolder()
    const { account: _, ...halfLinked } = await baileysCredentials({ registered: true, pairingCode: 'ABCD1234' })
    await writeBaileysFolder(folder, halfLinked)
    await expect(store.importFolder(folder, 'sales')).rejects.toMatchObject({
      code: 'broken-folder',
      message: expect.stringContaining('creds.json is half-linked'),
    })
    await expectNothingStored(store)
  })
}

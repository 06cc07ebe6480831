// What an import takes, leaves aside and refuses, on the disk. What it stores: test/conformance/store/folders.ts.
import { execFileSync } from 'node:child_process'
import { linkSync } from 'node:fs'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { beforeEach, describe, expect, it } from 'vitest'
import { StoreError } from '../../../src/errors.ts'
import type { Store } from '../../../src/store/contract.ts'
import { contentOf, entriesOf, MAX_FILES } from '../../../src/store/folder/read.ts'
import { opened, temporaryFolder } from '../../conformance/store/place.ts'
import { JID, NUMBER } from '../samples.ts'
import { baileysCredentials, writeBaileysFolder } from './baileys-folder.ts'

/** POSIX; a constant, so that it is not taken for a program of a package. */
const MAKE_PIPE = 'mkfifo'

const KEY = '{"type":"Buffer","data":"AQID"}'

let folder: string
let store: Store

beforeEach(async () => {
  folder = join(await temporaryFolder(), 'auth')
  store = await opened('memory:')
  await writeBaileysFolder(folder, await baileysCredentials())
})

const put = (name: string, text: string | Uint8Array): Promise<void> => writeFile(join(folder, name), text)

async function refusal(): Promise<StoreError> {
  const thrown: unknown = await store.importFolder(folder, 'sales').then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(thrown).toBeInstanceOf(StoreError)
  expect(await store.list()).toEqual([])
  return thrown as StoreError
}

async function expectBroken(message: string): Promise<void> {
  const { code, message: said, advice } = await refusal()
  expect([code, said]).toEqual(['broken-folder', `${message}: nothing was imported`])
  expect(advice).toMatch(/^[A-Z].*\.$/)
}

describe('an import leaves aside, and says why', () => {
  it('what Baileys did not write', async () => {
    for (const name of ['.DS_Store', 'Thumbs.db', 'creds.json.tmp', 'session-1.0.json.x7.tmp', 'notes.json'])
      await put(name, 'not JSON')
    await mkdir(join(folder, 'backup'))
    await symlink('creds.json', join(folder, 'latest'))
    const reason = 'not a file that Baileys writes'
    expect(await store.importFolder(folder, 'sales')).toStrictEqual({
      jid: JID,
      keys: 0,
      skipped: [
        { file: '.DS_Store', reason },
        { file: 'Thumbs.db', reason },
        { file: 'backup', reason: 'a folder' },
        { file: 'creds.json.tmp', reason },
        { file: 'latest', reason: 'a symbolic link' },
        { file: 'notes.json', reason },
        { file: 'session-1.0.json.x7.tmp', reason },
      ],
    })
  })

  it('keys whose ids cannot be told from their names, also when they cannot be read', async () => {
    await put('session-a__b.json', KEY)
    await put('lid-mapping-1-2.json', '{')
    await put('session-ok.json', KEY)
    const reason = 'its name can stand for more than one key'
    expect(await store.importFolder(folder, 'sales')).toStrictEqual({
      jid: JID,
      keys: 1,
      skipped: [
        { file: 'lid-mapping-1-2.json', reason },
        { file: 'session-a__b.json', reason },
      ],
    })
  })

  it('files that say null: Baileys takes them for no key', async () => {
    await put('session-a.json', 'null')
    expect(await store.importFolder(folder, 'sales')).toMatchObject({
      keys: 0,
      skipped: [{ file: 'session-a.json', reason: 'holds no key' }],
    })
  })

  it('of types that nobody knows, what is no key', async () => {
    await put('invented-good.json', '{"a":1}')
    await put('invented-cut.json', '{"a":')
    await put('invented-empty.json', '')
    await put('invented-large.json', Buffer.alloc((1 << 20) + 1, ' '))
    await mkdir(join(folder, 'invented-folder.json'))
    const { keys, skipped } = await store.importFolder(folder, 'sales')
    expect(keys).toBe(1)
    expect(skipped.map(({ file, reason }) => `${file}: ${reason}`)).toEqual([
      'invented-cut.json: not a file that Baileys writes: it does not hold what Baileys writes: it is cut off or damaged',
      'invented-empty.json: not a file that Baileys writes: it is empty',
      'invented-folder.json: not a file that Baileys writes: it is a folder',
      'invented-large.json: not a file that Baileys writes: it is larger than 1 MiB',
    ])
    const { state } = await store.authState('sales')
    expect(await state.keys.get('invented' as never, ['good'])).toEqual({ good: { a: 1 } })
  })
})

describe('an import takes', () => {
  it('a folder that a symbolic link leads to', async () => {
    const link = join(await temporaryFolder(), 'link')
    await symlink(folder, link)
    await put('session-a.json', KEY)
    expect(await store.importFolder(link, 'sales')).toMatchObject({ keys: 1, skipped: [] })
  })

  it('a file of exactly 1 MiB', async () => {
    await put('lid-mapping-1.json', JSON.stringify('x'.repeat((1 << 20) - 2)))
    expect(await store.importFolder(folder, 'sales')).toMatchObject({ keys: 1 })
  })

  it('byte strings in every form, and members called __proto__ as members', async () => {
    await put('session-a.json', '{"type":"Buffer","data":[1,2,3]}')
    await put('session-b.json', '{"0":1,"1":2,"2":3}')
    await put('session-c.json', '{"__proto__":{"polluted":true}}')
    await store.importFolder(folder, 'sales')
    const { state } = await store.authState('sales')
    const found: Record<string, unknown> = await state.keys.get('session', ['a', 'b', 'c'])
    expect(found['a']).toEqual(Buffer.from([1, 2, 3]))
    expect(found['b']).toEqual(Buffer.from([1, 2, 3]))
    expect(Object.keys(found['c'] as object)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('pre-keys of any shape, as Baileys would', async () => {
    await put('pre-key-7.json', '{"public":"odd"}')
    await put('pre-key-x.json', `{"public":${KEY},"private":${KEY}}`)
    await store.importFolder(folder, 'sales')
    const { state } = await store.authState('sales')
    expect(await state.keys.get('pre-key', ['7', 'x'])).toEqual({
      7: { public: 'odd' },
      x: { public: Buffer.from([1, 2, 3]), private: Buffer.from([1, 2, 3]) },
    })
  })
})

describe('an import refuses, and stores nothing:', () => {
  it('a path that leads to no folder', async () => {
    await rm(folder, { recursive: true })
    await expectBroken('there is no such folder')
    await writeFile(folder, 'text')
    await expectBroken('this is a file, not a folder')
    folder = join(folder, 'below')
    await expectBroken('no such folder (ENOTDIR)')
  })

  it.each([undefined, null, 7, '', 'a\0b'])('%j as a path', async (path) => {
    const refused = { name: 'LinkError', code: 'invalid-options', advice: expect.stringContaining('path') }
    await expect(store.importFolder(path as string, 'sales')).rejects.toMatchObject(refused)
    await expect(store.exportFolder('sales', path as string)).rejects.toMatchObject(refused)
  })

  it('a folder without creds.json', async () => {
    await rm(join(folder, 'creds.json'))
    await expectBroken('creds.json is missing')
    await put('session-a.json', KEY)
    await expectBroken('creds.json is missing')
  })

  it.each([
    ['', 'creds.json is empty'],
    ['{"me":', 'creds.json does not hold what Baileys writes: it is cut off or damaged'],
    ['null', 'creds.json does not hold credentials'],
    ['[]', 'creds.json does not hold credentials'],
    ['{}', 'creds.json names no account: never linked'],
    [' '.repeat((1 << 20) + 1), 'creds.json is larger than 1 MiB'],
  ])('creds.json with %.20j', async (text, message) => {
    await put('creds.json', text)
    await expectBroken(message)
  })

  it('credentials whose keys are cut', async () => {
    await rm(folder, { recursive: true })
    const keyPair = { public: Buffer.alloc(0), private: Buffer.alloc(32) }
    await writeBaileysFolder(folder, await baileysCredentials({ noiseKey: keyPair }))
    await expectBroken('creds.json is damaged: noiseKey.public is empty')
  })

  it('a creds.json that is a folder, a link or a pipe', async () => {
    const path = join(folder, 'creds.json')
    const elsewhere = join(folder, '..', 'elsewhere')
    await writeBaileysFolder(elsewhere, await baileysCredentials())
    await rm(path)
    await symlink(join(elsewhere, 'creds.json'), path)
    await expectBroken('creds.json is a symbolic link')
    await rm(path)
    await mkdir(path)
    await expectBroken('creds.json is a folder')
    await rm(path, { recursive: true })
    execFileSync(MAKE_PIPE, [path])
    await expectBroken('creds.json is not a regular file')
  })

  it.each([
    ['', 'is empty'],
    ['{"type":"Buf', 'does not hold what Baileys writes: it is cut off or damaged'],
    ['{"type":"Buffer","data":[1,999]}', 'does not hold what Baileys writes: it is cut off or damaged'],
    [`${'['.repeat(150)}${']'.repeat(150)}`, 'does not hold what Baileys writes: it is cut off or damaged'],
    [' '.repeat((1 << 20) + 1), 'is larger than 1 MiB'],
  ])('a key file with %.20j', async (text, what) => {
    await put('session-a.json', text)
    await expectBroken(`session-a.json ${what}`)
  })

  it('a key file that is a folder or a link, wherever it leads', async () => {
    await mkdir(join(folder, 'pre-key-1.json'))
    await expectBroken('pre-key-1.json is a folder')
    await rm(join(folder, 'pre-key-1.json'), { recursive: true })
    for (const target of ['creds.json', '/etc/hostname', 'nowhere']) {
      await symlink(target, join(folder, 'session-a.json'))
      await expectBroken('session-a.json is a symbolic link')
      await rm(join(folder, 'session-a.json'))
    }
  })

  it('an app state key without its data', async () => {
    await put('app-state-sync-key-AAAA.json', '{"timestamp":"1"}')
    await expectBroken('app-state-sync-key-AAAA.json holds no key of its type')
  })

  it('more than 50,000 files, without listing the rest', async () => {
    expect(MAX_FILES).toBe(50_000)
    for (let index = 1; index < 20; index++) await put(`x${index}`, '')
    expect(await entriesOf(folder, 20)).toHaveLength(20)
    await put('one-more', '')
    await expect(entriesOf(folder, 20)).rejects.toMatchObject({
      code: 'broken-folder',
      message: 'the folder holds more than 20 files: nothing was imported',
    })
  })

  it('more than 256 MiB', async () => {
    await put('lid-mapping-0.json', JSON.stringify('x'.repeat((1 << 20) - 2)))
    for (let index = 1; index < 256; index++)
      linkSync(join(folder, 'lid-mapping-0.json'), join(folder, `lid-mapping-${index}.json`))
    await expectBroken('the files of the folder hold more than 256 MiB together')
  })

  it('without a telephone number or a word of the contents in the error', async () => {
    const name = `session-${NUMBER}.0.json`
    await put(name, '{"secret ratchet": tru')
    const error = await refusal()
    expect(error.message).toMatch(/^session-•{9}23\.0\.json does not hold/)
    for (const text of [inspect(error), JSON.stringify(error), error.advice]) {
      expect(text).not.toContain(NUMBER)
      expect(text).not.toContain('ratchet')
    }
  })
})

describe('a file that changed its kind since the folder was listed', () => {
  it('is not followed when it is a link, and not waited for when it is a pipe', async () => {
    const link = join(folder, 'link')
    await symlink(join(folder, 'creds.json'), link)
    expect(await contentOf(link)).toEqual({ ok: false, defect: { what: 'is a symbolic link' } })
    const pipe = join(folder, 'pipe')
    execFileSync(MAKE_PIPE, [pipe])
    expect(await contentOf(pipe)).toEqual({ ok: false, defect: { what: 'is not a regular file' } })
    expect(await contentOf(folder)).toEqual({ ok: false, defect: { what: 'is not a regular file' } })
    expect(await contentOf(join(folder, 'gone'))).toEqual({ ok: false, defect: { what: 'is missing' } })
  })
})

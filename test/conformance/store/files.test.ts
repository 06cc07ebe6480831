// What opening a SQLite store does to files, and above all what it leaves alone.
import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { internalsOf } from '../../../src/store/internals.ts'
import { openStore } from '../../../src/store/open.ts'
import { configure, connect } from '../../../src/store/sqlite/connection.ts'
import { newlyLinked } from '../../store/samples.ts'
import { startChild } from './children.ts'
import { opened, temporaryFolder } from './place.ts'

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8)
}

/** Name, mode, time and content of all that is in a folder. */
async function snapshot(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort()
  return Promise.all(
    paths.map(async (path) => {
      const found = await stat(path)
      const content = found.isFile()
        ? createHash('sha256')
            .update(await readFile(path))
            .digest('hex')
        : 'folder'
      return [path, found.mode.toString(8), found.mtimeMs, content].join(' ')
    }),
  )
}

/** Opening a database in WAL mode makes its log and shared memory, which hold nothing; libsql removes them late. */
function lasting(files: readonly string[]): readonly string[] {
  return files.filter((line) => !/-(shm|wal) /.test(line))
}

describe('a new SQLite store', () => {
  it('has files that only their owner may read, and a key in a folder of its own, kept out of git', async () => {
    const folder = await temporaryFolder()
    await chmod(folder, 0o755)
    const file = join(folder, 'sessions.db')
    const store = await opened(`sqlite:${file}`)
    await internalsOf(store).saveLinked(await newlyLinked())
    for (const name of ['sessions.db', 'sessions.db-wal', 'sessions.db-shm', 'sessions.db.key/key'])
      expect(await modeOf(join(folder, name))).toBe('600')
    expect(await modeOf(`${file}.key`)).toBe('700')
    expect((await readdir(`${file}.key`)).sort()).toEqual(['.gitignore', 'key'])
    expect(await readFile(`${file}.key/.gitignore`, 'utf8')).toBe('*\n')
    expect(Buffer.from(await readFile(`${file}.key/key`, 'latin1'), 'base64')).toHaveLength(32)
  })

  it('changes nothing about a folder that was there before', async () => {
    const folder = await temporaryFolder()
    await chmod(folder, 0o755)
    await opened(`sqlite:${join(folder, 'sessions.db')}`)
    expect(await modeOf(folder)).toBe('755')
    expect(await readdir(folder)).not.toContain('.gitignore')
  })

  it('makes missing folders, for its owner alone, and keeps them out of git', async () => {
    const folder = await temporaryFolder()
    await opened(`sqlite:${join(folder, 'a/b/sessions.db')}`)
    expect(await modeOf(join(folder, 'a'))).toBe('700')
    expect(await modeOf(join(folder, 'a/b'))).toBe('700')
    expect(await readFile(join(folder, 'a/b/.gitignore'), 'utf8')).toBe('*\n')
  })

  it('makes no key when one is given', async () => {
    const folder = await temporaryFolder()
    await opened(`sqlite:${join(folder, 'sessions.db')}`, { key: Buffer.alloc(32, 1) })
    expect((await readdir(folder)).filter((name) => name.includes('key'))).toEqual([])
  })

  it('can begin in an empty file, and with any name', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'a ?#%41 ü.db')
    await writeFile(file, '')
    const store = await openStore(`sqlite:${file}`)
    await internalsOf(store).saveLinked(await newlyLinked())
    await store.close()
    expect(await (await opened(`sqlite:${file}`)).list()).toHaveLength(1)
  })

  it('is whole in its one file after the close: a copy of it with the key is the store', async () => {
    const [folder, copy] = [await temporaryFolder(), await temporaryFolder()]
    const store = await openStore(`sqlite:${join(folder, 'sessions.db')}`)
    await internalsOf(store).saveLinked(await newlyLinked())
    await store.close()
    await writeFile(join(copy, 'sessions.db'), await readFile(join(folder, 'sessions.db')))
    await mkdir(join(copy, 'sessions.db.key'))
    await writeFile(join(copy, 'sessions.db.key/key'), await readFile(join(folder, 'sessions.db.key/key')))
    expect(await (await opened(`sqlite:${join(copy, 'sessions.db')}`)).list()).toHaveLength(1)
  })

  it('is the same store under a symbolic link', async () => {
    const folder = await temporaryFolder()
    const store = await openStore(`sqlite:${join(folder, 'sessions.db')}`)
    await internalsOf(store).saveLinked(await newlyLinked())
    await store.close()
    await symlink(join(folder, 'sessions.db'), join(folder, 'other.db'))
    expect(await (await opened(`sqlite:${join(folder, 'other.db')}`)).list()).toHaveLength(1)
    expect(await readdir(folder)).not.toContain('other.db.key')
  })

  it('writes durably: each commit to the write-ahead log waits for the disk', async () => {
    const file = join(await temporaryFolder(), 'sessions.db')
    await opened(`sqlite:${file}`)
    const connection = await connect(file)
    configure(connection)
    expect(connection.first('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' })
    expect(connection.first('PRAGMA synchronous')).toMatchObject({ synchronous: 2 })
    expect(connection.first('PRAGMA fullfsync')).toMatchObject({ fullfsync: 1 })
    expect(connection.first('PRAGMA foreign_keys')).toMatchObject({ foreign_keys: 1 })
    connection.close()
  })
})

describe('what is no store', () => {
  async function refused(
    file: string,
  ): Promise<{ readonly code: string; readonly message: string; readonly advice: string }> {
    const outcome = await openStore(`sqlite:${file}`).catch((thrown: unknown) => thrown)
    expect(outcome).toMatchObject({ name: 'StoreError', advice: expect.any(String) })
    return outcome as { code: string; message: string; advice: string }
  }

  for (const mode of ['DELETE', 'WAL']) {
    it(`a database of another program in ${mode} mode is refused, and nothing in its folder changes`, async () => {
      const folder = await temporaryFolder()
      const file = join(folder, 'other.db')
      const database = new Database(file)
      database.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE mine (a); INSERT INTO mine VALUES (1)`)
      const before = await snapshot(folder)
      expect((await refused(file)).code).toBe('not-a-store')
      expect(await snapshot(folder)).toEqual(before)
      database.close()
    })
  }

  it('a text file, a short file and a picture are refused, and stay as they are', async () => {
    for (const content of ['hello', 'x'.repeat(5_000), Buffer.alloc(200, 7), Buffer.from('SQLite format 3\0')]) {
      const folder = await temporaryFolder()
      const file = join(folder, 'notes.txt')
      await writeFile(file, content)
      const before = await snapshot(folder)
      expect(await refused(file)).toMatchObject({ code: 'not-a-store' })
      expect(await snapshot(folder)).toEqual(before)
    }
  })

  it('a folder is refused', async () => {
    expect((await refused(await temporaryFolder())).code).toBe('not-a-store')
  })

  it('a path through a file is refused with a sentence', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), 'x')
    expect(await refused(join(folder, 'file/sessions.db'))).toMatchObject({
      code: 'store-error',
      message: expect.stringContaining('not a folder'),
    })
  })

  it('a store of a newer version is refused, and nothing is touched', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'sessions.db')
    await (await openStore(`sqlite:${file}`)).close()
    const database = new Database(file)
    database.exec('PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE); CREATE TABLE of_the_future (a)')
    expect((await refused(file)).code).toBe('newer-schema')
    expect(database.prepare('PRAGMA user_version').all()).toMatchObject([{ user_version: 99 }])
    database.close()
  })

  it('a damaged store is refused with advice', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'sessions.db')
    await (await openStore(`sqlite:${file}`)).close()
    const bytes = await readFile(file)
    bytes.fill(0xff, 100, bytes.length)
    await writeFile(file, bytes)
    expect(await refused(file)).toMatchObject({ code: 'store-error', advice: expect.stringContaining('backup') })
  })
})

describe.runIf(process.platform !== 'win32')('where nothing may be written', () => {
  it('a read-only folder or file is refused with a sentence, and stays as it is', async () => {
    const folder = await temporaryFolder()
    await chmod(folder, 0o755)
    const file = join(folder, 'sessions.db')
    await (await openStore(`sqlite:${file}`, { key: Buffer.alloc(32, 1) })).close()
    await chmod(file, 0o644)
    await mkdir(join(folder, 'locked'), { mode: 0o755 })
    if (process.getuid?.() !== 0) {
      await chmod(join(folder, 'locked'), 0o555)
      await chmod(file, 0o444)
    }
    const before = lasting(await snapshot(folder))
    for (const path of [file, join(folder, 'locked/new.db'), join(folder, 'locked/new/new.db')]) {
      const child = await startChild('open-as-nobody', `sqlite:${path}`)
      expect(JSON.parse(await child.line())).toMatchObject({
        name: 'StoreError',
        code: 'store-error',
        message: expect.stringContaining('this user may not write it'),
        advice: expect.any(String),
      })
    }
    expect(lasting(await snapshot(folder))).toEqual(before)
  })
})

describe('the key of a SQLite store', () => {
  async function sealedStore(key?: Uint8Array): Promise<{ readonly folder: string; readonly file: string }> {
    const folder = await temporaryFolder()
    const file = join(folder, 'sessions.db')
    const store = await openStore(`sqlite:${file}`, key === undefined ? {} : { key })
    await internalsOf(store).saveLinked(await newlyLinked())
    await store.close()
    return { folder, file }
  }

  it('that is wrong is told at once, and nothing is touched', async () => {
    const { folder, file } = await sealedStore(Buffer.alloc(32, 1))
    const before = lasting(await snapshot(folder))
    await expect(openStore(`sqlite:${file}`, { key: Buffer.alloc(32, 2) })).rejects.toMatchObject({ code: 'wrong-key' })
    expect(lasting(await snapshot(folder))).toEqual(before)
    expect(await (await opened(`sqlite:${file}`, { key: Buffer.alloc(32, 1) })).list()).toHaveLength(1)
  })

  it('that was given once is not replaced by one beside the database', async () => {
    const { folder, file } = await sealedStore(Buffer.alloc(32, 1))
    await expect(openStore(`sqlite:${file}`)).rejects.toMatchObject({ code: 'wrong-key' })
    expect((await readdir(folder)).filter((name) => name.endsWith('.key'))).toEqual([])
  })

  it('that is gone from its folder is asked for, and not made anew', async () => {
    const { folder, file } = await sealedStore()
    await rm(`${file}.key`, { recursive: true })
    const before = lasting(await snapshot(folder))
    await expect(openStore(`sqlite:${file}`)).rejects.toMatchObject({
      code: 'wrong-key',
      advice: expect.stringContaining('sessions.db.key'),
    })
    expect(lasting(await snapshot(folder))).toEqual(before)
  })

  it('that was emptied or broken is named, and left as it is', async () => {
    const { file } = await sealedStore()
    const key = await readFile(`${file}.key/key`, 'latin1')
    for (const broken of [
      '',
      '\n',
      key.slice(0, 20),
      `${key.trim()}AAAA`,
      'not base64 at all, but 44 characters long!!\n',
    ]) {
      await writeFile(`${file}.key/key`, broken)
      await expect(openStore(`sqlite:${file}`)).rejects.toMatchObject({ code: 'wrong-key' })
      expect(await readFile(`${file}.key/key`, 'latin1')).toBe(broken)
    }
    await writeFile(`${file}.key/key`, key)
    expect(await (await opened(`sqlite:${file}`)).list()).toHaveLength(1)
  })

  it('may be given instead of read: the one beside the database, as bytes or from a function', async () => {
    const { file } = await sealedStore()
    const key = Buffer.from(await readFile(`${file}.key/key`, 'latin1'), 'base64')
    await rm(`${file}.key`, { recursive: true })
    expect(await (await opened(`sqlite:${file}`, { key })).list()).toHaveLength(1)
    expect(await (await opened(`sqlite:${file}`, { key: async () => key })).list()).toHaveLength(1)
  })
})

// The key of a store whose owner gave none: `<database file>.key/key`, in a folder of its own, so that no folder of the
// owner's has to change its mode or gets a .gitignore. It protects copies and backups of the database; whoever takes the
// whole disk has both.
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StoreError } from '../../errors.ts'
import { isErrno } from './file.ts'

export function keyFolder(database: string): string {
  return `${database}.key`
}

/**
 * The key beside the database; undefined when there is none.
 * @throws StoreError wrong-key: something is there, but not a key
 */
export async function readKey(database: string): Promise<Uint8Array | undefined> {
  let text: string
  try {
    text = await readFile(join(keyFolder(database), 'key'), 'latin1')
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT')) return undefined
    throw thrown
  }
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length === 32 && key.toString('base64') === text.trim()) return key
  throw new StoreError('wrong-key', `${keyFolder(database)}/key is not a key: nothing was touched`, {
    advice: `Restore ${keyFolder(database)} from the same backup as the database, or open the store with its key.`,
  })
}

export function missingKey(database: string): StoreError {
  return new StoreError('wrong-key', `the store is sealed, and its key is gone from ${keyFolder(database)}`, {
    advice: `Put the folder ${keyFolder(database)} back from a backup, or open the store with its key.`,
  })
}

/** Makes a key; of several that start at once, all get the same. Durable before it is used. */
export async function makeKey(database: string): Promise<Uint8Array> {
  const folder = keyFolder(database)
  await makeFolder(folder)
  const own = join(folder, `key.${randomBytes(6).toString('hex')}.new`)
  await writeDurably(own, `${randomBytes(32).toString('base64')}\n`)
  try {
    await publish(own, join(folder, 'key'))
  } finally {
    await unlink(own).catch(() => {})
  }
  await syncFolder(folder)
  await syncFolder(dirname(folder))
  const key = await readKey(database)
  if (key === undefined) throw missingKey(database)
  return key
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (thrown) {
    if (!isErrno(thrown, 'EEXIST')) throw thrown
  }
  await writeFile(join(folder, '.gitignore'), '*\n', { mode: 0o600, flag: 'w' })
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A hard link comes to be whole and only once. Where the file system has none, the last of two renames counts. */
async function publish(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (thrown) {
    if (isErrno(thrown, 'EEXIST')) return
    if (!isErrno(thrown, 'EPERM') && !isErrno(thrown, 'ENOTSUP') && !isErrno(thrown, 'ENOSYS')) throw thrown
    await rename(from, to)
  }
}

/** Windows cannot open folders, and needs no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

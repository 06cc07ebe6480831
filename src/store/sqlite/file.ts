// The database file, before SQLite sees it: whose is it, and may it be written? Read from the file itself, because
// SQLite would already leave traces beside a foreign database.
import { constants } from 'node:fs'
import { access, mkdir, open, realpath, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { StoreError } from '../../errors.ts'
import { APPLICATION_ID } from './migrations.ts'

const HEADER_BYTES = 100
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1')
/** sqlite.org/fileformat.html, section 1.3 */
const APPLICATION_ID_AT = 68

export interface DatabaseFile {
  /** Absolute, without symbolic links. */
  readonly path: string
  /** `empty`: nobody's yet. */
  readonly holds: 'nothing' | 'a-store'
}

/**
 * Looks at the file, or makes an empty one (mode 600), with its folder if that is missing (mode 700, kept out of git).
 * @throws StoreError not-a-store, store-error
 */
export async function databaseFile(path: string): Promise<DatabaseFile> {
  const wanted = resolve(path)
  try {
    await makeFolder(dirname(wanted))
    await makeEmptyFile(wanted)
    const real = await realpath(wanted)
    if (!(await stat(real)).isFile()) throw new StoreError('not-a-store', `${path} is not a file`)
    const holds = await contentOf(real, path)
    await access(real, constants.R_OK | constants.W_OK)
    await access(dirname(real), constants.W_OK)
    return { path: real, holds }
  } catch (thrown) {
    throw thrown instanceof StoreError ? thrown : fileError(thrown, path)
  }
}

async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (made !== undefined) await writeFile(join(folder, '.gitignore'), '*\n', { mode: 0o600 })
}

async function makeEmptyFile(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close()
  } catch (thrown) {
    if (!isErrno(thrown, 'EEXIST')) throw thrown
  }
}

async function contentOf(real: string, path: string): Promise<'nothing' | 'a-store'> {
  const file = await open(real, 'r')
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    if (bytesRead === 0) return 'nothing'
    if (bytesRead < HEADER_BYTES || !buffer.subarray(0, MAGIC.length).equals(MAGIC))
      throw new StoreError('not-a-store', `${path} is not a database: it was left as it is`)
    if (buffer.readUInt32BE(APPLICATION_ID_AT) !== APPLICATION_ID)
      throw new StoreError('not-a-store', `${path} is the database of another program: it was left as it is`)
    return 'a-store'
  } finally {
    await file.close()
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'this user may not write it'],
  ['EPERM', 'this user may not write it'],
  ['EROFS', 'it is on a read-only disk'],
  ['ENOSPC', 'the disk is full'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['EEXIST', 'a part of the path is not a folder'],
  ['ELOOP', 'its symbolic links go round in circles'],
  ['ENAMETOOLONG', 'the path is too long'],
])

/** What the file system refused, in words. */
export function fileError(thrown: unknown, path: string): StoreError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const reason = REASONS.get(code) ?? (code === '' ? String(thrown) : code)
  return new StoreError('store-error', `the store at ${path} cannot be used: ${reason}`, { cause: thrown })
}

export function isErrno(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}

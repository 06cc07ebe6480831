// The database file, before it is opened to be used: whose is it, and may it be written?
import { constants, writeFileSync } from 'node:fs'
import { access, mkdir, realpath, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StoreError } from '../../errors.ts'
import { connect } from './connection.ts'
import { asStoreError } from './failure.ts'
import { APPLICATION_ID } from './migrations.ts'

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
    makeEmptyFile(wanted)
    const real = await realpath(wanted)
    const { size } = await checkedFile(real, path)
    if (size === 0) return { path: real, holds: 'nothing' }
    await checkOwner(real, path)
    return { path: real, holds: 'a-store' }
  } catch (thrown) {
    throw thrown instanceof StoreError ? thrown : fileError(thrown, path)
  }
}

async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (made !== undefined) await writeFile(join(folder, '.gitignore'), '*\n', { mode: 0o600 })
}

/**
 * At one blow: were the file in use in this process already, closing it would drop SQLite's locks on it
 * (sqlite.org/howtocorrupt.html, section 2.2). For the same reason it is never read but through SQLite.
 */
function makeEmptyFile(path: string): void {
  try {
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 })
  } catch (thrown) {
    if (!isErrno(thrown, 'EEXIST') && !isErrno(thrown, 'EISDIR')) throw thrown
  }
}

async function checkedFile(real: string, path: string): Promise<{ readonly size: number }> {
  const found = await stat(real)
  if (!found.isFile()) throw new StoreError('not-a-store', `${path} is not a file`)
  await access(real, constants.R_OK | constants.W_OK)
  await access(dirname(real), constants.W_OK)
  return found
}

/** `immutable`: no locks, no journal, no recovery, so that a foreign database and what lies beside it stay as they are. */
async function checkOwner(real: string, path: string): Promise<void> {
  let owner: unknown
  try {
    const connection = connect(`${pathToFileURL(real).href}?immutable=1`)
    owner = connection.first('PRAGMA application_id')?.['application_id']
    connection.close()
  } catch (thrown) {
    const failure = asStoreError(thrown)
    if (failure.code !== 'not-a-store') throw failure
    throw new StoreError('not-a-store', `${path} is not a database: it was left as it is`, { cause: thrown })
  }
  if (owner !== APPLICATION_ID)
    throw new StoreError('not-a-store', `${path} is the database of another program: it was left as it is`)
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

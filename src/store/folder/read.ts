// A folder as it lies on the disk. Only regular files are read, no link is followed but the one that the folder itself
// may be, and nothing is ever written.
import { constants, type Dirent } from 'node:fs'
import { type FileHandle, open, opendir, realpath, stat } from 'node:fs/promises'
import { brokenFolder, type Defect, failureCode } from './broken.ts'

/** Bytes. The largest real files, `creds.json` and old sessions, have some 100 KB. */
const MAX_FILE_BYTES = 1 << 20
export const MAX_FILES = 50_000

export interface Entry {
  readonly name: string
  /** What it is, when it is no regular file. */
  readonly odd: string | undefined
}

export type Content = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly defect: Defect }

export const WHICH_FOLDER =
  'Give the path of the folder that useMultiFileAuthState made: the one that holds creds.json.'

/** The folder's own path, without links. */
export async function resolvedFolder(folder: string): Promise<string> {
  let isFolder: boolean
  let path: string
  try {
    path = await realpath(folder)
    isFolder = (await stat(path)).isDirectory()
  } catch (thrown) {
    const code = failureCode(thrown)
    throw brokenFolder(code === 'ENOENT' ? 'there is no such folder' : `no such folder (${code})`, WHICH_FOLDER)
  }
  if (!isFolder) throw brokenFolder('this is a file, not a folder', WHICH_FOLDER)
  return path
}

/** All that lies in a folder, in the order of the names. */
export async function entriesOf(path: string, limit: number = MAX_FILES): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  try {
    for await (const entry of await opendir(path, { bufferSize: 512 })) {
      entries.push({ name: entry.name, odd: oddness(entry) })
      if (entries.length > limit) break
    }
  } catch (thrown) {
    throw brokenFolder(
      `the folder cannot be read (${failureCode(thrown)})`,
      'Give this user the right to read the folder.',
    )
  }
  if (entries.length > limit)
    throw brokenFolder(`the folder holds more than ${limit} files`, 'Move what Baileys did not write out of it.')
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function oddness(entry: Dirent): string | undefined {
  if (entry.isFile()) return undefined
  if (entry.isSymbolicLink()) return 'a symbolic link'
  return entry.isDirectory() ? 'a folder' : 'not a regular file'
}

/** Looks again at what it opened: a link or a pipe may have come in the file's place. */
export async function contentOf(path: string): Promise<Content> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (thrown) {
    return unreadable(thrown)
  }
  try {
    const { size } = await file.stat().then((found) => (found.isFile() ? found : { size: undefined }))
    if (size === undefined) return defect('is not a regular file')
    if (size > MAX_FILE_BYTES) return defect('is larger than 1 MiB')
    if (size === 0) return defect('is empty')
    return { ok: true, text: (await readUpTo(file, size)).toString('utf8') }
  } catch (thrown) {
    return unreadable(thrown)
  } finally {
    await file.close()
  }
}

/** No further than it was long: a file that grows meanwhile is not read for ever. */
async function readUpTo(file: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size)
  let length = 0
  while (length < size) {
    const { bytesRead } = await file.read(bytes, length, size - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
}

function defect(what: string): Content {
  return { ok: false, defect: { what } }
}

function unreadable(thrown: unknown): Content {
  const code = failureCode(thrown)
  if (code === 'ENOENT') return defect('is missing')
  if (code === 'ELOOP') return defect('is a symbolic link')
  return defect(`cannot be read (${code})`)
}

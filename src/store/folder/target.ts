// The folder that an export writes: new or empty, for this user alone, gone again when the export fails.
import { chmod, mkdir, open, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StoreError } from '../../errors.ts'
import { failureCode } from './broken.ts'

export interface TargetFolder {
  /** A new file, durable once its folder is. */
  write(name: string, text: string): Promise<void>
  /** The same, but never seen half-written. */
  publish(name: string, text: string): Promise<void>
  /** Makes the files in it durable. */
  sync(): Promise<void>
  /** Takes away what was written, and the folder if it was made for it. */
  discard(): Promise<void>
}

/** @throws StoreError store-error: it is not empty, or cannot be made */
export async function targetFolder(folder: string): Promise<TargetFolder> {
  try {
    return await openTarget(folder)
  } catch (thrown) {
    if (thrown instanceof StoreError) throw thrown
    const code = failureCode(thrown)
    if (code === 'ENOTDIR' || code === 'EEXIST') throw refused('the path leads to a file, not a folder')
    throw refused(`the folder cannot be made (${code})`)
  }
}

async function openTarget(folder: string): Promise<TargetFolder> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = await realpath(folder)
  if (made === undefined && (await readdir(path)).length > 0) throw refused('the folder is not empty')
  await chmod(path, 0o700)
  if (made !== undefined) await syncFolder(dirname(path))
  const written: string[] = []

  const write = async (name: string, text: string): Promise<void> => {
    const file = await open(join(path, name), 'wx', 0o600)
    written.push(name)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
  }

  return {
    write,
    async publish(name, text) {
      const half = `${name}.new`
      await write(half, text)
      await rename(join(path, half), join(path, name))
      written.push(name)
    },
    sync: () => syncFolder(path),
    async discard() {
      for (const name of written) await rm(join(path, name), { force: true })
      if (made !== undefined) await rmdir(path)
    },
  }
}

/** Windows cannot open folders, and needs no such call. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function refused(what: string): StoreError {
  return new StoreError('store-error', `${what}: nothing was written`, {
    advice: 'Give the path of a new folder on a disk that this user may write.',
  })
}

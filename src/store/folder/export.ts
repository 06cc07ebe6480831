// A session as a folder that Baileys' useMultiFileAuthState loads. Credentials come last: a folder with creds.json is
// a whole one.
import { StoreError } from '../../errors.ts'
import type { LinkValues } from '../link-values.ts'
import type { Sessions } from '../sessions.ts'
import type { LinkContents } from '../stored-values.ts'
import type { LinkId } from '../values.ts'
import { failureCode, maskedFile } from './broken.ts'
import { writeBufferJson } from './buffer-json.ts'
import { CREDENTIALS_FILE, fileNameOf } from './file-names.ts'
import { checkedPath } from './path.ts'
import { type TargetFolder, targetFolder } from './target.ts'

/** Files on their way to the disk: waiting for the disk takes most of the time. */
const AT_ONCE = 4

export async function exportFolder(
  sessions: Sessions,
  valuesOf: (of: LinkId) => LinkValues,
  session: string,
  folder: string,
): Promise<void> {
  const path = checkedPath(folder)
  const live = await sessions.live(session)
  const contents = live === undefined ? undefined : await valuesOf(live.row).readAll()
  if (contents === undefined)
    throw new StoreError('not-linked', `session ${session} is not linked: there is nothing to export`)
  const files = keyFiles(contents)
  const target = await targetFolder(path)
  try {
    await writeAll(target, files, contents)
  } catch (thrown) {
    await target.discard().catch(() => {}) // what went wrong first is what counts
    // No cause: the messages of the file system hold the file's name, and that a telephone number.
    throw new StoreError('store-error', `the export failed (${failureCode(thrown)}): nothing was kept`, {
      advice: 'Check the disk, its rights and its free space, then export into a new folder.',
    })
  }
}

async function writeAll(target: TargetFolder, files: KeyFiles, { credentials }: LinkContents): Promise<void> {
  const waiting = [...files]
  for (let from = 0; from < waiting.length; from += AT_ONCE) {
    const some = waiting.slice(from, from + AT_ONCE)
    const done = await Promise.allSettled(some.map(async ([name, value]) => target.write(name, writeBufferJson(value))))
    for (const one of done) if (one.status === 'rejected') throw one.reason
  }
  await target.sync()
  await target.publish(CREDENTIALS_FILE, writeBufferJson(credentials))
  await target.sync()
}

type KeyFiles = ReadonlyMap<string, unknown>

/** Refuses before anything is written. No key that Baileys makes is refused. */
function keyFiles({ keys }: LinkContents): KeyFiles {
  const files = new Map<string, unknown>()
  for (const { type, id, value } of keys) {
    const name = fileNameOf(type, id)
    if (!isFileName(name)) throw unnameable(name, 'no file can be called so')
    if (files.has(name)) throw unnameable(name, 'another key has the same name')
    files.set(name, value)
  }
  return files
}

/** Bytes in a file's name, on nearly every file system. */
const MAX_NAME_BYTES = 255

/** Backslashes part folders on Windows. */
function isFileName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return !/[\0-\x1f\\]/.test(name) && Buffer.byteLength(name) <= MAX_NAME_BYTES
}

function unnameable(name: string, why: string): StoreError {
  return new StoreError('store-error', `a key cannot be exported as ${JSON.stringify(maskedFile(name))}: ${why}`, {
    advice: 'Folders of Baileys cannot hold such a key. Keep the session in the store.',
  })
}

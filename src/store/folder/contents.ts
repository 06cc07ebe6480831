// What a folder holds: credentials that are whole, keys, and files without a place among them.
import { join } from 'node:path'
import type { AuthenticationCreds } from 'baileys'
import { brokenFile, brokenFolder, type Defect } from './broken.ts'
import { readBufferJson } from './buffer-json.ts'
import { CREDENTIALS_LOST, checkedCredentials } from './check.ts'
import { CREDENTIALS_FILE, type FileKey, keyOf } from './file-names.ts'
import { keyValue } from './key-values.ts'
import { contentOf, type Entry, entriesOf, WHICH_FOLDER } from './read.ts'

export interface FolderContents {
  readonly credentials: AuthenticationCreds
  readonly keys: readonly { readonly type: string; readonly id: string; readonly value: unknown }[]
  readonly skipped: readonly Skipped[]
}

interface Skipped {
  readonly file: string
  readonly reason: string
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly defect: Defect }

/** Characters in all files together; they are held in memory until the transaction. */
const MAX_CHARACTERS = 256 << 20

/** The thread pool that reads files has four threads, and others need it too. */
const AT_ONCE = 4

const KEY_LOST =
  'Stop the bot that uses the folder and try again. If the file stays as it is, restore it from a backup or move it away.'

/** @throws StoreError broken-folder */
export async function readFolder(path: string): Promise<FolderContents> {
  const entries = await entriesOf(path)
  const budget = budgetOf(MAX_CHARACTERS)
  const credentials = await readCredentials(path, entries, budget)
  const others = entries.filter(({ name }) => name !== CREDENTIALS_FILE)
  const keys: { type: string; id: string; value: unknown }[] = []
  const skipped: Skipped[] = []
  for (let from = 0; from < others.length; from += AT_ONCE) {
    const some = others.slice(from, from + AT_ONCE)
    for (const read of await Promise.all(some.map((entry) => readEntry(path, entry, budget)))) {
      if ('reason' in read) skipped.push(read)
      else keys.push(read)
    }
  }
  return { credentials, keys, skipped }
}

async function readCredentials(path: string, entries: readonly Entry[], budget: Budget): Promise<AuthenticationCreds> {
  const entry = entries.find(({ name }) => name === CREDENTIALS_FILE)
  if (entry === undefined) throw brokenFile(CREDENTIALS_FILE, { what: 'is missing', advice: WHICH_FOLDER })
  const parsed = await parse(path, entry, budget)
  if (!parsed.ok) throw brokenFile(CREDENTIALS_FILE, { advice: CREDENTIALS_LOST, ...parsed.defect })
  const checked = checkedCredentials(parsed.value)
  if (!checked.ok) throw brokenFile(CREDENTIALS_FILE, checked.defect)
  return checked.credentials
}

/** Files of types that Baileys writes are whole, or the folder is broken; others are left aside when they are not. */
async function readEntry(
  path: string,
  entry: Entry,
  budget: Budget,
): Promise<(FileKey & { value: unknown }) | Skipped> {
  const { name } = entry
  const named = keyOf(name)
  if (!named.ok) return { file: name, reason: entry.odd ?? named.reason }
  const parsed = await parse(path, entry, budget)
  const { known, type } = named.key
  if (!parsed.ok) {
    if (known) throw brokenFile(name, { advice: KEY_LOST, ...parsed.defect })
    return { file: name, reason: `not a file that Baileys writes: it ${parsed.defect.what}` }
  }
  if (parsed.value === null) return { file: name, reason: 'holds no key' }
  const value = keyValue(type, parsed.value)
  if (value === undefined) throw brokenFile(name, { advice: KEY_LOST, what: 'holds no key of its type' })
  return { ...named.key, value }
}

async function parse(path: string, { name, odd }: Entry, budget: Budget): Promise<Parsed> {
  if (odd !== undefined) return { ok: false, defect: { what: `is ${odd}` } }
  const content = await contentOf(join(path, name))
  if (!content.ok) return content
  budget.take(content.text.length)
  try {
    return { ok: true, value: readBufferJson(content.text) }
  } catch {
    return { ok: false, defect: { what: 'does not hold what Baileys writes: it is cut off or damaged' } }
  }
}

interface Budget {
  take(characters: number): void
}

function budgetOf(limit: number): Budget {
  let left = limit
  return {
    take(characters) {
      left -= characters
      if (left >= 0) return
      throw brokenFolder(
        `the files of the folder hold more than ${limit >> 20} MiB together`,
        'Move what Baileys did not write out of it.',
      )
    },
  }
}

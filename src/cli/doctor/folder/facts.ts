// All that is known about a folder of Baileys. What follows from it is decided elsewhere.
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreError } from '../../../errors.ts'
import { readBufferJson } from '../../../store/folder/buffer-json.ts'
import { CREDENTIALS_FILE, type FileKey, keyOf } from '../../../store/folder/file-names.ts'
import { keyValue } from '../../../store/folder/key-values.ts'
import { checkedPath } from '../../../store/folder/path.ts'
import { contentOf, type Entry, entriesOf, resolvedFolder } from '../../../store/folder/read.ts'
import { type GitState, gitStateOf } from '../git.ts'
import { rightsOf } from '../rights.ts'

export interface FolderFacts {
  /** As it was typed. */
  readonly folder: string
  /** Why nothing in it could be looked at. */
  readonly trouble?: string
  readonly isLink: boolean
  /** Undefined where the system has no such rights. */
  readonly mode: number | undefined
  readonly credentials: CredentialsFacts
  /** All but creds.json, by name. */
  readonly files: readonly FileFacts[]
  readonly git: GitState
}

export interface CredentialsFacts {
  /** Bytes; undefined: there is no such file. */
  readonly size: number | undefined
  readonly mode: number | undefined
  /** ms since the epoch. */
  readonly changedAt: number | undefined
  /** Why its contents are not known, as the predicate of a sentence. */
  readonly defect: string | undefined
  readonly value: unknown
}

export interface FileFacts {
  readonly name: string
  readonly size: number
  /** ms since the epoch. */
  readonly changedAt: number
  /** Undefined: its name stands for no key, or for more than one. */
  readonly key: FileKey | undefined
  /** Why an import leaves it aside, when it is no key. */
  readonly reason: string | undefined
  /** What is wrong with a key, as the predicate of a sentence. */
  readonly defect: string | undefined
  readonly value: unknown
}

/** @throws LinkError `invalid-options` for what cannot be a path */
export async function folderFacts(folder: string): Promise<FolderFacts> {
  const path = checkedPath(folder)
  const isLink = await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  )
  try {
    const real = await resolvedFolder(path)
    const entries = await entriesOf(real)
    const files: FileFacts[] = []
    for (const entry of entries) if (entry.name !== CREDENTIALS_FILE) files.push(await fileFacts(real, entry))
    return {
      folder,
      isLink,
      mode: await rightsOf(real),
      credentials: await credentialsFacts(real, entries),
      files,
      git: await gitStateOf(join(real, CREDENTIALS_FILE)),
    }
  } catch (thrown) {
    if (!(thrown instanceof StoreError)) throw thrown
    return { ...NOTHING, folder, isLink, trouble: thrown.message.replace(/: nothing was imported$/, '') }
  }
}

const NOTHING = {
  mode: undefined,
  credentials: { size: undefined, mode: undefined, changedAt: undefined, defect: undefined, value: undefined },
  files: [],
  git: 'outside',
} as const

async function credentialsFacts(folder: string, entries: readonly Entry[]): Promise<CredentialsFacts> {
  const entry = entries.find(({ name }) => name === CREDENTIALS_FILE)
  if (entry === undefined) return NOTHING.credentials
  const path = join(folder, CREDENTIALS_FILE)
  const { size, mtimeMs } = await lstat(path).catch(() => ({ size: 0, mtimeMs: 0 }))
  const mode = await rightsOf(path)
  return { size, mode, changedAt: mtimeMs, ...(await contents(folder, entry)) }
}

async function fileFacts(folder: string, entry: Entry): Promise<FileFacts> {
  const { name, odd } = entry
  const { size, mtimeMs } = await lstat(join(folder, name)).catch(() => ({ size: 0, mtimeMs: 0 }))
  const known = { name, size, changedAt: mtimeMs }
  const named = keyOf(name)
  if (!named.ok) {
    return { ...known, key: undefined, reason: odd ?? named.reason, defect: undefined, value: undefined }
  }
  const { defect, value } = await contents(folder, entry)
  const { key } = named
  if (defect !== undefined) {
    // What Baileys does not write may hold anything.
    const reason = key.known ? undefined : `not a file that Baileys writes: it ${defect}`
    return { ...known, key, reason, defect: key.known ? defect : undefined, value: undefined }
  }
  if (value === null) return { ...known, key, reason: 'holds no key', defect: undefined, value: undefined }
  const isUsable = keyValue(key.type, value) !== undefined
  return {
    ...known,
    key,
    reason: undefined,
    defect: isUsable ? undefined : 'holds no key of its type',
    value: small(key, value),
  }
}

/** Only what is compared with something is kept: tens of thousands of keys are not. */
function small({ type }: FileKey, value: unknown): unknown {
  return type === 'lid-mapping' ? value : undefined
}

async function contents(folder: string, { name, odd }: Entry): Promise<Pick<FileFacts, 'defect' | 'value'>> {
  if (odd !== undefined) return { defect: `is ${odd}`, value: undefined }
  const content = await contentOf(join(folder, name))
  if (!content.ok) return { defect: content.defect.what, value: undefined }
  try {
    return { defect: undefined, value: readBufferJson(content.text) }
  } catch {
    return { defect: 'is cut off or damaged', value: undefined }
  }
}

// What is known about a store, gathered without changing anything in it or beside it.
import { access, constants, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PaircodeError } from '../../../errors.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { StoreLook } from '../../../store/look.ts'
import { type GitState, gitStateOf } from '../git.ts'
import { rightsOf } from '../rights.ts'

export interface StoreRequest {
  readonly address: string
  /** Undefined: the one beside the database. */
  readonly key: Uint8Array | undefined
  readonly previousKeys: readonly Uint8Array[]
  readonly clock: Clock
}

export interface StoreFacts {
  /** Without user and password. */
  readonly address: string
  /** Only of SQLite. */
  readonly disk?: DiskFacts
  readonly previousKeys: number
  readonly state:
    | { readonly is: 'memory' | 'absent' | 'empty' }
    /** `code`: of the error that opening it would end with. */
    | { readonly is: 'unusable'; readonly code: string; readonly message: string; readonly advice: string }
    | { readonly is: 'newer'; readonly schema: number; readonly newestSchema: number }
    | { readonly is: 'keyless' }
    | { readonly is: 'readable'; readonly look: StoreLook; readonly isOlder: boolean }
}

export interface DiskFacts {
  readonly file: string
  readonly bytes: number
  readonly logBytes: number
  readonly mode: number | undefined
  readonly isWritable: boolean
  readonly git: GitState
  /** Of the key that was made for it; undefined: there is none. */
  readonly key:
    | { readonly folder: string; readonly folderMode: number | undefined; readonly mode: number | undefined }
    | undefined
}

/** @throws StoreError not-a-store for what is no address of a store */
export async function storeFacts(request: StoreRequest): Promise<StoreFacts> {
  const { parsedUrl } = await import('../../../store/open.ts')
  const known = { address: shownAddress(request.address), previousKeys: request.previousKeys.length }
  if (/^postgres(ql)?:/i.test(request.address)) return { ...known, state: await server(request) }
  const { scheme, rest } = parsedUrl(request.address)
  if (scheme === 'memory') return { ...known, state: { is: 'memory' } }
  return { ...known, ...(await file(rest, request)) }
}

/** An address may hold a password. */
function shownAddress(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//').replace(/\?.*$/, '')
}

async function file(path: string, request: StoreRequest): Promise<Pick<StoreFacts, 'disk' | 'state'>> {
  try {
    const found = await stat(path).catch(ignoreMissing)
    if (found === undefined) return { state: { is: 'absent' } }
    if (!found.isFile())
      return { state: { is: 'unusable', code: 'not-a-store', message: `${path} is not a file`, advice: WHICH_FILE } }
    if (found.size === 0) return { state: { is: 'empty' } }
    const real = await realpath(path)
    const disk = await diskFacts(real, found.size)
    return { disk, state: await database(real, request).catch(unusable) }
  } catch (thrown) {
    return { state: unusable(thrown) }
  }
}

const WHICH_FILE = 'Give the file of a store, as PAIRCODE_STORE names it.'

async function diskFacts(real: string, bytes: number): Promise<DiskFacts> {
  const [{ keyFolder }, { logOf }] = await Promise.all([
    import('../../../store/sqlite/key-folder.ts'),
    import('../../../store/sqlite/look.ts'),
  ])
  const folder = keyFolder(real)
  const hasKey = (await stat(join(folder, 'key')).catch(() => undefined)) !== undefined
  return {
    file: real,
    bytes,
    logBytes: await stat(logOf(real)).then(
      ({ size }) => size,
      () => 0,
    ),
    mode: await rightsOf(real),
    isWritable: (await isWritable(real)) && (await isWritable(dirname(real))),
    git: await gitStateOf(hasKey ? join(folder, 'key') : real),
    key: hasKey ? { folder, folderMode: await rightsOf(folder), mode: await rightsOf(join(folder, 'key')) } : undefined,
  }
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  )
}

async function database(real: string, { key, previousKeys, clock }: StoreRequest): Promise<StoreFacts['state']> {
  const [{ lookAtSqlite }, { readKey }, { lookInto }] = await Promise.all([
    import('../../../store/sqlite/look.ts'),
    import('../../../store/sqlite/key-folder.ts'),
    import('../../../store/look.ts'),
  ])
  const { schema, newestSchema, backend } = await lookAtSqlite(real, clock)
  try {
    if (schema > newestSchema) return { is: 'newer', schema, newestSchema }
    const used = key ?? (await readKey(real))
    if (used === undefined) return { is: 'keyless' }
    const look = await lookInto({ backend, key: used, previousKeys, clock })
    return { is: 'readable', look, isOlder: schema < newestSchema }
  } finally {
    await backend.close()
  }
}

/** A database of a server is opened as always, which changes nothing, and is not unlocked, which would. */
async function server({ address, key, previousKeys, clock }: StoreRequest): Promise<StoreFacts['state']> {
  try {
    const { openBackend, parsedUrl } = await import('../../../store/open.ts')
    const { lookInto } = await import('../../../store/look.ts')
    const { scheme, rest } = parsedUrl(address)
    const opened = await openBackend(scheme, rest, clock, key)
    try {
      const look = await lookInto({ backend: opened.backend, key: opened.key, previousKeys, clock })
      return look.key === 'none' ? { is: 'empty' } : { is: 'readable', look, isOlder: false }
    } finally {
      await opened.backend.close()
    }
  } catch (thrown) {
    return unusable(thrown)
  }
}

function unusable(thrown: unknown): StoreFacts['state'] {
  if (thrown instanceof PaircodeError)
    return { is: 'unusable', code: thrown.code, message: thrown.message, advice: thrown.advice }
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown failure'
  return {
    is: 'unusable',
    code: 'store-error',
    message: `the store cannot be read (${code})`,
    advice: 'Give this user the right to read it.',
  }
}

function ignoreMissing(thrown: unknown): undefined {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
  throw thrown
}

import { randomBytes } from 'node:crypto'
import { LinkError, StoreError } from '../errors.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Backend } from './backend.ts'
import { unlock } from './check.ts'
import type { Store } from './contract.ts'
import { sweep } from './guarded.ts'
import { memoryBackend } from './memory.ts'
import { createSeal } from './seal.ts'
import { assembleStore } from './store.ts'

export interface OpenOptions {
  /**
   * 32 bytes, or a function that fetches them. SQLite without a key makes one beside the database; PostgreSQL without a
   * key refuses.
   */
  readonly key?: Uint8Array | (() => Promise<Uint8Array>)
  /**
   * Keys that older values are sealed with. They are sealed anew with `key` in the background; `store.resealed()` tells
   * when these keys are not needed any more.
   */
  readonly previousKeys?: readonly Uint8Array[]
  readonly clock?: Clock
}

/** A database that is reachable; nothing in it was changed yet. */
export interface Opened {
  readonly backend: Backend
  /** The key that belongs to it when the caller gave none. */
  readonly key: Uint8Array
}

/**
 * Opens the store at `url`, and makes it when there is none:
 * - `sqlite:./sessions.db`: a file, relative to the working directory
 * - `postgres://user:password@host/database` (or `postgresql://`): several machines can share it; needs a `key`. Tables
 *   are in a schema of their own, `paircode`, or as `?schema=` says
 * - `memory:`: gone with the process, for tests and trials
 *
 * @throws StoreError `wrong-key`, `newer-schema`, `not-a-store`, `store-error`; LinkError `invalid-options`
 */
export async function openStore(url: string, options: OpenOptions = {}): Promise<Store> {
  const { scheme, rest } = parsedUrl(url)
  checkOptions(options)
  const clock = options.clock ?? systemClock
  const given = await givenKey(options.key)
  const previous = (options.previousKeys ?? []).map((key, index) => checkedKey(key, `previousKeys[${index}]`))
  const { backend, key } = await openBackend(scheme, rest, clock, given)
  try {
    const unlocked = await unlock(backend, createSeal(key, previous))
    await backend.commit([sweep(clock.now())])
    return assembleStore({ kind: scheme, backend, unlocked, clock, ownKey: given !== undefined })
  } catch (thrown) {
    await backend.close().catch(() => {})
    throw thrown
  }
}

function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw new LinkError('invalid-options', 'the options of a store must be an object')
  const { previousKeys, clock } = options as { readonly previousKeys?: unknown; readonly clock?: Partial<Clock> }
  if (previousKeys !== undefined && !Array.isArray(previousKeys))
    throw new LinkError('invalid-options', 'previousKeys must be an array of keys')
  const isClock = (['now', 'setTimeout', 'clearTimeout'] as const).every((name) => typeof clock?.[name] === 'function')
  if (clock !== undefined && !isClock)
    throw new LinkError('invalid-options', 'clock must have now(), setTimeout() and clearTimeout()')
}

export type Scheme = 'sqlite' | 'postgres' | 'memory'

const FORMS =
  'Use sqlite:./sessions.db for a file, postgres://user:password@host/database for PostgreSQL, or memory: for a trial.'

export function parsedUrl(url: unknown): { readonly scheme: Scheme; readonly rest: string } {
  if (typeof url !== 'string')
    throw new StoreError('not-a-store', 'the address of a store is a string', { advice: FORMS })
  const colon = url.indexOf(':')
  const scheme = url.slice(0, Math.max(colon, 0)).toLowerCase()
  const rest = url.slice(colon + 1)
  if (scheme === 'postgres' || scheme === 'postgresql') return { scheme: 'postgres', rest: url }
  if (scheme === 'memory') {
    if (rest === '') return { scheme, rest }
    throw new StoreError('not-a-store', 'memory: takes nothing after the colon', { advice: FORMS })
  }
  if (scheme !== 'sqlite') throw new StoreError('not-a-store', 'not the address of a store', { advice: FORMS })
  if (rest === ':memory:')
    throw new StoreError('not-a-store', 'sqlite::memory: is not supported', { advice: 'Use memory: instead.' })
  if (/^\/\/(?!\/)/.test(rest))
    throw new StoreError('not-a-store', 'sqlite:// is followed by a third slash or not written', {
      advice: 'Write sqlite:./sessions.db, or sqlite:/absolute/path/sessions.db.',
    })
  if (rest === '' || rest.includes('\0'))
    throw new StoreError('not-a-store', 'sqlite: needs the path of a file', { advice: FORMS })
  return { scheme, rest }
}

/** Changes nothing in a database that is there; SQLite's is made when there is none. */
export async function openBackend(
  scheme: Scheme,
  rest: string,
  clock: Clock,
  key: Uint8Array | undefined,
): Promise<Opened> {
  if (scheme === 'memory') return { backend: memoryBackend(clock), key: key ?? randomBytes(32) }
  if (scheme === 'postgres') {
    const { openPostgres } = await import('./postgres/open.ts')
    return openPostgres(rest, clock, key)
  }
  const { openSqlite } = await import('./sqlite/open.ts')
  return openSqlite(rest, clock, key)
}

async function givenKey(key: OpenOptions['key']): Promise<Uint8Array | undefined> {
  if (key === undefined) return undefined
  if (typeof key !== 'function') return checkedKey(key, 'key')
  let fetched: Uint8Array
  try {
    fetched = await key()
  } catch (cause) {
    throw new StoreError('store-error', 'the key could not be fetched', {
      cause,
      advice: 'See what the `key` function of openStore() says, and try again.',
    })
  }
  return checkedKey(fetched, 'key')
}

function checkedKey(key: unknown, name: string): Uint8Array {
  if (key instanceof Uint8Array && key.length === 32) return Uint8Array.from(key)
  throw new LinkError('invalid-options', `${name} must be 32 bytes`)
}

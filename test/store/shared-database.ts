// One database in memory that several stores share, as several processes would; and the ways to disturb it.
import { onTestFinished } from 'vitest'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import type { Backend } from '../../src/store/backend.ts'
import { unlock } from '../../src/store/check.ts'
import type { Store } from '../../src/store/contract.ts'
import { memoryBackend } from '../../src/store/memory.ts'
import { createSeal } from '../../src/store/seal.ts'
import { assembleStore } from '../../src/store/store.ts'

export const [OLD, NEW, NEWER, OTHER] = [1, 2, 3, 4].map((byte) => Buffer.alloc(32, byte)) as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
]

export function sharedDatabase(clock: Clock = systemClock): Backend {
  return memoryBackend(clock)
}

/** A store on it, as openStore() makes one. */
export async function openOn(
  backend: Backend,
  key: Uint8Array,
  previous: readonly Uint8Array[] = [],
  clock: Clock = systemClock,
): Promise<Store> {
  return assembleStore({ kind: 'memory', backend, unlocked: await unlock(backend, createSeal(key, previous)), clock })
}

type Wrap = <T>(call: () => Promise<T>, name: keyof Backend) => Promise<T>

export function wrapped(backend: Backend, around: Wrap): Backend {
  return {
    readCheck: () => around(() => backend.readCheck(), 'readCheck'),
    prepare: (check) => around(() => backend.prepare(check), 'prepare'),
    replaceCheck: (old, check) => around(() => backend.replaceCheck(old, check), 'replaceCheck'),
    readLinks: (session) => around(() => backend.readLinks(session), 'readLinks'),
    readValues: (link, lookups) => around(() => backend.readValues(link, lookups), 'readValues'),
    scanValues: (link, after, limit) => around(() => backend.scanValues(link, after, limit), 'scanValues'),
    commit: (writes) => around(() => backend.commit(writes), 'commit'),
    change: (session, decide) => around(() => backend.change(session, decide), 'change'),
    update: (kind, key, decide) => around(() => backend.update(kind, key, decide), 'update'),
    readDocument: (collection, key) => around(() => backend.readDocument(collection, key), 'readDocument'),
    scanDocuments: (collection, list, part) =>
      around(() => backend.scanDocuments(collection, list, part), 'scanDocuments'),
    appendDocument: (collection, document, also) =>
      around(() => backend.appendDocument(collection, document, also), 'appendDocument'),
    changeDocument: (collection, key, decide) =>
      around(() => backend.changeDocument(collection, key, decide), 'changeDocument'),
    dropDocuments: (collection, list) => around(() => backend.dropDocuments(collection, list), 'dropDocuments'),
    close: () => around(() => backend.close(), 'close'),
  }
}

export interface Mortal {
  readonly backend: Backend
  /** Resolves when its process has died. */
  readonly died: Promise<void>
}

/**
 * The database as seen by a process that dies at its `last`th call: before the call takes effect, or after, in which
 * case nobody hears of it. A dead process never gets an answer.
 */
export function mortal(backend: Backend, last: number, when: 'before' | 'after'): Mortal {
  let calls = 0
  let die = (): void => {}
  const died = new Promise<void>((resolve) => {
    die = resolve
  })
  const never = new Promise<never>(() => {})
  return {
    died,
    backend: wrapped(backend, async (call) => {
      calls += 1
      if (calls < last) return call()
      if (calls === last && when === 'after') await call()
      die()
      return never
    }),
  }
}

/** Every call takes some turns of the event loop, as many as `turns` says, before it takes effect and after. */
export function slow(backend: Backend, turns: () => number): Backend {
  const wait = async (): Promise<void> => {
    for (let left = turns(); left > 0; left -= 1) await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return wrapped(backend, async (call) => {
    await wait()
    const result = await call()
    await wait()
    return result
  })
}

/** Key ids (hex) of everything that is sealed in the links and their values, raw as it lies there. */
export async function keyIdsIn(backend: Backend): Promise<readonly string[]> {
  const ids = new Set<string>()
  const add = (sealed: Uint8Array): void => void ids.add(Buffer.from(sealed.subarray(1, 5)).toString('hex'))
  for (const { link, details } of await backend.readLinks()) {
    add(details)
    for (const { value } of await backend.scanValues(link, undefined, 1_000_000)) add(value)
  }
  const check = await backend.readCheck()
  if (check !== undefined) add(check)
  return [...ids]
}

export function keyIdOf(key: Uint8Array): string {
  return Buffer.from(createSeal(key).keyIds[0] ?? []).toString('hex')
}

/** Closed with the test; a store on a dead process' database cannot be. */
export function closing(store: Store): Store {
  onTestFinished(() => store.close())
  return store
}

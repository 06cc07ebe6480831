// Puts a store together: a database below, the public contract and the inner one above.
import { inspect } from 'node:util'
import type { Clock } from '../lib/clock.ts'
import { openAuthState } from './auth-state.ts'
import type { Backend } from './backend.ts'
import type { Unlocked } from './check.ts'
import { createCodeLimits } from './code-limits.ts'
import { createCollections } from './collections.ts'
import type { Store, StoreInternals } from './contract.ts'
import { exportFolder } from './folder/export.ts'
import { importFolder } from './folder/import.ts'
import { guarded } from './guarded.ts'
import { rememberInternals } from './internals.ts'
import { startKeyChange } from './key-change.ts'
import { createLeases } from './leases.ts'
import { createLinkValues, type LinkValues } from './link-values.ts'
import { createRecords } from './records.ts'
import { checkedSessionName } from './session-name.ts'
import { createSessions } from './sessions.ts'
import type { LinkId } from './values.ts'

export interface StoreParts {
  /** 'memory', 'sqlite' or 'postgres': all that a store says about itself when it is printed. */
  readonly kind: string
  readonly backend: Backend
  readonly unlocked: Unlocked
  readonly clock: Clock
  /** The key was given, not made. */
  readonly ownKey?: boolean
}

/** How long `close()` waits for those who asked to be told before it. */
const CLOSING_MS = 10_000

export function assembleStore({ kind, backend: database, unlocked, clock, ownKey = false }: StoreParts): Store {
  const { seal, codec, lookup, recordSeal } = unlocked
  const backend = guarded(database, clock)
  const records = createRecords(backend, recordSeal, lookup)
  const sessions = createSessions(backend, seal, codec, clock)
  const leases = createLeases(records, clock)
  const keyChange = startKeyChange(backend, unlocked, clock)
  const inUse = new Map<number, LinkValues>()
  const hooks = new Set<() => Promise<void>>()
  let closing: Promise<void> | undefined

  const valuesOf = ({ session, link }: LinkId): LinkValues => {
    const values = inUse.get(link) ?? createLinkValues(backend, seal, codec, { session, link })
    inUse.set(link, values)
    return values
  }

  const close = async (): Promise<void> => {
    await within(clock, CLOSING_MS, Promise.allSettled([...hooks].map(async (hook) => hook())))
    await leases.close()
    await keyChange.close()
    await Promise.all([...inUse.values()].map((values) => values.settled()))
    await backend.close()
  }

  const store: Store & { toJSON(): unknown } = {
    list: (options) => sessions.list(options?.archived === true),
    get: sessions.get,
    remove: sessions.remove,
    restore: sessions.restore,
    authState: async (session) => openAuthState(sessions, valuesOf, clock, checkedSessionName(session)),
    importFolder: async (folder, session) => importFolder(sessions, clock, folder, checkedSessionName(session)),
    exportFolder: async (session, folder) => exportFolder(sessions, valuesOf, checkedSessionName(session), folder),
    resealed: () => keyChange.done,
    close: () => {
      closing ??= close()
      return closing
    },
    [Symbol.asyncDispose]: () => store.close(),
    toJSON: () => ({ store: kind }),
  }
  Object.defineProperty(store, inspect.custom, { value: () => `Store { ${kind} }` })

  const inner: StoreInternals = {
    clock,
    limits: createCodeLimits(records),
    collections: createCollections(backend, recordSeal, lookup, clock),
    shared: kind === 'postgres',
    ownKey,
    saveLinked: sessions.saveLinked,
    confirm: sessions.confirm,
    withdraw: sessions.withdraw,
    retire: sessions.retire,
    acquire: leases.acquire,
    holder: leases.holder,
    beforeClose: (hook) => {
      hooks.add(hook)
      return () => hooks.delete(hook)
    },
  }
  rememberInternals(store, inner)
  return store
}

/** Waits for `done`, but not longer than `ms`. */
function within(clock: Clock, ms: number, done: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const handle = clock.setTimeout(resolve, ms)
    void done.finally(() => {
      clock.clearTimeout(handle)
      resolve()
    })
  })
}

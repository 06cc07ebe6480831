import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../../src/lib/clock.ts'
import type { Backend } from '../../../src/store/backend.ts'
import type { Store } from '../../../src/store/contract.ts'
import { type OpenOptions, openStore } from '../../../src/store/open.ts'
import { openPostgres } from '../../../src/store/postgres/open.ts'
import { openSqlite } from '../../../src/store/sqlite/open.ts'
import { openThreaded } from '../../store/sqlite/thread/open-threaded.ts'
import { optionsFor } from './children/open-shared.ts'
import { noPostgres, sharedServer } from './postgres-server.ts'
import { settleWithDatabase } from './postgres-turns.ts'

/** Somewhere a store can be: empty at first, gone after the test. */
export interface Place {
  /** Opens the store that is there; stores are closed after the test. */
  open(options?: OpenOptions): Promise<Store>
  /** Whether what one store kept is there for the next one that is opened. */
  readonly lasts: boolean
  /** The rows as they lie there, to look at what is sealed how; where it lasts. Closed after the test. */
  rows?(): Promise<Backend>
  /** For other processes; where it lasts. */
  readonly url?: string
}

export async function memoryPlace(): Promise<Place> {
  return { lasts: false, open: (options) => opened('memory:', options) }
}

export async function sqlitePlace(): Promise<Place> {
  const file = join(await temporaryFolder(), 'sessions.db')
  return { ...sqliteFile(file), open: (options) => opened(`sqlite:${file}`, options) }
}

function sqliteFile(file: string): Required<Omit<Place, 'open'>> {
  return {
    lasts: true,
    url: `sqlite:${file}`,
    async rows() {
      const { backend } = await openSqlite(file, systemClock, Buffer.alloc(32))
      onTestFinished(() => backend.close())
      return backend
    },
  }
}

export async function postgresPlace(): Promise<Place> {
  const server = await sharedServer()
  const url = server.url(`place_${++places}`)
  return {
    lasts: true,
    url,
    open: (options = {}) => {
      settleWithDatabase(options.clock)
      return opened(url, { ...optionsFor(url), ...options })
    },
    async rows() {
      const { backend } = await openPostgres(url, systemClock, Buffer.alloc(32))
      onTestFinished(() => backend.close())
      return backend
    },
  }
}

let places = 0

/** Where several processes can share a store: each address is a new place. */
export const SHARED_PLACES: readonly { readonly name: string; newAddress(): Promise<string> }[] = [
  { name: 'SQLite', newAddress: async () => `sqlite:${join(await temporaryFolder(), 'sessions.db')}` },
  ...(noPostgres
    ? []
    : [{ name: 'PostgreSQL', newAddress: async () => (await sharedServer()).url(`place_${++places}`) }]),
]

/** The same with every write in the thread, from the opening on. */
export async function threadedPlace(): Promise<Place> {
  const file = join(await temporaryFolder(), 'sessions.db')
  return { ...sqliteFile(file), open: (options) => openThreaded(file, options) }
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function opened(url: string, options?: OpenOptions): Promise<Store> {
  const store = await openStore(url, options)
  onTestFinished(() => store.close())
  return store
}

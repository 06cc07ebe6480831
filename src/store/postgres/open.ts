import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import type { ClientConfig } from 'pg'
import { StoreError } from '../../errors.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import type { Opened } from '../open.ts'
import { type Address, parseAddress } from './address.ts'
import { postgresBackend } from './database.ts'
import { LIMITS, type Limits } from './patience.ts'
import { createPool } from './pool.ts'

/**
 * Nothing is connected to before the first question. The store's clock is the database's, which all machines share;
 * a clock that the caller gave takes its place.
 */
export async function openPostgres(
  url: string,
  clock: Clock,
  given: Uint8Array | undefined,
  limits: Limits = LIMITS,
): Promise<Opened> {
  const address = parseAddress(url)
  if (given === undefined) throw missingKey()
  const pool = createPool(await configOf(address), limits)
  const now = clock === systemClock ? undefined : clock.now
  return { backend: postgresBackend({ pool, schema: address.schema, limits, now }), key: given }
}

function missingKey(): StoreError {
  return new StoreError('wrong-key', 'a store in PostgreSQL needs a key, and none was given: nothing was touched', {
    advice: `For a new store set PAIRCODE_KEY=${freshKey()} (openStore: the option key) and keep it safe; for one that is there, set the key it was made with.`,
  })
}

/** Not one with seven digits in a row: what is printed for people masks those as a telephone number. */
function freshKey(): string {
  const key = randomBytes(32).toString('base64')
  return /\d{7}/.test(key) ? freshKey() : key
}

async function configOf(address: Address): Promise<ClientConfig> {
  const user = address.user ?? ownName()
  return {
    host: address.host,
    port: address.port,
    user,
    password: address.password ?? refusePassword,
    database: address.database ?? user,
    ssl: await tlsOf(address),
    enableChannelBinding: address.channelBinding,
    application_name: address.applicationName,
    ...(address.options === undefined ? {} : { options: address.options }),
  }
}

/** Only called when the server asks for one. */
function refusePassword(): never {
  throw new StoreError('store-error', 'PostgreSQL asks for a password, and the address of the store has none', {
    advice: 'Write it into the address: postgres://user:password@host:5432/database.',
  })
}

function ownName(): string {
  try {
    return userInfo().username
  } catch (cause) {
    throw new StoreError('store-error', 'the address of the store names no user, and this process has no name', {
      cause,
      advice: 'Write the user into the address: postgres://user:password@host:5432/database.',
    })
  }
}

async function tlsOf({ tls }: Address): Promise<ClientConfig['ssl']> {
  if (tls.mode === 'off') return false
  const [ca, cert, key] = await Promise.all([tls.rootCertificate, tls.certificate, tls.key].map(pem))
  return {
    rejectUnauthorized: tls.mode !== 'no-verify',
    ...(tls.mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}

async function pem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new StoreError('store-error', 'a certificate or key that the address of the store names cannot be read', {
      cause,
      advice: 'Check the paths in sslrootcert, sslcert and sslkey, and the rights of the files.',
    })
  }
}

import { StoreError } from '../../errors.ts'

/** Advice for people by SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html). */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['28P01', 'PostgreSQL refused the password. Check the user and the password in the address of the store.'],
  ['28000', 'PostgreSQL does not let this user in. Check the user in the address, and pg_hba.conf on the server.'],
  ['3D000', 'The database does not exist. Create it (CREATE DATABASE …), or correct the address of the store.'],
  [
    '42501',
    'The user lacks a right. Let it create a schema in the database, or own the one that holds the store, then try again.',
  ],
  ['25006', 'PostgreSQL is read-only now. Use the address of the primary server, or make the database writable again.'],
  ['53100', 'The disk of the PostgreSQL server is full. Make room there, then try again.'],
  ['53200', 'The PostgreSQL server is out of memory. Give it more, then try again.'],
  ['53300', 'PostgreSQL has no connection left. Raise max_connections, or close programs that hold many.'],
  ['57014', 'PostgreSQL needed too long for it. See what keeps the server busy, then try again.'],
  ['55P03', 'Another process keeps the same rows locked. Close programs that hang, then try again.'],
  ['42P01', 'The tables of the store are gone. Restore the database from a backup.'],
  ['3F000', 'The tables of the store are gone. Restore the database from a backup.'],
  ['XX001', 'The database is damaged. Restore it from a backup.'],
  ['XX002', 'An index of the database is damaged. Rebuild it (REINDEX), or restore the database from a backup.'],
  ['57P01', 'The PostgreSQL server is shutting down or was restarted. Start it, then try again.'],
  ['57P02', 'The PostgreSQL server crashed. Start it, then try again.'],
  ['57P03', 'The PostgreSQL server is starting up or shutting down. Wait a moment, then try again.'],
])

const UNREACHABLE = 'Check that the PostgreSQL server runs, and host and port in the address of the store.'
const CERTIFICATE =
  'The server did not prove who it is. Name its root certificate with sslrootcert, or correct the host; sslmode=no-verify does without proof.'

/** How a connection that cannot be made or was cut shows, by Node's code. */
const NETWORK: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ECONNRESET', 'the connection was cut'],
  ['EPIPE', 'the connection was cut'],
  ['ETIMEDOUT', 'no answer'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ENOTFOUND', 'the name of the host is not known'],
  ['EAI_AGAIN', 'the name of the host could not be looked up'],
  ['ENOENT', 'there is no socket in that folder'],
  ['EACCES', 'this user may not open the socket'],
])

/** What passes when the same is tried again: collisions, a restart, a crowd. */
const PASSING = /^(08...|40001|40P01|55P03|53300|57P0[1235]|25P0[34])$/

/** The connection ended, or gave no answer in time; whether the server did what it was told last is not known. */
export class ConnectionLost extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ConnectionLost'
  }
}

/** No connection could be made. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('no connection', { cause })
    this.name = 'Unreachable'
  }
}

/** Five characters for what the server said; undefined for anything else. */
export function sqlState(thrown: unknown): string | undefined {
  const code = codeOf(thrown)
  return thrown instanceof Error && 'severity' in thrown && code?.length === 5 ? code : undefined
}

/** True when the same may well succeed a moment later. */
export function isPassing(thrown: unknown): boolean {
  if (thrown instanceof ConnectionLost) return true
  if (thrown instanceof Unreachable) return isPassing(thrown.cause)
  const state = sqlState(thrown)
  if (state !== undefined) return PASSING.test(state)
  return NETWORK.has(codeOf(thrown) ?? '')
}

/** True when it is about the statement itself (class 22: data, 23: constraints): others in the same transaction are well. */
export function isOwnFault(thrown: unknown): boolean {
  return /^2[23]/.test(sqlState(thrown) ?? '')
}

/** Anything that the database or the way to it threw, as a StoreError. Its cause holds words and codes, nothing else. */
export function asStoreError(thrown: unknown): StoreError {
  if (thrown instanceof StoreError) return thrown
  if (thrown instanceof Unreachable) return unreachable(thrown.cause)
  const state = sqlState(thrown)
  if (state === undefined) return unreachable(thrown)
  const advice = ADVICE.get(state)
  const message = `PostgreSQL: ${(thrown as Error).message} (${state})`
  return new StoreError('store-error', message, { cause: bare(thrown), ...(advice === undefined ? {} : { advice }) })
}

function unreachable(thrown: unknown): StoreError {
  if (thrown instanceof StoreError || sqlState(thrown) !== undefined) return asStoreError(thrown)
  const code = codeOf(thrown) ?? ''
  const tls = /CERT|ERR_TLS|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_SSL/.test(code)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  if (/does not support SSL/.test(message))
    return failed('the server does not offer TLS', thrown, 'Switch TLS on there, or use sslmode=disable.')
  return tls ? failed(message, thrown, CERTIFICATE) : failed(NETWORK.get(code) ?? message, thrown, UNREACHABLE)
}

function failed(reason: string, cause: unknown, advice: string): StoreError {
  return new StoreError('store-error', `PostgreSQL cannot be used: ${reason}`, { cause: bare(cause), advice })
}

/** Errors of pg can carry the client, and with it the password. */
function bare(thrown: unknown): Error {
  const code = codeOf(thrown)
  const copy = new Error(thrown instanceof Error ? thrown.message : String(thrown))
  return code === undefined ? copy : Object.assign(copy, { code })
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined
}

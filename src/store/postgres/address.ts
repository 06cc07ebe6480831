// Pure. The address of a database, taken apart by us rather than by pg: nothing is filled in from PGPASSWORD and its
// like, and no message can repeat a password.
import { StoreError } from '../../errors.ts'

/** verify: encrypted, and the server proves its name; verify-ca: any name; no-verify: no proof at all. */
export type TlsMode = 'off' | 'verify' | 'verify-ca' | 'no-verify'

export interface Address {
  /** A name, an IP address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  /** Undefined: the user who runs this process. */
  readonly user: string | undefined
  readonly password: string | undefined
  /** Undefined: named like the user. */
  readonly database: string | undefined
  /** Where our tables are. */
  readonly schema: string
  readonly tls: {
    readonly mode: TlsMode
    /** Paths of PEM files. */
    readonly rootCertificate?: string
    readonly certificate?: string
    readonly key?: string
  }
  /** SCRAM bound to the TLS connection (`channel_binding`). */
  readonly channelBinding: boolean
  readonly applicationName: string
  /** Startup options for the server, as some hosts ask for. */
  readonly options?: string
}

const FORM =
  'Write postgres://user:password@host:5432/database, with special characters of the password percent-encoded (@ is %40).'

const DEFAULT_SCHEMA = 'paircode'
/** Plain, so that it reads the same quoted and not; 63 bytes is PostgreSQL's limit. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/

/**
 * `postgres://user:password@host:port/database`, and of its parameters: `schema` (default `paircode`), `sslmode` or
 * `ssl`, `sslrootcert`, `sslcert`, `sslkey`, `host` and `port` (a folder as host: a Unix socket), `channel_binding`,
 * `application_name`, `options`. Others are ignored, but for those that look like TLS.
 *
 * @throws StoreError not-a-store; nothing of the address is in it
 */
export function parseAddress(url: string): Address {
  const parsed = parsedUrl(url)
  const given = parsed.searchParams
  for (const name of given.keys())
    if (/^ssl/i.test(name) && !KNOWN_TLS.has(name)) throw refused(`the parameter ${printable(name)} is not known`)
  const options = given.get('options')
  return {
    host: given.get('host') || decoded(parsed.hostname).replace(/^\[(.+)\]$/, '$1') || 'localhost',
    port: portOf(given.get('port') || parsed.port || '5432'),
    user: given.get('user') || decoded(parsed.username) || undefined,
    password: given.get('password') || decoded(parsed.password) || undefined,
    database: decoded(parsed.pathname.slice(1)) || undefined,
    schema: schemaOf(given.get('schema') ?? DEFAULT_SCHEMA),
    tls: tlsOf(given),
    channelBinding: ['require', 'prefer'].includes(given.get('channel_binding') ?? ''),
    applicationName: given.get('application_name') || 'paircode',
    ...(options ? { options } : {}),
  }
}

function parsedUrl(url: string): URL {
  // An @ or # further on was meant to be in the password: what stands before it must not be taken for a host.
  const [, afterHost = ''] = /^[a-z]+:\/\/[^/?#]*(.*)$/is.exec(url) ?? []
  if (!/^[a-z]+:\/\//i.test(url) || /[@#]/.test(afterHost) || !URL.canParse(url)) throw refused()
  return new URL(url)
}

const KNOWN_TLS: ReadonlySet<string> = new Set(['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'])

/**
 * `prefer` and `require` verify, as in pg 8: encrypted to nobody knows whom is not what people want who ask for
 * encryption. `no-verify` is the way to say that it is.
 */
const MODES: ReadonlyMap<string, TlsMode> = new Map([
  ['disable', 'off'],
  ['prefer', 'verify'],
  ['require', 'verify'],
  ['verify-full', 'verify'],
  ['verify-ca', 'verify-ca'],
  ['no-verify', 'no-verify'],
  ['true', 'verify'],
  ['1', 'verify'],
  ['false', 'off'],
  ['0', 'off'],
])

function tlsOf(given: URLSearchParams): Address['tls'] {
  const [rootCertificate, certificate, key] = [given.get('sslrootcert'), given.get('sslcert'), given.get('sslkey')]
  const asked = given.get('sslmode') ?? given.get('ssl')
  const mode = asked === null ? impliedMode(rootCertificate ?? certificate ?? key) : MODES.get(asked)
  if (mode === undefined)
    throw refused('sslmode is not one of disable, prefer, require, verify-ca, verify-full, no-verify')
  if (mode === 'verify-ca' && !rootCertificate) throw refused('sslmode=verify-ca needs sslrootcert')
  return {
    mode,
    ...(rootCertificate && rootCertificate !== 'system' ? { rootCertificate } : {}),
    ...(certificate ? { certificate } : {}),
    ...(key ? { key } : {}),
  }
}

function impliedMode(file: string | null): TlsMode {
  return file === null ? 'off' : 'verify'
}

function schemaOf(name: string): string {
  if (SCHEMA_NAME.test(name) && !name.startsWith('pg_')) return name
  throw refused('schema must be small letters, digits and underscores, 63 at most, and not begin with pg_')
}

function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  throw refused('the port must be a number from 1 to 65535')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refused()
  }
}

function printable(name: string): string {
  return name.replace(/[^a-z_]/gi, '?').slice(0, 40)
}

function refused(message = 'not the address of a PostgreSQL database'): StoreError {
  return new StoreError('not-a-store', message, { advice: FORM })
}

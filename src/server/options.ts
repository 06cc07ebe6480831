// What createServer() is told, checked before anything listens.
import { isIP } from 'node:net'
import type { WASocket } from 'baileys'
import { LinkError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { systemClock } from '../lib/clock.ts'
import { type Logger, silentLogger } from '../lib/logger.ts'
import { capable, invalid, wholeNumber } from '../linking/option-values.ts'
import type { Store } from '../store/contract.ts'
import { checkedEndpoint, type Endpoint, isLoopback } from '../wire/endpoint.ts'
import { DEFAULT_LIMITS, type ServerLimits } from './limits/rules.ts'

export interface ServerOptions {
  readonly store: Store
  /** Default 127.0.0.1. Beyond loopback `publicUrl`, `operator` and `token` or stored tokens are needed. */
  readonly host?: string
  /** Default 3000; 0: any free one. */
  readonly port?: number
  /** Where people reach the server, https beyond loopback. May end in the base path. */
  readonly publicUrl?: string
  /** Where it is mounted, for example `/whatsapp`. */
  readonly basePath?: string
  /** The operator's own, with every scope. At least 16 characters. */
  readonly token?: string
  /** Whom the pages name as the one who asks. */
  readonly operator?: { readonly name: string; readonly contact: string }
  /** Origins that an invitation may send people back to, for example `https://app.example`. */
  readonly returnOrigins?: readonly string[]
  /** How many proxies stand in front. Default 0. */
  readonly trustProxy?: number
  /** Left out: WhatsApp. */
  readonly endpoint?: Endpoint
  readonly logger?: Logger
  /** Given: the server keeps linked sessions online and calls this with each fresh socket. */
  readonly onSocket?: (socket: WASocket, session: string) => void
  /** Days that the audit trail is kept. Default 30. */
  readonly retentionDays?: number
  /** ms that `close()` gives live links to finish. Default 25 000. */
  readonly graceMs?: number
  readonly limits?: Partial<ServerLimits>
  /**
   * For trying: webhooks may go to this machine too, over http as well. Only for a server that is itself on loopback and
   * has no public URL. Default false.
   */
  readonly webhooksToLoopback?: boolean
  readonly clock?: Clock
}

export interface CheckedServerOptions {
  readonly host: string
  readonly port: number
  readonly publicUrl: URL | undefined
  readonly basePath: string
  readonly token: string | undefined
  readonly operator: { readonly name: string; readonly contact: string } | undefined
  readonly returnOrigins: readonly string[]
  readonly trustProxy: number
  readonly endpoint: Endpoint
  readonly retentionDays: number
  readonly graceMs: number
  readonly limits: ServerLimits
  readonly webhooksToLoopback: boolean
  readonly clock: Clock
  readonly logger: Logger
}

const LEAST_TOKEN = 16

/** @throws LinkError invalid-options, naming what is wrong or missing */
export function checkServerOptions(options: Omit<ServerOptions, 'store'>): CheckedServerOptions {
  if (typeof options !== 'object' || options === null) throw invalid('createServer() takes an object of options')
  capable(options.logger, 'logger', ['child', 'trace', 'debug', 'info', 'warn', 'error'])
  capable(options.clock, 'clock', ['now', 'setTimeout', 'clearTimeout'])
  if (options.onSocket !== undefined && typeof options.onSocket !== 'function')
    throw invalid('onSocket must be a function')
  const basePath = checkedBasePath(options.basePath)
  return {
    host: checkedHost(options.host),
    port: wholeNumber(options.port, 'port', 3000, 0, 65_535),
    publicUrl: checkedPublicUrl(options.publicUrl, basePath),
    basePath,
    token: checkedToken(options.token),
    operator: checkedOperator(options.operator),
    returnOrigins: (options.returnOrigins ?? []).map(checkedOrigin),
    trustProxy: wholeNumber(options.trustProxy, 'trustProxy', 0, 0, 16),
    endpoint: checkedEndpoint(options.endpoint),
    retentionDays: wholeNumber(options.retentionDays, 'retentionDays', 30, 1, 3_650),
    graceMs: wholeNumber(options.graceMs, 'graceMs', 25_000, 0, 600_000),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    webhooksToLoopback: checkedToLoopback(options),
    clock: options.clock ?? systemClock,
    logger: options.logger ?? silentLogger,
  }
}

/**
 * Beyond loopback a stranger can call: then it must be said who operates the server, and calls must be sealed on the way.
 * @throws LinkError invalid-options that names everything that is missing at once
 */
export function checkReach({ host, publicUrl, operator }: CheckedServerOptions, hasOwnKey: boolean): void {
  if (isLoopback(host)) return
  const missing = [
    ...(publicUrl?.protocol === 'https:' ? [] : ['a public https URL (publicUrl, PAIRCODE_PUBLIC_URL)']),
    ...(operator === undefined || operator.name === ''
      ? ['the operator’s name (operator.name, PAIRCODE_OPERATOR)']
      : []),
    ...(operator === undefined || operator.contact === ''
      ? ['how to reach the operator (operator.contact, PAIRCODE_CONTACT)']
      : []),
    ...(hasOwnKey ? [] : ['a store key of your own (PAIRCODE_KEY or PAIRCODE_KEY_FILE)']),
  ]
  if (missing.length === 0) return
  throw new LinkError('invalid-options', `to listen on ${host} there is missing: ${missing.join('; ')}`, {
    advice: 'Set what is named, or listen on 127.0.0.1 behind your own proxy.',
  })
}

/** Whoever can call a server from elsewhere could make it knock at the doors of its machine. */
function checkedToLoopback({ webhooksToLoopback, host, publicUrl }: Omit<ServerOptions, 'store'>): boolean {
  if (webhooksToLoopback !== true) return false
  if (publicUrl === undefined && isLoopback(host ?? '127.0.0.1')) return true
  throw new LinkError(
    'invalid-options',
    'webhooks to loopback (webhooksToLoopback) are for trying: only where the server is on loopback, without a public URL',
    { advice: 'Leave it out, or leave out host and publicUrl.' },
  )
}

function checkedHost(host: string | undefined): string {
  if (host === undefined) return '127.0.0.1'
  if (host === 'localhost' || isIP(host) !== 0) return host
  throw invalid('host must be an IP address or localhost')
}

/** '' or `/name`, without a slash at its end. */
function checkedBasePath(basePath: string | undefined): string {
  if (basePath === undefined || basePath === '/' || basePath === '') return ''
  if (/^(\/[A-Za-z0-9._~-]+)+\/?$/.test(basePath)) return basePath.replace(/\/$/, '')
  throw invalid('basePath must be a path such as /whatsapp')
}

/** With the base path at its end, and no slash after it. */
function checkedPublicUrl(publicUrl: string | undefined, basePath: string): URL | undefined {
  if (publicUrl === undefined) return undefined
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw invalid('publicUrl must be an https:// URL')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw invalid('publicUrl must be an origin and a path, nothing else')
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw invalid('publicUrl must be https:// beyond loopback')
  const path = url.pathname.replace(/\/+$/, '')
  return new URL(`${url.origin}${path.endsWith(basePath) ? path : path + basePath}`)
}

function checkedToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined
  if (typeof token === 'string' && token.length >= LEAST_TOKEN && /^[A-Za-z0-9._~+/=-]{1,512}$/.test(token))
    return token
  throw new LinkError(
    'invalid-options',
    `token must have ${LEAST_TOKEN} characters or more of A-Z a-z 0-9 . _ ~ + / = -`,
    {
      advice: 'Make one with: openssl rand -base64 32',
    },
  )
}

function checkedOperator(operator: ServerOptions['operator']): CheckedServerOptions['operator'] {
  if (operator === undefined) return undefined
  const { name, contact } = operator
  if (typeof name === 'string' && typeof contact === 'string' && name.length <= 100 && contact.length <= 200)
    return { name, contact }
  throw invalid('operator must be {name, contact}, texts of 100 and 200 characters at most')
}

function checkedOrigin(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  const isSafe =
    url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))
  if (isSafe && (origin === url.origin || origin === `${url.origin}/`)) return url.origin
  throw invalid('returnOrigins must be origins such as https://app.example')
}

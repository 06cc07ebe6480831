// What a caller of link() may say, checked before anything is touched.
import type { Agent } from 'node:http'
import type { WASocket } from 'baileys'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Store } from '../store/contract.ts'
import { checkedSessionName } from '../store/session-name.ts'
import { checkedEndpoint, type Endpoint } from '../wire/endpoint.ts'
import type { Version } from '../wire/messages.ts'
import { type Device, type DeviceOptions, resolveDevice } from './device.ts'
import { capable, choice, flag, invalid, text, wholeNumber } from './option-values.ts'
import { checkedCode } from './pairing-code.ts'

/** The caller's own Baileys: `makeWASocket` of either package name, or of a fork. */
export type MakeWASocket = (config: never) => WASocket

/** Baileys' socket options, without `auth`. */
export type SocketOptions = Readonly<Record<string, unknown>>

export interface LinkOptions {
  /** 1 to 64 of `a-z 0-9 . _ -`, a letter or digit first. */
  readonly session: string
  readonly store: Store
  /** Any formatting with a country code. Left out: QR only. */
  readonly phone?: string | undefined
  /**
   * Without a `phone`: the number whose account alone may be linked by QR code; it is asked for nothing. When another
   * account scans, the link ends with `verification-failed` and nothing is stored. Left out: any account.
   */
  readonly account?: string | undefined
  /** ISO 3166 alpha-2, for numbers without a country code. */
  readonly defaultCountry?: string
  /** Accept 7 to 15 digits that the metadata calls impossible. Default false. */
  readonly lenient?: boolean
  readonly device?: DeviceOptions
  /** Also offer QR codes on the same connection. Default: when there is no `phone`. */
  readonly qr?: boolean
  /** Ask WhatsApp to notify the phone. Default true. */
  readonly notify?: boolean
  /**
   * When the session is linked already: `return` resolves with it and opens no connection (default), `reject` fails with
   * `session-exists`, `replace` links anew; the old credentials stay valid until the new ones are stored, then go to the
   * archive.
   */
  readonly ifLinked?: 'return' | 'reject' | 'replace'
  /** A new code when one dies: by itself (default), or when `refresh()` is called. */
  readonly refresh?: 'auto' | 'manual'
  /** Default 3. */
  readonly maxCodes?: number
  /** ms; default and upper bound 180 000, which is how long WhatsApp keeps a code. */
  readonly codeTtlMs?: number
  /** ms for the whole attempt; default 600 000. */
  readonly timeoutMs?: number
  /** ms for one connection to get ready; default 20 000. */
  readonly connectTimeoutMs?: number
  /** `attempts` counts all tries for one code, the first included. Defaults: 3, 5 000 ms, 60 000 ms. */
  readonly retry?: { readonly attempts?: number; readonly delayMs?: number; readonly maxDelayMs?: number }
  /**
   * When the account asks for a passkey. `fail` (default): ends with `passkey-required` at once. `wait`: event `passkey`, whose
   * `respond()` takes the owner's confirmation, and event `verify` when codes are to be compared.
   */
  readonly passkey?: 'fail' | 'wait'
  /** Default true. False: done at `paired`; the caller logs in elsewhere, at once. */
  readonly firstLogin?: boolean
  /** Tests only: 8 characters of the code alphabet, dash and case ignored. Refused with NODE_ENV=production. */
  readonly fixedCode?: string
  /** Left out: WhatsApp. */
  readonly endpoint?: Endpoint
  /** WhatsApp Web version; default the one that Baileys ships. */
  readonly version?: Version
  /** Proxy. */
  readonly agent?: Agent
  readonly makeWASocket?: MakeWASocket
  /** For the first-login socket; give connect() the same object, so that it can adopt it. */
  readonly socket?: SocketOptions
  readonly clock?: Clock
  readonly logger?: Logger
  readonly signal?: AbortSignal
}

/** The version of WhatsApp Web that baileys 7.0.0-rc14 ships (held equal by a test). */
export const BAILEYS_VERSION: Version = [2, 3000, 1043857760]

const MAX_CODE_TTL_MS = 180_000
const MAX_TIMER_MS = 2 ** 31 - 1

/** Everything that can be checked without a store, a network or phone metadata. */
export interface CheckedOptions {
  readonly session: string
  readonly device: Device
  readonly endpoint: Endpoint
  readonly version: Version
  readonly country: string
  readonly fullHistory: boolean
  readonly notify: boolean
  readonly qr: boolean
  readonly ifLinked: 'return' | 'reject' | 'replace'
  readonly refresh: 'auto' | 'manual'
  readonly passkey: 'fail' | 'wait'
  readonly maxCodes: number
  readonly codeTtlMs: number
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  readonly retry: { readonly attempts: number; readonly delayMs: number; readonly maxDelayMs: number }
  readonly firstLogin: boolean
  readonly fixedCode: string | undefined
}

/** @throws LinkError invalid-session · invalid-device · invalid-code · invalid-options */
export function checkOptions(options: LinkOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) throw invalid('link() takes an object of options')
  const { phone, account } = options
  if (account !== undefined && typeof account !== 'string')
    throw invalid('account must be text: the number of an account')
  if (account !== undefined && phone !== undefined)
    throw invalid('account is for a link without a phone: with one, that is the account')
  if (phone !== undefined && typeof phone !== 'string') throw invalid('phone must be text; leave it out for QR only')
  const qr = flag(options.qr, 'qr', phone === undefined)
  if (phone === undefined && !qr)
    throw invalid('without a phone there is only the QR code: leave qr out, or give a phone')
  if (phone === undefined && options.fixedCode !== undefined) throw invalid('fixedCode needs a phone')
  flag(options.lenient, 'lenient', false)
  text(options.defaultCountry, 'defaultCountry')
  checkObjects(options)
  return {
    session: checkedSessionName(options.session),
    device: resolveDevice(options.device, process.platform),
    endpoint: checkedEndpoint(options.endpoint),
    version: checkedVersion(options.version),
    country: countryCode(options.socket?.countryCode, 'US'),
    fullHistory: options.socket?.syncFullHistory !== false,
    notify: flag(options.notify, 'notify', true),
    qr,
    ifLinked: choice(options.ifLinked, 'ifLinked', ['return', 'reject', 'replace'], 'return'),
    refresh: choice(options.refresh, 'refresh', ['auto', 'manual'], 'auto'),
    passkey: choice(options.passkey, 'passkey', ['fail', 'wait'], 'fail'),
    maxCodes: wholeNumber(options.maxCodes, 'maxCodes', 3, 1, 100),
    codeTtlMs: wholeNumber(options.codeTtlMs, 'codeTtlMs', MAX_CODE_TTL_MS, 1, MAX_CODE_TTL_MS),
    timeoutMs: wholeNumber(options.timeoutMs, 'timeoutMs', 600_000, 1, MAX_TIMER_MS),
    connectTimeoutMs: wholeNumber(options.connectTimeoutMs, 'connectTimeoutMs', 20_000, 1, MAX_TIMER_MS),
    retry: checkedRetry(options.retry),
    firstLogin: flag(options.firstLogin, 'firstLogin', true),
    fixedCode: checkedFixedCode(options.fixedCode),
  }
}

/** What the caller lends us: looked at now, so that none of it fails in the middle of a link. */
function checkObjects(options: LinkOptions): void {
  capable(options.device, 'device', [])
  capable(options.retry, 'retry', [])
  capable(options.socket, 'socket', [])
  capable(options.agent, 'agent', ['addRequest'])
  capable(options.clock, 'clock', ['now', 'setTimeout', 'clearTimeout'])
  capable(options.logger, 'logger', ['child', 'trace', 'debug', 'info', 'warn', 'error'])
  capable(options.signal, 'signal', ['addEventListener', 'removeEventListener'])
  if (options.makeWASocket !== undefined && typeof options.makeWASocket !== 'function')
    throw invalid('makeWASocket must be a function')
}

function checkedRetry(retry: LinkOptions['retry']): CheckedOptions['retry'] {
  const delayMs = wholeNumber(retry?.delayMs, 'retry.delayMs', 5_000, 0, MAX_TIMER_MS)
  const maxDelayMs = wholeNumber(retry?.maxDelayMs, 'retry.maxDelayMs', Math.max(60_000, delayMs), 0, MAX_TIMER_MS)
  if (maxDelayMs < delayMs) throw invalid('retry.maxDelayMs must not be less than retry.delayMs')
  return { attempts: wholeNumber(retry?.attempts, 'retry.attempts', 3, 1, 100), delayMs, maxDelayMs }
}

function checkedFixedCode(given: string | undefined): string | undefined {
  if (given === undefined) return undefined
  if (process.env.NODE_ENV === 'production')
    throw invalid('fixedCode is for tests: a code that is known beforehand can be typed by anybody')
  return checkedCode(given)
}

function checkedVersion(version: Version | undefined): Version {
  if (version === undefined) return BAILEYS_VERSION
  const isVersion =
    Array.isArray(version) && version.length === 3 && version.every((part) => Number.isSafeInteger(part) && part >= 0)
  if (!isVersion) throw invalid('version must be three whole numbers, for example [2, 3000, 1043857760]')
  return version
}

function countryCode(given: unknown, fallback: string): string {
  return typeof given === 'string' && /^[A-Za-z]{2}$/.test(given) ? given.toUpperCase() : fallback
}

// Every error of this package: a stable `code` for programs, a message for logs, `advice` for people.

export type LinkErrorCode =
  | 'invalid-phone'
  | 'invalid-code'
  | 'invalid-device'
  | 'invalid-session'
  | 'invalid-options'
  | 'session-exists'
  | 'session-busy'
  | 'code-outstanding'
  | 'rate-limited'
  | 'rejected'
  | 'forbidden'
  | 'not-available'
  | 'passkey-required'
  | 'verification-failed'
  | 'untrusted-server'
  | 'outdated-version'
  | 'expired'
  | 'cancelled'
  | 'network'
  | 'server-error'
  | 'store-error'

export type StoreErrorCode =
  | 'store-error'
  | 'wrong-key'
  | 'newer-schema'
  | 'not-a-store'
  | 'not-linked'
  | 'lease-lost'
  | 'broken-folder'

export type ErrorCode = LinkErrorCode | StoreErrorCode

/** With `untrusted-server`: which check of the certificate chain failed (docs/protocol.md section 1). */
export type CertificateDefect =
  | 'incomplete'
  | 'intermediate-signature'
  | 'intermediate-issuer'
  | 'leaf-signature'
  | 'leaf-issuer'
  | 'key-mismatch'
  | 'dates'

/** What to do next, as one sentence for people. The table is complete by its type. */
const ADVICE: Readonly<Record<ErrorCode, string>> = {
  'invalid-phone': 'Check the number: country code first, then the number, for example +44 20 7946 0123.',
  'invalid-code': 'A pairing code has 8 characters of 1-9 and A-Z without I, O and U.',
  'invalid-device': 'Choose a device name of 1 to 64 characters that names your bot, not WhatsApp, Meta or a browser.',
  'invalid-session':
    'Name the session with 1 to 64 small letters, digits, dots, dashes or underscores, a letter or digit first.',
  'invalid-options': 'Correct the option that is named, and try again.',
  'session-exists': 'This session is linked already. Connect it, or link again with replace.',
  'session-busy': 'Another process or task holds this session. Close that one, or wait until it is done.',
  'code-outstanding':
    'A code for this number is on a screen now. Use that one, or wait until it expires (3 minutes at most).',
  'rate-limited': 'Too many codes were asked for this number. Wait as long as it says, then try again.',
  rejected:
    'WhatsApp refused: the number may not be on WhatsApp, or was asked too often. Check it and wait a few minutes.',
  forbidden: 'WhatsApp does not allow this account to link a device. Open WhatsApp on the phone and look for a notice.',
  'not-available': 'Linking by code is not available for this account. Link by QR code instead.',
  'passkey-required':
    "Only WhatsApp’s own page can confirm it: a program can wait for that with `passkey: 'wait'`. Otherwise link another account.",
  'verification-failed':
    'The proof of the account was wrong, so nothing was kept. Try again from a network that you trust.',
  'untrusted-server':
    'The server could not prove that it is WhatsApp. Check the proxy, the network and this machine’s clock, then try again.',
  'outdated-version':
    'WhatsApp no longer accepts this client version. Update paircode and baileys, or pass a newer `version`.',
  expired: 'Nobody typed the code in time. Start again and keep the phone at hand.',
  cancelled: 'The link was cancelled. Start again when you are ready.',
  network: 'WhatsApp could not be reached. Check the connection, then try again.',
  'server-error': 'WhatsApp had a fault of its own. Try again in a few minutes.',
  'store-error':
    'The store could not be read or written. Check the disk, its rights and its free space, then try again.',
  'wrong-key': 'The store was sealed with another key. Give the key it was made with.',
  'newer-schema': 'The store was written by a newer paircode. Update paircode.',
  'not-a-store': 'This is not a paircode store. Check the address, or choose a new file.',
  'not-linked': 'There is no linked session of this name. Link it first.',
  'lease-lost': 'Another process took this session over. Only one may hold it at a time.',
  'broken-folder': 'The folder cannot be imported as it is. Mend or leave out the file that is named.',
}

/** The sentence for people that belongs to a code; undefined for a code that does not exist. */
export function adviceFor(code: string): string | undefined {
  return Object.hasOwn(ADVICE, code) ? ADVICE[code as ErrorCode] : undefined
}

export const ERROR_CODES: readonly ErrorCode[] = Object.keys(ADVICE) as ErrorCode[]

export interface ErrorDetails {
  readonly cause?: unknown
  /** Replaces the sentence of the code where more is known. */
  readonly advice?: string
}

/** Base of all errors that this package throws. `code` is stable; `advice` says in one sentence what to do next. */
export class PaircodeError extends Error {
  readonly code: string
  readonly advice: string

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = code
    this.advice = details.advice ?? ADVICE[code]
  }
}

export interface LinkErrorDetails extends ErrorDetails {
  readonly status?: number
  readonly reason?: CertificateDefect
  readonly retryable?: boolean
  readonly retryAfterMs?: number
}

const RETRYABLE: ReadonlySet<LinkErrorCode> = new Set([
  'session-busy',
  'code-outstanding',
  'rate-limited',
  'expired',
  'cancelled',
  'network',
  'server-error',
])

/**
 * Why a link ended. `status` is WhatsApp's own number where there was one, `retryable` says whether the same call can
 * succeed later without a change, `retryAfterMs` how long to wait at least.
 */
export class LinkError extends PaircodeError {
  declare readonly code: LinkErrorCode
  // Declared only: a field would be there, as undefined, also where it was not given.
  declare readonly status?: number
  declare readonly reason?: CertificateDefect
  readonly retryable: boolean
  declare readonly retryAfterMs?: number

  constructor(code: LinkErrorCode, message: string, details: LinkErrorDetails = {}) {
    super(code, message, details)
    this.retryable = details.retryable ?? RETRYABLE.has(code)
    if (details.status !== undefined) this.status = details.status
    if (details.reason !== undefined) this.reason = details.reason
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs
  }
}

/** What went wrong with a store; nothing that was acknowledged before is lost. */
export class StoreError extends PaircodeError {
  declare readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, details: ErrorDetails = {}) {
    super(code, message, details)
  }
}

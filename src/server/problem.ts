// Pure. Errors as RFC 9457 problem documents: which code has which status, and what each says.
import { adviceFor, LinkError, PaircodeError } from '../errors.ts'

/** Codes that only HTTP knows, beside those of errors.ts. */
type HttpCode =
  | 'malformed-request'
  | 'unauthenticated'
  | 'insufficient-scope'
  | 'untrusted-origin'
  | 'do-not-prompt'
  | 'not-allowed'
  | 'not-found'
  | 'method-not-allowed'
  | 'timed-out'
  | 'idempotency-mismatch'
  | 'request-under-way'
  | 'invitation-over'
  | 'too-large'
  | 'unsupported-media-type'
  | 'unknown-host'
  | 'slow-reader'
  | 'shutting-down'
  | 'internal-error'

const OF_HTTP: Readonly<Record<HttpCode, { readonly status: number; readonly advice: string }>> = {
  'malformed-request': { status: 400, advice: 'Send valid JSON, and only what the address and its headers allow.' },
  unauthenticated: { status: 401, advice: 'Send a valid token as `Authorization: Bearer …`.' },
  'insufficient-scope': { status: 403, advice: 'Use a token that has the scope which is named.' },
  'untrusted-origin': {
    status: 403,
    advice: 'Call from the server’s own pages, or without a browser and with a token.',
  },
  'do-not-prompt': { status: 403, advice: 'The operator does not let this number be asked. Ask the operator.' },
  'not-allowed': { status: 403, advice: 'Log in first, or ask whoever runs this page.' },
  'not-found': { status: 404, advice: 'Check the address and the id. What ended is kept for a day at most.' },
  'method-not-allowed': { status: 405, advice: 'Use one of the methods that the header Allow names.' },
  'timed-out': { status: 503, advice: 'Try again; use an Idempotency-Key so that nothing happens twice.' },
  'idempotency-mismatch': { status: 422, advice: 'Use a new Idempotency-Key for another request.' },
  'request-under-way': { status: 409, advice: 'Send the same request again in a minute.' },
  'invitation-over': { status: 410, advice: 'Ask whoever invited you for a new invitation.' },
  'too-large': { status: 413, advice: 'Send less: a request has 64 KB at most.' },
  'unsupported-media-type': { status: 415, advice: 'Send JSON, with `Content-Type: application/json`.' },
  'unknown-host': { status: 421, advice: 'Use the server’s own name, or set PAIRCODE_PUBLIC_URL to the name you use.' },
  'slow-reader': { status: 503, advice: 'Read faster: connect again with Last-Event-ID, and nothing is lost.' },
  'shutting-down': { status: 503, advice: 'Try again in a few seconds.' },
  'internal-error': { status: 500, advice: 'Try again; if it stays, look for the request id in the server’s log.' },
}

/** `invalid-*` is 422; what is not here and not invalid is 500. */
const OF_LIBRARY: Readonly<Record<string, number>> = {
  'session-exists': 409,
  'session-busy': 409,
  'code-outstanding': 409,
  'rate-limited': 429,
  'not-linked': 404,
  cancelled: 409,
  expired: 409,
  'passkey-required': 409,
  network: 502,
  'server-error': 502,
  rejected: 502,
  forbidden: 502,
  'outdated-version': 502,
  'untrusted-server': 502,
  'store-error': 503,
  'lease-lost': 503,
}

export type ProblemCode = HttpCode | (string & {})

export interface ProblemDocument {
  /** `urn:paircode:error:` and the code. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** One sentence: what to do next. */
  readonly advice: string
  readonly requestId?: string
  /** ms until the same request can succeed. */
  readonly retryAfterMs?: number
}

export interface HttpProblemDetails {
  readonly cause?: unknown
  readonly advice?: string
  readonly retryAfterMs?: number
  readonly headers?: Readonly<Record<string, string>>
  /** For pages: which of several cases it is. */
  readonly reason?: string
}

/** A refusal of the server's own. The message never holds a code, a token or a number. */
export class HttpProblem extends Error {
  readonly code: ProblemCode
  readonly advice: string
  readonly retryAfterMs: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly reason: string | undefined

  constructor(code: ProblemCode, message: string, details: HttpProblemDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'HttpProblem'
    this.code = code
    this.advice = details.advice ?? adviceOf(code)
    this.retryAfterMs = details.retryAfterMs
    this.headers = details.headers ?? {}
    this.reason = details.reason
  }
}

export function typeOf(code: string): string {
  return `urn:paircode:error:${code}`
}

function statusOf(code: string): number {
  if (Object.hasOwn(OF_HTTP, code)) return OF_HTTP[code as HttpCode].status
  if (code.startsWith('invalid-')) return 422
  return OF_LIBRARY[code] ?? 500
}

/** `urn:paircode:error:expired` → `expired`. */
export function codeOf(type: string): string {
  return type.replace(/^urn:paircode:error:/, '')
}

/** Any error as a document; what nobody foresaw tells nothing about itself. */
export function problemOf(thrown: unknown, requestId: string): ProblemDocument {
  const { code, message, advice, retryAfterMs } = knownOf(thrown)
  return {
    type: typeOf(code),
    title: titleOf(code),
    status: statusOf(code),
    detail: message,
    advice,
    requestId,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

/** `session-exists` → `Session exists`. */
export function titleOf(code: string): string {
  const words = code.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function knownOf(thrown: unknown): {
  readonly code: string
  readonly message: string
  readonly advice: string
  readonly retryAfterMs?: number | undefined
} {
  if (thrown instanceof HttpProblem) return thrown
  if (thrown instanceof LinkError) return thrown
  if (thrown instanceof PaircodeError) return thrown
  return {
    code: 'internal-error',
    message: 'the server met a fault that it did not foresee',
    advice: adviceOf('internal-error'),
  }
}

function adviceOf(code: string): string {
  if (Object.hasOwn(OF_HTTP, code)) return OF_HTTP[code as HttpCode].advice
  return adviceFor(code) ?? OF_HTTP['internal-error'].advice
}

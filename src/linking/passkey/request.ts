// Pure. What WhatsApp wants a passkey to sign: WebAuthn request options in JSON form (docs/protocol.md section 6).

/** A request for a passkey, read and found sound. */
export interface PasskeyRequest {
  /** Verbatim, no member dropped: what `PublicKeyCredential.parseRequestOptionsFromJSON()` takes. */
  readonly options: Readonly<Record<string, unknown>>
  /** Base64url without padding. */
  readonly challenge: string
  /** Ids of the credentials that may answer, base64url; empty: any passkey of the account. */
  readonly allowed: readonly string[]
  /** ms for the person to answer. */
  readonly timeoutMs: number
}

export type PasskeyRequestRead =
  | { readonly kind: 'request'; readonly request: PasskeyRequest }
  /** Not there, or not JSON: it can be asked for. */
  | { readonly kind: 'absent' }
  /** There, and not to be trusted. */
  | { readonly kind: 'malformed'; readonly why: string }

const DEFAULT_TIMEOUT_MS = 600_000
/** An hour: a person who needs longer starts again. */
const MAX_TIMEOUT_MS = 3_600_000
const RP_ID = 'whatsapp.com'
const BASE64URL = /^[A-Za-z0-9_-]+$/
/** Characters. */
const MAX_TEXT = 16_384

export function readPasskeyRequest(text: string | undefined): PasskeyRequestRead {
  const options = text === undefined || text.length > MAX_TEXT ? undefined : parsedObject(text)
  if (options === undefined) return { kind: 'absent' }
  const { challenge, rpId, timeout, allowCredentials } = options
  if (!isBase64url(challenge)) return malformed('challenge')
  if (typeof rpId !== 'string' || !(rpId === RP_ID || rpId.endsWith(`.${RP_ID}`))) return malformed('rpId')
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0 && Number.isFinite(timeout)))
    return malformed('timeout')
  const allowed = allowedIds(allowCredentials)
  if (allowed === undefined) return malformed('allowCredentials')
  const timeoutMs = Math.min(Math.ceil(timeout ?? DEFAULT_TIMEOUT_MS), MAX_TIMEOUT_MS)
  return { kind: 'request', request: { options, challenge, allowed, timeoutMs } }
}

/** Undefined for what is no list of credentials: a bad entry is refused, not dropped. */
function allowedIds(given: unknown): readonly string[] | undefined {
  if (given === undefined) return []
  if (!Array.isArray(given)) return undefined
  const ids = given.map((credential: unknown) => (isObject(credential) ? credential.id : undefined))
  return ids.every(isBase64url) ? ids : undefined
}

function malformed(member: string): PasskeyRequestRead {
  return { kind: 'malformed', why: `its ${member} is wrong` }
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isBase64url(value: unknown): value is string {
  return typeof value === 'string' && BASE64URL.test(value)
}

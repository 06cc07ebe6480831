// One attempt to deliver: the name is resolved, every address that it has is looked at, and the connection goes to one of
// those that were looked at, whatever the resolver says a moment later. No redirect is followed, no proxy asked.
import { lookup } from 'node:dns/promises'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Clock } from '../../lib/clock.ts'
import { hostOf, isAllowedAddress } from './addresses.ts'
import type { Message } from './message.ts'

export type FailureReason =
  /** The name has no address. */
  | 'not-resolved'
  /** It has one that is not public. */
  | 'address-refused'
  /** No connection, no TLS, or it broke. */
  | 'unreachable'
  | 'timed-out'
  | 'redirected'
  /** Another status than 2xx. */
  | 'refused'
  /** Cut short by this server: it stops, or lost its turn. */
  | 'aborted'

export type Outcome =
  | { readonly delivered: true; readonly status: number }
  | {
      readonly delivered: false
      readonly reason: FailureReason
      readonly status?: number
      /** ms that the receiver asked for. */
      readonly retryAfterMs?: number
    }

/** The addresses of a name. Throws what it likes. */
export type Resolve = (host: string) => Promise<readonly { readonly address: string }[]>

export interface AttemptParts {
  readonly clock: Clock
  readonly resolve: Resolve
  /** Also to this machine, for trying. */
  readonly toLoopback: boolean
  /** PEM; instead of the system's certificate authorities. */
  readonly ca?: string
  /** Replaces the look at addresses, for tests of what comes after it. */
  readonly isAllowed?: (address: string) => boolean
}

/** For the whole attempt, name and answer included. */
export const ATTEMPT_MS = 15_000
/** Of the answer's body: it says nothing to us, and is read so far only to see that the answer is whole. */
const MOST_BYTES = 4_096
const MOST_HEADERS = 8_192

export const resolveBySystem: Resolve = (host) => lookup(host, { all: true })

/** Never rejects. */
export async function attempt(url: URL, message: Message, parts: AttemptParts, stopped: AbortSignal): Promise<Outcome> {
  const limit = new AbortController()
  const timer = parts.clock.setTimeout(() => limit.abort(), ATTEMPT_MS)
  const ended = AbortSignal.any([limit.signal, stopped])
  const cut = (): Outcome => ({ delivered: false, reason: stopped.aborted ? 'aborted' : 'timed-out' })
  try {
    const found = await Promise.race([addressesOf(hostOf(url), parts), aborted(ended)])
    if (found === 'aborted') return cut()
    if ('delivered' in found) return found
    return await posted(url, message, found.addresses, { ca: parts.ca, ended, cut })
  } finally {
    parts.clock.clearTimeout(timer)
    limit.abort()
  }
}

async function addressesOf(
  host: string,
  { resolve, toLoopback, isAllowed = (address) => isAllowedAddress(address, toLoopback) }: AttemptParts,
): Promise<{ readonly addresses: Addresses } | Outcome> {
  let found: readonly { readonly address: string }[]
  try {
    found = isIP(host) === 0 ? await resolve(host) : [{ address: host }]
  } catch {
    return { delivered: false, reason: 'not-resolved' }
  }
  const addresses = found.map(({ address }) => ({ address, family: isIP(address) }))
  if (addresses.length === 0) return { delivered: false, reason: 'not-resolved' }
  // One bad address among good ones is a trick or a mistake: neither is worth a connection.
  if (!addresses.every(({ address, family }) => family !== 0 && isAllowed(address)))
    return { delivered: false, reason: 'address-refused' }
  return { addresses }
}

type Addresses = readonly { readonly address: string; readonly family: number }[]

interface Posting {
  readonly ca: string | undefined
  readonly ended: AbortSignal
  readonly cut: () => Outcome
}

function posted(
  url: URL,
  { headers, body }: Message,
  addresses: Addresses,
  { ca, ended, cut }: Posting,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let sent: ClientRequest | undefined
    const settle = (outcome: Outcome): void => {
      ended.removeEventListener('abort', abort)
      sent?.destroy()
      resolve(outcome)
    }
    const abort = (): void => settle(cut())
    ended.addEventListener('abort', abort, { once: true })
    if (ended.aborted) return abort()

    // Certificate and Host header stay those of the name.
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest
    sent = request(url, {
      method: 'POST',
      headers,
      agent: false,
      lookup: pinnedTo(addresses),
      maxHeaderSize: MOST_HEADERS,
      ...(ca === undefined ? {} : { ca }),
    })
    sent.on('error', () => settle({ delivered: false, reason: 'unreachable' }))
    sent.on('response', (response) => answered(response, settle))
    sent.end(body)
  })
}

/** A receiver has it when its whole answer came, or as much of it as anybody needs. */
function answered(response: IncomingMessage, settle: (outcome: Outcome) => void): void {
  const outcome = outcomeOf(response)
  let size = 0
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size >= MOST_BYTES) settle(outcome)
  })
  response.on('end', () => settle(outcome))
  response.on('error', () => settle({ delivered: false, reason: 'unreachable' }))
  response.on('close', () => settle({ delivered: false, reason: 'unreachable' }))
}

function outcomeOf({ statusCode: status = 0, headers }: IncomingMessage): Outcome {
  if (status >= 200 && status < 300) return { delivered: true, status }
  if (status >= 300 && status < 400) return { delivered: false, reason: 'redirected', status }
  const seconds = /^\d{1,6}$/.exec(headers['retry-after'] ?? '')?.[0]
  const wish = seconds === undefined ? {} : { retryAfterMs: Number(seconds) * 1_000 }
  return { delivered: false, reason: 'refused', status, ...wish }
}

/** Answers with the addresses that were looked at; nobody is asked again. */
function pinnedTo(addresses: Addresses): LookupFunction {
  const [{ address, family } = { address: '', family: 0 }] = addresses
  return (_host, options, callback) => {
    if (options.all === true) callback(null, [...addresses])
    else callback(null, address, family)
  }
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('aborted')
    else signal.addEventListener('abort', () => resolve('aborted'), { once: true })
  })
}

import { isIP } from 'node:net'
import { LinkError } from '../errors.ts'

/**
 * A server to link with. Left out everywhere, it is WhatsApp; an emulator gives its own.
 * `rootKey` (32 bytes) is what the server's certificate chain is checked against.
 */
export interface Endpoint {
  readonly url: string
  readonly rootKey: Uint8Array
}

/** docs/protocol.md section 1: address, and the key that signs every intermediate certificate. */
export const WHATSAPP: Endpoint = {
  url: 'wss://web.whatsapp.com/ws/chat',
  rootKey: Buffer.from('142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b', 'hex'),
}

/**
 * Checks what a caller gave. Another root key means another party reads every secret of the link, so it is taken for
 * loopback addresses only.
 * @throws LinkError invalid-options
 */
export function checkedEndpoint(endpoint: Endpoint | undefined): Endpoint {
  if (endpoint === undefined) return WHATSAPP
  if (typeof endpoint !== 'object' || endpoint === null)
    throw new LinkError('invalid-options', 'endpoint must be an object of url and rootKey')
  const url = parsedUrl(endpoint.url)
  if (!(endpoint.rootKey instanceof Uint8Array) || endpoint.rootKey.length !== 32)
    throw new LinkError('invalid-options', 'endpoint.rootKey must be 32 bytes')
  if (!sameKey(endpoint.rootKey, WHATSAPP.rootKey) && !isLoopback(url.hostname))
    throw new LinkError(
      'invalid-options',
      'a root key that is not WhatsApp’s is accepted for loopback addresses only (127.0.0.1, ::1, localhost)',
    )
  return { url: url.href, rootKey: Uint8Array.from(endpoint.rootKey) }
}

/** Whether this is WhatsApp itself and not an emulator. */
export function isWhatsApp(endpoint: Endpoint): boolean {
  return sameKey(endpoint.rootKey, WHATSAPP.rootKey)
}

function parsedUrl(text: unknown): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'ws:' && url.protocol !== 'wss:'))
    throw new LinkError('invalid-options', 'endpoint.url must be a ws:// or wss:// address')
  if (url.hash !== '') throw new LinkError('invalid-options', 'endpoint.url must not have a #fragment')
  if (url.protocol === 'ws:' && !isLoopback(url.hostname))
    throw new LinkError('invalid-options', 'endpoint.url must be wss:// unless it is a loopback address')
  return url
}

/** `hostname` as a URL has it, IPv6 in brackets. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (host === 'localhost') return true
  if (isIP(host) === 4) return host.startsWith('127.')
  return host === '::1'
}

function sameKey(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

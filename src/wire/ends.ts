// Pure. How a connection ends, as data (docs/protocol.md section 10). What follows from an end is decided elsewhere.
import type { LinkError } from '../errors.ts'
import { childOf, childrenOf, type Node } from './nodes.ts'

export type ConnectionEnd =
  /**
   * `<failure reason>` instead of success. `expireS`: seconds that a temporary ban lasts. `text`: WhatsApp's own words for
   * people, made harmless (see `harmlessText`).
   */
  | {
      readonly kind: 'failure'
      readonly reason?: number
      readonly code?: number
      readonly expireS?: number
      readonly text?: string
    }
  /** The same session was opened elsewhere. */
  | { readonly kind: 'replaced' }
  /** The phone or WhatsApp took the device off the account. */
  | { readonly kind: 'removed' }
  /** `<stream:error code>`; 515 asks to reconnect at once. `ackId`: of a stanza that we owe an ack for, which is our bug. */
  | { readonly kind: 'stream-error'; readonly code?: number; readonly child?: string; readonly ackId?: string }
  /** The server, or the network, closed the socket; or we did, for what `cause` says, when what came was `unreadable`. */
  | { readonly kind: 'closed'; readonly cause?: unknown; readonly unreadable?: true }
  /** No answer to a ping within its limit. */
  | { readonly kind: 'silent' }
  /** It never opened: not reached, no handshake, or a server that could not prove itself. */
  | { readonly kind: 'unopened'; readonly error: LinkError }

/** Whether a `stream-error` asks for an immediate new connection (after pairing, or on the server's wish). */
export function isRestart(end: ConnectionEnd): boolean {
  return end.kind === 'stream-error' && end.code === 515
}

/** The end that a stanza announces; undefined for every other stanza. */
export function readEnd(stanza: Node): ConnectionEnd | undefined {
  if (stanza.tag === 'failure') return readFailure(stanza)
  if (stanza.tag === 'stream:error') return readStreamError(stanza)
  if (stanza.tag === 'xmlstreamend') return { kind: 'closed' }
  return undefined
}

function readFailure({ attrs }: Node): ConnectionEnd {
  return {
    kind: 'failure',
    ...optional('reason', wholeNumber(attrs.reason)),
    ...optional('code', wholeNumber(attrs.code)),
    ...optional('expireS', wholeNumber(attrs.expire)),
    ...optional('text', failureText(attrs)),
  }
}

/** Of a locked account the header and its explanation; else the message. URLs and one-time data are left where they are. */
function failureText(attrs: Node['attrs']): string | undefined {
  const parts = [attrs.message, attrs.logout_message_header, attrs.logout_message_subtext]
  const words = parts.flatMap((part) => harmlessText(part) ?? [])
  return words.length === 0 ? undefined : words.join(': ')
}

/** Characters. */
const MAX_TEXT = 200

/**
 * Words of the server that may stand in an error or a log: one line, 200 characters at most, long numbers and whatever could
 * be a key or an address cut out. Undefined when nothing is left.
 */
export function harmlessText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const plain = text
    .slice(0, 4 * MAX_TEXT)
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .replace(/\S*(?:@|:\/\/)\S*|[A-Za-z0-9+/=_-]{24,}|\+?\d(?:[ .()-]?\d){4,}/g, '…')
    .trim()
  return plain === '' || plain === '…' ? undefined : [...plain].slice(0, MAX_TEXT).join('')
}

/** First `conflict`, then the code, then the child: Baileys reads the code alone and calls a removed device "replaced". */
function readStreamError(stanza: Node): ConnectionEnd {
  const conflict = childOf(stanza, 'conflict')
  if (conflict?.attrs.type !== undefined) return { kind: conflict.attrs.type === 'replaced' ? 'replaced' : 'removed' }
  if (childOf(stanza, 'device_removed') !== undefined) return { kind: 'removed' }
  const code = wholeNumber(stanza.attrs.code)
  if (code === 409) return { kind: 'replaced' }
  return {
    kind: 'stream-error',
    ...optional('code', code),
    ...optional('child', childrenOf(stanza)[0]?.tag),
    ...optional('ackId', childOf(stanza, 'ack')?.attrs.id),
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [K in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: Value }
}

// A step of the machine as JSON and back: bytes as hex, stanzas in WhatsApp's binary form and, beside it, readable.
import { LinkError, type LinkErrorCode } from '../../../src/errors.ts'
import { decodeNode, encodeNode } from '../../../src/wire/bridge.ts'
import type { Node } from '../../../src/wire/nodes.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** Members that are undefined are left out, as the machine's own comparisons take them. */
export function plain(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') }
  if (value instanceof Date) return { date: value.getTime() }
  if (value instanceof LinkError) return { error: plain(errorParts(value)) }
  if (Array.isArray(value)) return value.map(plain)
  if (isNode(value)) return { stanza: Buffer.from(encodeNode(value)).toString('hex'), reads: readable(value) }
  if (typeof value !== 'object') throw new TypeError(`a transcript cannot hold a ${typeof value}`)
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, plain(member)]])),
  )
}

export function revive(json: Json): unknown {
  if (Array.isArray(json)) return json.map(revive)
  if (typeof json !== 'object' || json === null) return json
  const { bytes, date, error, stanza } = json as { readonly [name: string]: Json }
  if (typeof bytes === 'string') return Uint8Array.from(Buffer.from(bytes, 'hex'))
  if (typeof date === 'number') return new Date(date)
  if (typeof stanza === 'string') return decodeNode(Buffer.from(stanza, 'hex'))
  if (error !== undefined && typeof error === 'object') return revivedError(revive(error))
  return Object.fromEntries(Object.entries(json).map(([name, member]) => [name, revive(member)]))
}

/** For readers of the file, and a second look at the bytes: text where it is text, hex where it is not. */
export function readable({ tag, attrs, content }: Node): Json {
  if (content === undefined) return { tag, attrs: { ...attrs } }
  if (typeof content === 'string' || content instanceof Uint8Array) {
    const bytes = Buffer.from(content)
    // Not by the type found: WhatsApp's dictionary turns some bytes into text and back.
    const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
    return { tag, attrs: { ...attrs }, ...(isText ? { text: bytes.toString() } : { hex: bytes.toString('hex') }) }
  }
  return { tag, attrs: { ...attrs }, children: content.map(readable) }
}

function errorParts({ code, message, advice, retryable, status, reason, retryAfterMs }: LinkError): object {
  return { code, message, advice, retryable, status, reason, retryAfterMs }
}

function revivedError(parts: unknown): LinkError {
  const { code, message, ...details } = parts as { readonly code: LinkErrorCode; readonly message: string }
  return new LinkError(code, message, details)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'tag' in value && 'attrs' in value
}

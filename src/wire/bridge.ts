// The one file that touches the bridge. Everything that leaves here is a plain copy: the bridge's own objects are windows
// into WebAssembly memory, which never shrinks unless each of them is freed (measured: freeing the root frees no child).
import { inflateSync } from 'node:zlib'
import {
  calculateSignature,
  decodeNode as bridgeDecode,
  encodeNode as bridgeEncode,
  generateKeyPair as bridgeKeyPair,
  generateRegistrationId as bridgeRegistrationId,
  type InternalBinaryNode,
  verifySignature,
} from 'whatsapp-rust-bridge'
import type { Node } from './nodes.ts'

/** For end-to-end encryption between the emulator's phones and the bots; see their types in the bridge. */
export { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord, type SignalStorage } from 'whatsapp-rust-bridge'

/** An X25519 key pair, 32 raw bytes each (without the leading type byte 05 of Signal). */
export interface KeyPair {
  readonly public: Uint8Array
  readonly private: Uint8Array
}

const SIGNAL_KEY_TYPE = 5

/** 33 bytes, leading 05: a public key in Signal's spelling. */
export function withKeyType(publicKey: Uint8Array): Uint8Array {
  const typed = new Uint8Array(33)
  typed[0] = SIGNAL_KEY_TYPE
  typed.set(publicKey, 1)
  return typed
}

export function generateKeyPair(): KeyPair {
  const pair = bridgeKeyPair()
  return { public: Uint8Array.from(pair.pubKey.subarray(1)), private: Uint8Array.from(pair.privKey) }
}

/** 1 to 16380, as Signal draws it. */
export function generateRegistrationId(): number {
  return bridgeRegistrationId()
}

/** XEdDSA, 64 bytes. The bridge draws its own randomness: two calls never give the same bytes. */
export function sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  return Uint8Array.from(calculateSignature(privateKey, message))
}

/**
 * XEdDSA, really verified (Baileys rc14's own `Curve.verify` says true to any 64 bytes; measured).
 * False for everything that is not a signature of `message` under `publicKey` (32 bytes), a wrong length included.
 */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  try {
    return verifySignature(withKeyType(publicKey), message, signature)
  } catch {
    return false
  }
}

/** One stanza as the plaintext of a frame: flag byte 00, then WhatsApp's binary form. */
export function encodeNode(stanza: Node): Uint8Array {
  return Uint8Array.from(bridgeEncode(encodable(stanza)))
}

const COMPRESSED = 0x02
/** Bytes. Stanzas of an unlinked connection stay under 10 KB; a history-sync notice is a reference, not the history. */
const MAX_INFLATED = 4 * 1024 * 1024

/**
 * The inverse: takes the plaintext of a frame with its flag byte (bit 02: the rest is zlib-compressed).
 * Throws an Error for anything that is not one stanza, also for what inflates beyond 4 MiB.
 */
export function decodeNode(plaintext: Uint8Array): Node {
  let root: InternalBinaryNode | undefined
  try {
    root = bridgeDecode(inflated(plaintext))
    return copied(root.toJSON())
  } catch (thrown) {
    throw asError(thrown)
  } finally {
    root?.free()
  }
}

function inflated(plaintext: Uint8Array): Uint8Array {
  if (((plaintext[0] ?? 0) & COMPRESSED) === 0) return plaintext
  const body = inflateSync(plaintext.subarray(1), { maxOutputLength: MAX_INFLATED })
  return Buffer.concat([Uint8Array.of(0), body])
}

/** `toJSON` hands out plain objects in one crossing, so that there are no child handles to free. */
function copied(raw: RawNode): Node {
  const content = raw.content
  if (content === undefined || content === null) return { tag: raw.tag, attrs: raw.attrs }
  if (typeof content === 'string') return { tag: raw.tag, attrs: raw.attrs, content }
  if (content instanceof Uint8Array) return { tag: raw.tag, attrs: raw.attrs, content: Uint8Array.from(content) }
  return { tag: raw.tag, attrs: raw.attrs, content: content.map(copied) }
}

interface RawNode {
  readonly tag: string
  readonly attrs: Record<string, string>
  readonly content?: readonly RawNode[] | Uint8Array | string | null
}

/** The encoder drops undefined, null and empty attributes silently, and throws on absent `attrs` or null content. */
function encodable(stanza: Node): { tag: string; attrs: Record<string, string>; content?: EncodableContent } {
  const attrs = { ...stanza.attrs }
  const { content } = stanza
  if (content === undefined) return { tag: stanza.tag, attrs }
  if (typeof content === 'string' || content instanceof Uint8Array) return { tag: stanza.tag, attrs, content }
  return { tag: stanza.tag, attrs, content: content.map(encodable) }
}

type EncodableContent = string | Uint8Array | { tag: string; attrs: Record<string, string> }[]

/** Many of the bridge's errors are thrown as bare strings. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`not a stanza: ${String(thrown)}`)
}

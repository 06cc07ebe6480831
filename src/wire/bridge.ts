// The one file that touches the bridge. Everything that leaves here is a plain copy: the bridge's own objects are windows
// into WebAssembly memory, which never shrinks unless each of them is freed (measured: freeing the root frees no child).
import { inspect } from 'node:util'
import { inflateSync } from 'node:zlib'
import {
  decodeNode as bridgeDecode,
  encodeNode as bridgeEncode,
  generateKeyPair as bridgeKeyPair,
  generateRegistrationId as bridgeRegistrationId,
  calculateSignature,
  type InternalBinaryNode,
  verifySignature,
} from 'whatsapp-rust-bridge'
import { assertShallow } from './nesting.ts'
import { type Node, S_WHATSAPP_NET } from './nodes.ts'
import { agree } from './noise.ts'

/** For end-to-end encryption between the emulator's phones and the bots; see their types in the bridge. */
export { ProtocolAddress, SessionBuilder, SessionCipher, type SignalStorage } from 'whatsapp-rust-bridge'

/** An X25519 key pair, 32 raw bytes each (without the leading type byte 05 of Signal). Prints redacted. */
export interface KeyPair {
  readonly public: Uint8Array
  readonly private: Uint8Array
}

class RedactedKeyPair implements KeyPair {
  readonly public: Uint8Array
  readonly private: Uint8Array

  constructor(publicKey: Uint8Array, privateKey: Uint8Array) {
    this.public = publicKey
    this.private = privateKey
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return 'KeyPair [redacted]'
  }
}

/** Prints redacted. Keeps the arrays as they are: both of 32 bytes. */
export function keyPairOf(publicKey: Uint8Array, privateKey: Uint8Array): KeyPair {
  return new RedactedKeyPair(publicKey, privateKey)
}

const SIGNAL_KEY_TYPE = 5
const MAX_REGISTRATION_ID = 16_380
/** For a question about public keys only; nothing is ever encrypted with it. */
const ANY_PRIVATE_KEY = new Uint8Array(32).fill(0x42)

/** 33 bytes, leading 05: a public key in Signal's spelling. */
export function withKeyType(publicKey: Uint8Array): Uint8Array {
  const typed = new Uint8Array(33)
  typed[0] = SIGNAL_KEY_TYPE
  typed.set(publicKey, 1)
  return typed
}

/**
 * By the bridge: 0.1 ms each, 1 ms the first ones. Agreeing with the base point takes 0.2 ms on node:crypto, and its
 * `generateKeyPairSync` with an export after it can stop the thread for good while other work of node:crypto is under way
 * (Node 20.20; measured, two of three processes within 15 s).
 */
export function generateKeyPair(): KeyPair {
  const pair = bridgeKeyPair()
  return new RedactedKeyPair(Uint8Array.from(pair.pubKey.subarray(1)), Uint8Array.from(pair.privKey))
}

/** 1 to 16380, as Signal has it. The bridge draws from 0 on (measured), and a zero reads as "absent" to protobuf. */
export function generateRegistrationId(): number {
  for (;;) {
    const id = bridgeRegistrationId()
    if (id >= 1 && id <= MAX_REGISTRATION_ID) return id
  }
}

/** XEdDSA, 64 bytes. The bridge draws its own randomness: two calls never give the same bytes. */
export function sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  if (privateKey.length !== 32) throw new RangeError('a private key has 32 bytes')
  return Uint8Array.from(calculateSignature(privateKey, message))
}

/**
 * XEdDSA, really verified (Baileys rc14's own `Curve.verify` says true to any 64 bytes; measured).
 * False for everything that is not a signature of `message` under `publicKey` (32 bytes), a wrong length included, and for
 * every public key of small order: under those, 64 zero bytes would be a signature of anything.
 */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64 || isOfSmallOrder(publicKey)) return false
  try {
    return verifySignature(withKeyType(publicKey), message, signature)
  } catch {
    return false
  }
}

/** An agreement with such a key is all zero, which `agree` refuses. */
function isOfSmallOrder(publicKey: Uint8Array): boolean {
  try {
    agree(ANY_PRIVATE_KEY, publicKey)
    return false
  } catch {
    return true
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
 * Throws an Error for anything that is not one stanza, also for what inflates beyond 4 MiB, is nested too deep or holds too many.
 */
export function decodeNode(plaintext: Uint8Array): Node {
  const bytes = inflated(plaintext)
  assertShallow(bytes.subarray(1))
  try {
    return copiedAndFreed(bridgeDecode(bytes))
  } catch (thrown) {
    throw asError(thrown)
  }
}

/** The plaintext of a frame as it is when nothing is compressed. Throws an Error beyond 4 MiB. */
export function inflated(plaintext: Uint8Array): Uint8Array {
  if (((plaintext[0] ?? 0) & COMPRESSED) === 0) return plaintext
  const body = inflateSync(plaintext.subarray(1), { maxOutputLength: MAX_INFLATED })
  return Buffer.concat([Uint8Array.of(0), body])
}

/** By the getters and not by `toJSON`, which leaks 2 KB of WebAssembly memory a stanza (measured). */
function copiedAndFreed(raw: InternalBinaryNode): Node {
  try {
    const { tag, content } = raw
    const attrs = withPlainJids(raw.attrs)
    if (content === undefined || content === null) return { tag, attrs }
    if (typeof content === 'string') return { tag, attrs, content }
    if (content instanceof Uint8Array) return { tag, attrs, content: Uint8Array.from(content) }
    // Typed as plain objects; they are handles of their own, each to be freed.
    return { tag, attrs, content: (content as unknown as InternalBinaryNode[]).map(copiedAndFreed) }
  } finally {
    raw.free()
  }
}

/** The bridge writes the domain of a hosted device into its user part (`1.129:99@hosted.lid`); WhatsApp does not. */
const WITH_DOMAIN = /^(\d+)\.\d+(:\d+@hosted(?:\.lid)?)$/

function withPlainJids(attrs: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(attrs)) attrs[name] = value.replace(WITH_DOMAIN, '$1$2')
  return attrs
}

/** The encoder drops undefined, null and empty attributes silently, and throws on absent `attrs` or null content. */
function encodable(stanza: Node): { tag: string; attrs: Record<string, string>; content?: EncodableContent } {
  const attrs = Object.fromEntries(Object.entries(stanza.attrs).map(([name, value]) => [name, spelled(value)]))
  const { content } = stanza
  if (content === undefined) return { tag: stanza.tag, attrs }
  if (typeof content === 'string' || content instanceof Uint8Array) return { tag: stanza.tag, attrs, content }
  return { tag: stanza.tag, attrs, content: content.map(encodable) }
}

/** The server's JID goes out as a JID without a user, as every client writes it, and not as the dictionary's word for it. */
function spelled(value: string): string {
  return value === S_WHATSAPP_NET ? `@${S_WHATSAPP_NET}` : value
}

type EncodableContent = string | Uint8Array | { tag: string; attrs: Record<string, string> }[]

/** Many of the bridge's errors are thrown as bare strings. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`not a stanza: ${String(thrown)}`)
}

// Pure. The values of Baileys' key store as bytes and back: key pairs and byte strings packed, everything else as JSON
// in which byte strings survive exactly.

const BYTES = 1
const KEY_PAIR = 2
const JSON_TEXT = 3

const KEY_BYTES = 32

/**
 * Byte strings inside JSON are text that begins with this; other text that begins with it gets a second mark in front.
 * No base64 begins so, and few texts do.
 */
const MARK = '='
const MARKED_BYTES = '=b'
const MARKED_TEXT = '=s'

/**
 * Any value that JSON can hold, with Buffers and Uint8Arrays anywhere in it. Undefined members are dropped, as JSON does.
 * @throws TypeError for what JSON cannot hold: undefined itself, functions, bigints, cycles
 */
export function pack(value: unknown): Buffer {
  if (value instanceof Uint8Array) return tagged(BYTES, value)
  if (isKeyPair(value)) return Buffer.concat([Buffer.of(KEY_PAIR), value.public, value.private])
  const text = JSON.stringify(marked(value, 0))
  if (text === undefined) throw new TypeError(`a value of type ${typeof value} cannot be stored`)
  return tagged(JSON_TEXT, Buffer.from(text, 'utf8'))
}

/** The inverse. All byte strings come back as Buffers, as from Baileys' own BufferJSON. */
export function unpack(packed: Uint8Array): unknown {
  const body = Buffer.from(packed.subarray(1))
  switch (packed[0]) {
    case BYTES:
      return body
    case KEY_PAIR:
      if (body.length !== 2 * KEY_BYTES) break
      return { public: body.subarray(0, KEY_BYTES), private: body.subarray(KEY_BYTES) }
    case JSON_TEXT:
      return JSON.parse(body.toString('utf8'), (_, value: unknown) => unmarked(value))
  }
  throw new TypeError('not a packed value')
}

function tagged(tag: number, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(1 + body.length)
  bytes[0] = tag
  bytes.set(body, 1)
  return bytes
}

function isKeyPair(value: unknown): value is { readonly public: Uint8Array; readonly private: Uint8Array } {
  if (!isObject(value) || Object.keys(value).length !== 2) return false
  return isKey(value['public']) && isKey(value['private'])
}

function isKey(value: unknown): boolean {
  return value instanceof Uint8Array && value.length === KEY_BYTES
}

/** Deeper than anything real; a cycle ends here instead of filling the memory. */
const MAX_DEPTH = 200

/** Done before JSON.stringify, because that calls `Buffer.toJSON` before any replacer sees the Buffer. */
function marked(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? MARKED_TEXT + value : value
  if (!isObject(value)) return value
  if (depth > MAX_DEPTH) throw new TypeError('the value is nested too deeply, or contains itself')
  const bytes = bytesOf(value)
  if (bytes !== undefined) return MARKED_BYTES + bytes.toString('base64')
  if (typeof value['toJSON'] === 'function' && !isProtobuf(value)) return marked(value['toJSON'](), depth + 1)
  if (Array.isArray(value)) return value.map((member) => marked(member, depth + 1))
  const copy: Record<string, unknown> = Object.create(null)
  for (const key of Object.keys(value)) copy[key] = marked(value[key], depth + 1)
  return copy
}

function unmarked(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(MARK)) return value
  if (value.startsWith(MARKED_BYTES)) return Buffer.from(value.slice(MARKED_BYTES.length), 'base64')
  return value.slice(MARKED_TEXT.length)
}

/** A byte string, also one that went through JSON before: `{type: 'Buffer', data: [...] or base64}`. */
function bytesOf(value: Record<string, unknown>): Buffer | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (value['type'] !== 'Buffer' || Object.keys(value).length !== 2) return undefined
  const { data } = value
  if (typeof data === 'string') return Buffer.from(data, 'base64')
  return Array.isArray(data) && data.every(isByte) ? Buffer.from(data) : undefined
}

function isByte(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255
}

/** The `toJSON` of Baileys' protobuf classes would turn byte strings into plain base64 text. */
function isProtobuf(value: object): boolean {
  const made = value.constructor
  return typeof made === 'function' && 'encode' in made && 'fromObject' in made
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

// Pure. JSON in the form of Baileys' BufferJSON (lib/Utils/generics.js): byte strings as `{type: 'Buffer', data}`. Read
// here in every form that its versions wrote, written in the newest, with base64.

/** Deeper than anything real. */
const MAX_DEPTH = 100

/**
 * Objects come back without a prototype: a member called `__proto__` is one like any other.
 * @throws SyntaxError, TypeError: not JSON, or a byte string that is none. Their messages may quote the text.
 */
export function readBufferJson(text: string): unknown {
  return revived(JSON.parse(text), 0)
}

/** For values that came out of the store: plain ones, with byte strings. */
export function writeBufferJson(value: unknown): string {
  return JSON.stringify(replaced(value))
}

function revived(value: unknown, depth: number): unknown {
  if (!isObject(value)) return value
  if (depth > MAX_DEPTH) throw new TypeError('nested too deeply')
  if (Array.isArray(value)) return value.map((member) => revived(member, depth + 1))
  return bytesOf(value) ?? mapped(value, (member) => revived(member, depth + 1))
}

function bytesOf(value: Readonly<Record<string, unknown>>): Buffer | undefined {
  if (value['type'] !== 'Buffer') return numbered(value)
  const { data } = value
  if (typeof data === 'string') return Buffer.from(data, 'base64')
  if (!Array.isArray(data)) return undefined
  if (data.every(isByte)) return Buffer.from(data)
  throw new TypeError('a byte string holds something that is no byte')
}

/** `{"0": 5, "1": 200}`: what JSON.stringify makes of a Uint8Array that no replacer saw. */
function numbered(value: Readonly<Record<string, unknown>>): Buffer | undefined {
  const bytes = Object.values(value)
  if (bytes.length === 0 || !bytes.every(isByte)) return undefined
  return Object.keys(value).every((key, index) => key === String(index)) ? Buffer.from(bytes) : undefined
}

/** Before JSON.stringify: that calls `Buffer.toJSON` before any replacer sees the Buffer. */
function replaced(value: unknown): unknown {
  if (!isObject(value)) return value
  if (value instanceof Uint8Array) return { type: 'Buffer', data: Buffer.from(value).toString('base64') }
  return Array.isArray(value) ? value.map(replaced) : mapped(value, replaced)
}

function mapped(value: object, change: (member: unknown) => unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, member] of Object.entries(value)) copy[key] = change(member)
  return copy
}

function isByte(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

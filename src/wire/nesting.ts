// Pure. How deep and how wide a stanza is, before anybody builds it. The bridge recurses: 4,000 levels overrun its stack and leave it
// unusable for the whole process (measured), and each level costs it a copy of all that lies below.

/** What WhatsApp sends has 10 levels at most; this leaves room and costs nothing. */
const MAX_DEPTH = 48
/**
 * An upload of 812 pre-keys has 2,445, an answer with the key bundles of 812 devices more than 4,096. In 4 MiB there is room for 1,300,000, which take the
 * bridge 3 s and 72 MB that it never gives back (measured).
 */
const MAX_STANZAS = 16_384
/** A JID is made of strings, which may be JIDs again as far as the format goes. */
const MAX_JID_DEPTH = 4

const LIST_EMPTY = 0
const DICTIONARY_0 = 236
const DICTIONARY_3 = 239
const INTEROP_JID = 245
const FB_JID = 246
const AD_JID = 247
const LIST_8 = 248
const LIST_16 = 249
const JID_PAIR = 250
const HEX_8 = 251
const BINARY_8 = 252
const BINARY_20 = 253
const BINARY_32 = 254
const NIBBLE_8 = 255

interface Reader {
  readonly bytes: Uint8Array
  at: number
}

/** `body`: a stanza in binary form, without the flag byte. Throws a RangeError when it is too deep, too wide or cut short. */
export function assertShallow(body: Uint8Array): void {
  const reader: Reader = { bytes: body, at: 0 }
  /** For each open list, how many of its stanzas are still to come. */
  const open: number[] = [1]
  let seen = 0
  while (open.length > 0) {
    const last = open.length - 1
    const left = open[last] ?? 0
    if (left === 0) {
      open.pop()
      continue
    }
    open[last] = left - 1
    seen += 1
    if (seen > MAX_STANZAS) throw new RangeError(`not a stanza: more than ${MAX_STANZAS} in it`)
    const children = skipToChildren(reader)
    if (children === 0) continue
    if (open.length >= MAX_DEPTH) throw new RangeError(`not a stanza: more than ${MAX_DEPTH} levels`)
    open.push(children)
  }
}

/** Over one stanza's tag, attributes and content; stops before its children and says how many there are. */
function skipToChildren(reader: Reader): number {
  const size = listSize(reader, byte(reader))
  if (size === 0) throw new RangeError('not a stanza: empty')
  const strings = 1 + 2 * ((size - 1) >> 1)
  for (let skipped = 0; skipped < strings; skipped += 1) skipString(reader, MAX_JID_DEPTH)
  if (size % 2 === 1) return 0
  const content = reader.bytes[reader.at]
  if (content === LIST_EMPTY || content === LIST_8 || content === LIST_16) return listSize(reader, byte(reader))
  skipString(reader, MAX_JID_DEPTH)
  return 0
}

function listSize(reader: Reader, kind: number): number {
  if (kind === LIST_EMPTY) return 0
  if (kind === LIST_8) return byte(reader)
  if (kind === LIST_16) return number(reader, 2)
  throw new RangeError(`not a stanza: no list starts with ${kind}`)
}

function skipString(reader: Reader, jidDepth: number): void {
  if (jidDepth === 0) throw new RangeError('not a stanza: a JID in a JID in a JID')
  const kind = byte(reader)
  if (kind >= DICTIONARY_0 && kind <= DICTIONARY_3) return skip(reader, 1)
  switch (kind) {
    case BINARY_8:
      return skip(reader, byte(reader))
    case BINARY_20:
      return skip(reader, number(reader, 3) & 0xfffff)
    case BINARY_32:
      return skip(reader, number(reader, 4))
    case NIBBLE_8:
    case HEX_8:
      return skip(reader, byte(reader) & 0x7f)
    case JID_PAIR:
      skipString(reader, jidDepth - 1)
      return skipString(reader, jidDepth - 1)
    case AD_JID:
      skip(reader, 2)
      return skipString(reader, jidDepth - 1)
    case FB_JID:
      skipString(reader, jidDepth - 1)
      skip(reader, 2)
      return skipString(reader, jidDepth - 1)
    case INTEROP_JID:
      skipString(reader, jidDepth - 1)
      skip(reader, 4)
      return skipString(reader, jidDepth - 1)
    default:
      return
  }
}

function byte(reader: Reader): number {
  return number(reader, 1)
}

function number(reader: Reader, length: number): number {
  const start = reader.at
  skip(reader, length)
  let value = 0
  for (let at = start; at < reader.at; at += 1) value = value * 256 + (reader.bytes[at] ?? 0)
  return value
}

function skip(reader: Reader, length: number): void {
  reader.at += length
  if (reader.at > reader.bytes.length) throw new RangeError('not a stanza: cut short')
}

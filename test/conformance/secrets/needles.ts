// Secrets in every spelling in which they have been seen to leak, and a search for all of them at once.

export interface Secret {
  readonly name: string
  readonly value: string | Uint8Array
}

export interface Needle {
  readonly name: string
  readonly spelling: string
  readonly bytes: Buffer
}

/** Bytes of a key that are looked for: half of one is a leak as well. */
const PART = 16

export function needlesOf(secrets: Iterable<Secret>): readonly Needle[] {
  return [...secrets].flatMap(({ name, value }) => {
    const whole = Buffer.from(value)
    const parts = whole.length < 2 * PART ? [whole] : [whole.subarray(0, PART), whole.subarray(-PART)]
    return parts.flatMap((part) => spellings(part).map(([spelling, bytes]) => ({ name, spelling, bytes })))
  })
}

/** White space is not looked at in text: lists of bytes are told with and without it. */
function spellings(bytes: Buffer): readonly (readonly [string, Buffer])[] {
  const hex = bytes.toString('hex')
  // In base64 the same bytes look different at each of three offsets; the ends are shared with what is around them.
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return text.slice(offset === 0 ? 0 : 4, text.length - 4)
  })
  const text = (spelling: string, written: string): readonly [string, Buffer] => [spelling, Buffer.from(written)]
  const uriEncoded = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  return [
    ['raw', bytes],
    text('hex', hex),
    text('HEX', hex.toUpperCase()),
    ...base64.map((written) => text('base64', written)),
    ...base64.map((written) => text('base64url', written.replaceAll('+', '-').replaceAll('/', '_'))),
    ...base64.map((written) => text('base64 in a URL', encodeURIComponent(written))),
    ['UTF-16', Buffer.from(bytes.toString('latin1'), 'utf16le')],
    ['Latin 1 as UTF-8', Buffer.from(bytes.toString('latin1'), 'utf8')],
    text('decimal', [...bytes].join(',')),
    text('typed array in JSON', [...bytes].map((byte, at) => `"${at}":${byte}`).join(',')),
    text('in a URL', uriEncoded),
    text('IN A URL', uriEncoded.toUpperCase()),
  ]
}

export interface Haystack {
  /** What a finding says. */
  readonly place: string
  readonly content: string | Uint8Array
}

export interface Finding {
  readonly place: string
  readonly name: string
  readonly spelling: string
}

/** Needles with the same first four bytes are tried where these are: one walk for tens of thousands of needles. */
export function createSearch(needles: readonly Needle[]): (haystack: Haystack) => readonly Finding[] {
  const byHead = new Map<number, Needle[]>()
  for (const needle of needles) {
    // Text that is mostly replacement characters says nothing.
    if (needle.bytes.length < 7 || needle.bytes.includes('�'.repeat(3))) continue
    const head = needle.bytes.readUInt32LE(0)
    const same = byHead.get(head)
    if (same === undefined) byHead.set(head, [needle])
    else same.push(needle)
  }
  const walk = (bytes: Buffer): readonly Needle[] => {
    const found = new Set<Needle>()
    for (let at = 0; at + 4 <= bytes.length; at += 1)
      for (const needle of byHead.get(bytes.readUInt32LE(at)) ?? [])
        if (bytes.subarray(at, at + needle.bytes.length).equals(needle.bytes)) found.add(needle)
    return [...found]
  }
  return ({ place, content }) => {
    const bytes = Buffer.from(content)
    const found = [bytes, ...shorter(bytes)].flatMap(walk)
    return found.map(({ name, spelling }) => ({ place, name, spelling }))
  }
}

/** Text without white space, and without what people put between digits. */
function shorter(bytes: Buffer): readonly Buffer[] {
  const text = bytes.toString('latin1')
  const dense = text.replace(/(\\[nrt]|\s)+/g, '')
  const hex = text.replace(/\s/g, '').replace(/<Buffer((?:[0-9a-f]{2})+)/g, '$1')
  return [dense, hex, text.replace(/[\s().-]+/g, '')].map((written) => Buffer.from(written, 'latin1'))
}

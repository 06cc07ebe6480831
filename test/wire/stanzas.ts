// Random stanzas that both codecs can carry, and a form in which they can be compared.
import { DOUBLE_BYTE_TOKENS, SINGLE_BYTE_TOKENS } from 'baileys/lib/WABinary/constants.js'
import fc from 'fast-check'
import type { Node } from '../../src/wire/nodes.ts'
import { hexOf, isWellFormed } from './hex.ts'

/** Every word of WhatsApp's dictionary. */
export const TOKENS: readonly string[] = [...SINGLE_BYTE_TOKENS, ...DOUBLE_BYTE_TOKENS.flat()].filter(
  (token): token is string => typeof token === 'string' && token !== '' && !token.includes('@'),
)

/**
 * The encoders read an `@` as a JID, Baileys looks words up in an object that has a prototype, and the bridge drops
 * attributes that are blank.
 */
const isPlain = (text: string): boolean =>
  text.trim() !== '' && isWellFormed(text) && !text.includes('@') && !(text in {})

const freeText = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 20 })).filter(isPlain)
/** Digits, dashes and dots, and capital hex: packed two to a byte, up to 127 characters. */
const packed = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789-.'), minLength: 1, maxLength: 140 }),
  fc.string({ unit: fc.constantFrom(...'0123456789ABCDEF'), minLength: 1, maxLength: 140 }),
)
const longText = fc.integer({ min: 200, max: 3_000 }).map((length) => 'long text, '.repeat(length).slice(0, length))

const user = fc.integer({ min: 10_000, max: 999_999_999 }).map(String)
const device = fc.integer({ min: 1, max: 99 })
/** `user@server`, `user:device@server`. */
export const someJid: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(user, fc.constantFrom('s.whatsapp.net', 'lid', 'g.us', 'hosted'))
    .map(([name, server]) => `${name}@${server}`),
  fc
    .tuple(user, device, fc.constantFrom('s.whatsapp.net', 'lid', 'hosted'))
    .map(([name, number, server]) => `${name}:${number}@${server}`),
)

const token = fc.constantFrom(...TOKENS)
export const someText: fc.Arbitrary<string> = fc.oneof(token, freeText, packed, longText, someJid)
const name = fc.oneof({ weight: 3, arbitrary: token }, { weight: 1, arbitrary: freeText })
const attrs = fc.dictionary(name, someText, { maxKeys: 6, noNullPrototype: true })
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.integer({ min: 0, max: 2_000 }).map((length) => new Uint8Array(length).fill(length % 251)),
)

export const someStanza: fc.Arbitrary<Node> = fc.letrec<{ stanza: Node }>((tie) => ({
  stanza: fc
    .tuple(
      name,
      attrs,
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constant(undefined),
        bytes,
        someText,
        fc.array(tie('stanza'), { minLength: 1, maxLength: 4 }),
      ),
    )
    .map(([tag, given, content]): Node => ({ tag, attrs: given, ...(content === undefined ? {} : { content }) })),
})).stanza

export interface Compared {
  readonly tag: string
  readonly attrs: Record<string, string>
  /** Hex for text and bytes alike: the dictionary turns one into the other on the way. */
  readonly content: string | readonly Compared[] | undefined
}

export interface AnyNode {
  readonly tag: string
  readonly attrs: Readonly<Record<string, string>>
  readonly content?: unknown
}

export function compared({ tag, attrs, content }: AnyNode): Compared {
  const base = {
    tag,
    attrs: Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, oneSpelling(value)])),
  }
  if (Array.isArray(content)) {
    const children = content.map((child: AnyNode) => compared(child))
    return { ...base, content: children.length === 0 ? undefined : children }
  }
  if (typeof content === 'string') return { ...base, content: hexOf(Buffer.from(content)) }
  return { ...base, content: content instanceof Uint8Array ? hexOf(content) : undefined }
}

/** Baileys spells the server's JID with an at-sign in front. */
function oneSpelling(value: string): string {
  return value === '@s.whatsapp.net' ? 's.whatsapp.net' : value
}

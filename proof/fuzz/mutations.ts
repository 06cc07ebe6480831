// What is done to a stanza before it is sent.
import { childrenOf, type Node, node } from '../../src/wire/nodes.ts'
import type { Draw } from './draw.ts'
import { ALL_STANZAS } from './recorded.ts'

type Mutation = (stanza: Node, draw: Draw) => Node

/** Numbers as text, at their limits and beyond. */
const NUMBERS = [
  '0',
  '-1',
  '1',
  '400',
  '401',
  '429',
  '500',
  '65536',
  '999999999',
  '1000000000',
  '2147483648',
  '9007199254740993',
  '1e309',
  'NaN',
  '0x10',
  ' 5',
  '٣',
  '',
]
const TYPES = ['set', 'get', 'result', 'error', 'link_code_companion_reg', 'crsc_continuation', 'devices', '']
const STAGES = ['companion_hello', 'primary_hello', 'companion_finish', 'refresh_code', 'PRIMARY_HELLO', 'x', '']
const SENDERS = [
  's.whatsapp.net',
  '@s.whatsapp.net',
  '12025550124@s.whatsapp.net',
  '1:2@lid',
  'g.us',
  '',
  'S.whatsapp.net',
]
const NAMES = ['__proto__', 'constructor', 'toString', 'id', 'from', 'type', 'stage', 'code', 'backoff', 'xmlns', 'jid']
const TEXTS = ['', '\0', 'ünïcödé ☎', '\ud800', '{"a":1}', '[]', 'null', '12025550123', 'true', 'A'.repeat(300)]
const OPTIONS: readonly object[] = [
  { timeout: 1e308 },
  { timeout: 0.0001 },
  { timeout: -1 },
  { timeout: 4_294_967_296 },
  { timeout: '5' },
  { challenge: '' },
  { challenge: 7 },
  { rpId: 'evilwhatsapp.com' },
  { rpId: 'x.whatsapp.com' },
  { allowCredentials: [{}] },
  { allowCredentials: [{ id: 'YQ', type: 'public-key' }] },
  { allowCredentials: {} },
  { extensions: { nested: { deep: [[[[]]]] } } },
  { constructor: 1 },
]

/** Of those bytes that the encoder and the rules have to bear as well: more would only measure these. */
const HUGE = 200_000

/** At the stanza itself or, more often, at one below it. */
function somewhere(stanza: Node, draw: Draw, change: (found: Node) => Node): Node {
  const children = childrenOf(stanza)
  if (children.length === 0 || draw.chance(0.35)) return change(stanza)
  const at = draw.number(children.length)
  return { ...stanza, content: children.map((one, index) => (index === at ? somewhere(one, draw, change) : one)) }
}

const at =
  (change: (found: Node, draw: Draw) => Node): Mutation =>
  (stanza, draw) =>
    somewhere(stanza, draw, (found) => change(found, draw))

const attr =
  (name: string, values: readonly string[]): Mutation =>
  (stanza, draw) => ({ ...stanza, attrs: { ...stanza.attrs, [name]: draw.pick(values) } })

const onBytes = (change: (bytes: Buffer, draw: Draw) => Uint8Array): Mutation =>
  at((found, draw) => {
    const { content } = found
    if (content === undefined || Array.isArray(content)) return { ...found, content: draw.bytes(draw.number(40)) }
    return { ...found, content: change(Buffer.from(content as Uint8Array), draw) }
  })

function without(stanza: Node, name: string): Node {
  const { [name]: _gone, ...attrs } = stanza.attrs
  return { ...stanza, attrs }
}

/** Changes a list of children, where there is one. */
const family = (change: (children: readonly Node[], draw: Draw) => readonly Node[]): Mutation =>
  at((found, draw) => (Array.isArray(found.content) ? { ...found, content: change(childrenOf(found), draw) } : found))

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'drops a child': family((children, draw) => children.toSpliced(draw.number(children.length || 1), 1)),
  'doubles a child': family((children, draw) => (children.length === 0 ? [] : [draw.pick(children), ...children])),
  'reverses children': family((children) => children.toReversed()),
  'adds a foreign child': family((children, draw) => [foreign(draw), ...children]),
  'adds a foreign child at the end': family((children, draw) => [...children, foreign(draw)]),
  'nests a child in itself': at((found) => ({ ...found, content: [found] })),
  'wraps the content': at((found) => node(found.tag, found.attrs, [node('x', {}, found.content)])),
  'takes the content away': at((found) => node(found.tag, found.attrs)),
  'puts children in place of bytes': at((found, draw) => ({ ...found, content: [foreign(draw)] })),
  'puts bytes in place of children': at((found, draw) => ({ ...found, content: draw.bytes(draw.number(90)) })),
  'bytes as text': at((found) =>
    found.content instanceof Uint8Array ? { ...found, content: Buffer.from(found.content).toString('utf8') } : found,
  ),
  'text as bytes': at((found) =>
    typeof found.content === 'string' ? { ...found, content: Buffer.from(found.content) } : found,
  ),
  'odd text': at((found, draw) => ({ ...found, content: draw.pick(TEXTS) })),
  'empty bytes': onBytes(() => new Uint8Array()),
  'shortened bytes': onBytes((bytes, draw) => bytes.subarray(0, draw.number(bytes.length || 1))),
  'lengthened bytes': onBytes((bytes, draw) => Buffer.concat([bytes, draw.bytes(1 + draw.number(80))])),
  'flipped bytes': onBytes((bytes, draw) => {
    const changed = Buffer.from(bytes)
    const place = draw.number(changed.length || 1)
    if (place < changed.length) changed[place] = (changed[place] ?? 0) ^ (1 << draw.number(8))
    return changed
  }),
  'other bytes of that length': onBytes((bytes, draw) => draw.bytes(bytes.length)),
  'zero bytes': onBytes((bytes) => new Uint8Array(bytes.length)),
  'huge bytes': (stanza, draw) =>
    draw.chance(0.1) ? onBytes(() => Buffer.alloc(HUGE, draw.number(256)))(stanza, draw) : stanza,
  'another type': attr('type', TYPES),
  'another sender': attr('from', SENDERS),
  'another id': attr('id', ['', 'x', '7.7-1', '-1', 'A'.repeat(2_000), '0']),
  'no type': (stanza) => without(stanza, 'type'),
  'no sender': (stanza) => without(stanza, 'from'),
  'no id': (stanza) => without(stanza, 'id'),
  'another stage': at((found, draw) => ({ ...found, attrs: { ...found.attrs, stage: draw.pick(STAGES) } })),
  'a number at its limit': at((found, draw) => {
    const names = Object.keys(found.attrs)
    const name = names.length === 0 ? 'code' : draw.pick(names)
    return { ...found, attrs: { ...found.attrs, [name]: draw.pick(NUMBERS) } }
  }),
  'an error with numbers at their limits': (stanza, draw) => {
    const error = { code: draw.pick(NUMBERS), backoff: draw.pick(NUMBERS), text: draw.pick(TEXTS) }
    const { code, backoff, text } = error
    const attrs = draw.chance(0.5) ? { code: draw.pick(['400', '429', '500']), backoff } : { code, backoff, text }
    return node(stanza.tag, { ...stanza.attrs, type: 'error' }, [node('error', attrs)])
  },
  'an attribute more': at((found, draw) => ({
    ...found,
    attrs: { ...found.attrs, [draw.pick(NAMES)]: draw.pick([...TEXTS, ...NUMBERS]) },
  })),
  'an attribute less': at((found, draw) => {
    const names = Object.keys(found.attrs)
    return names.length === 0 ? found : without(found, draw.pick(names))
  }),
  'another tag': at((found, draw) => ({ ...found, tag: draw.pick(['iq', 'notification', 'ref', 'error', 'x', '']) })),
  'other options': at((found, draw) => ({
    ...found,
    content: changedOptions(found.content, draw) ?? found.content ?? '',
  })),
}

const ALL = Object.values(MUTATIONS)

/** One to three changes; seldom none, so that the right stanza comes at the wrong time as well. */
export function mutated(stanza: Node, draw: Draw): Node {
  const changes = draw.chance(0.15) ? 0 : 1 + Math.floor(draw.number(10) / 4)
  let changed = stanza
  for (let count = 0; count < changes; count += 1) changed = draw.pick(ALL)(changed, draw)
  return changed
}

function foreign(draw: Draw): Node {
  const stanza = draw.pick(ALL_STANZAS)
  return draw.chance(0.5) ? stanza : (childrenOf(stanza)[0] ?? stanza)
}

function changedOptions(content: Node['content'], draw: Draw): Uint8Array | undefined {
  if (content === undefined || Array.isArray(content)) return undefined
  try {
    const options: unknown = JSON.parse(Buffer.from(content as Uint8Array).toString())
    return Buffer.from(JSON.stringify({ ...(options as object), ...draw.pick(OPTIONS) }))
  } catch {
    return undefined
  }
}

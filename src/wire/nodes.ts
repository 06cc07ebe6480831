// Pure. A stanza as data, and the few ways in which this package reads one.

/**
 * One stanza. `content` is children, bytes or text. What comes off the wire is normalised: WhatsApp's dictionary turns
 * some byte strings into text and back, so read through `bytesOf` and `textOf`, never by the type found.
 */
export interface Node {
  readonly tag: string
  readonly attrs: Readonly<Record<string, string>>
  readonly content?: readonly Node[] | Uint8Array | string
}

export const S_WHATSAPP_NET = 's.whatsapp.net'

export function node(tag: string, attrs: Readonly<Record<string, string>> = {}, content?: Node['content']): Node {
  return content === undefined ? { tag, attrs } : { tag, attrs, content }
}

export function childrenOf(parent: Node | undefined): readonly Node[] {
  return Array.isArray(parent?.content) ? (parent.content as readonly Node[]) : []
}

export function childOf(parent: Node | undefined, tag: string): Node | undefined {
  return childrenOf(parent).find((child) => child.tag === tag)
}

/** The content as bytes; undefined when there is none or it is children. */
export function bytesOf(of: Node | undefined): Uint8Array | undefined {
  if (typeof of?.content === 'string') return Buffer.from(of.content, 'utf8')
  return of?.content instanceof Uint8Array ? of.content : undefined
}

/** The content as text; undefined when there is none or it is children. */
export function textOf(of: Node | undefined): string | undefined {
  if (typeof of?.content === 'string') return of.content
  return of?.content instanceof Uint8Array ? Buffer.from(of.content).toString('utf8') : undefined
}

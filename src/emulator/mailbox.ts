// What a device has not confirmed yet: each stanza stays until a receipt or ack for it comes, and goes out again at every
// login until then (at least once, as WhatsApp delivers).
import type { Node } from '../wire/nodes.ts'

const MAX_WAITING = 10_000

export interface Mailbox {
  readonly size: number
  put(stanza: Node): void
  /** A receipt or ack for this id came. */
  settle(tag: string, id: string): void
  /** In the order in which they came. */
  waiting(): readonly Node[]
}

export function createMailbox(): Mailbox {
  const stanzas = new Map<string, Node>()
  const keyOf = (tag: string, id: string): string => `${tag} ${id}`

  return {
    get size() {
      return stanzas.size
    },
    put(stanza) {
      const key = keyOf(stanza.tag, stanza.attrs['id'] ?? '')
      stanzas.delete(key)
      stanzas.set(key, stanza)
      if (stanzas.size <= MAX_WAITING) return
      const [oldest] = stanzas.keys()
      if (oldest !== undefined) stanzas.delete(oldest)
    },
    settle(tag, id) {
      stanzas.delete(keyOf(tag, id))
    },
    waiting: () => [...stanzas.values()],
  }
}

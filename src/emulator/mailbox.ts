// What a device has not confirmed yet: each stanza stays until a receipt or ack for it comes, and goes out again at
// every login until then (at least once, as WhatsApp delivers).
import type { Node } from '../wire/nodes.ts'

const MAX_WAITING = 10_000

export interface Mailbox {
  readonly size: number
  /** A stanza like one that waits (tag, id, sender and type agree) takes its place. */
  put(stanza: Node): void
  /** A receipt or ack for this id came. */
  settle(tag: string, id: string): void
  /** In the order in which they came. */
  waiting(): readonly Node[]
}

export function createMailbox(maxWaiting = MAX_WAITING): Mailbox {
  const stanzas = new Map<string, Node>()
  const byId = new Map<string, Set<string>>()

  const remove = (key: string, stanza: Node): void => {
    stanzas.delete(key)
    const id = idOf(stanza.tag, stanza.attrs['id'])
    const keys = byId.get(id)
    keys?.delete(key)
    if (keys?.size === 0) byId.delete(id)
  }

  return {
    get size() {
      return stanzas.size
    },
    put(stanza) {
      const id = idOf(stanza.tag, stanza.attrs['id'])
      const key = `${id} ${stanza.attrs['from'] ?? ''} ${stanza.attrs['type'] ?? ''}`
      stanzas.delete(key)
      stanzas.set(key, stanza)
      const keys = byId.get(id) ?? new Set()
      byId.set(id, keys.add(key))
      if (stanzas.size <= maxWaiting) return
      const [oldest] = stanzas
      if (oldest !== undefined) remove(oldest[0], oldest[1])
    },
    settle(tag, id) {
      const named = idOf(tag, id)
      for (const key of byId.get(named) ?? []) stanzas.delete(key)
      byId.delete(named)
    },
    waiting: () => [...stanzas.values()],
  }
}

function idOf(tag: string, id: string | undefined): string {
  return `${tag} ${id ?? ''}`
}

// What went over all connections, bounded: the newest 10,000 stanzas, and no more than so many nodes in all (a pre-key
// upload alone has 3,000).
import { childrenOf, type Node } from '../wire/nodes.ts'

export interface RecordedStanza {
  /** Counts from 1, over all connections; those that were dropped keep theirs. */
  readonly number: number
  readonly from: 'client' | 'server'
  readonly node: Node
}

export interface StanzaRecord {
  readonly stanzas: readonly RecordedStanza[]
  add(from: 'client' | 'server', node: Node): void
}

export function createStanzaRecord({ maxStanzas = 10_000, maxNodes = 500_000 } = {}): StanzaRecord {
  const stanzas: RecordedStanza[] = []
  let nodes = 0
  let number = 0

  return {
    stanzas,
    add(from, node) {
      number += 1
      stanzas.push({ number, from, node })
      nodes += weight(node)
      if (stanzas.length <= maxStanzas && nodes <= maxNodes) return
      let drop = stanzas.length > maxStanzas ? Math.ceil(maxStanzas / 10) : 0
      let dropped = stanzas.slice(0, drop).reduce((sum, one) => sum + weight(one.node), 0)
      while (nodes - dropped > maxNodes && drop < stanzas.length - 1) {
        const oldest = stanzas[drop]
        if (oldest !== undefined) dropped += weight(oldest.node)
        drop += 1
      }
      stanzas.splice(0, drop)
      nodes -= dropped
    },
  }
}

function weight(node: Node): number {
  return childrenOf(node).reduce((sum, child) => sum + weight(child), 1)
}

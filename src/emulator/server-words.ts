// Pure but for the bytes of a route. What the server says on connections of either kind (docs/protocol.md sections 1 and 10).
import { randomBytes } from 'node:crypto'
import { type Node, node } from '../wire/nodes.ts'
import type { Refusal } from './faults.ts'

/** Where the next connection of this client is to go: it comes back before the header. */
export function edgeRouting(): Node {
  return node('ib', {}, [node('edge_routing', {}, [node('routing_info', {}, randomBytes(8))])])
}

/** `<failure reason>`; with 402 the backoff is the length of the ban. */
export function failureNode({ code, text, backoffS }: Refusal): Node {
  return node('failure', {
    reason: String(code),
    ...(text !== undefined && { message: text }),
    ...(backoffS !== undefined && { expire: String(backoffS) }),
  })
}

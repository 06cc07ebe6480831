// How a Baileys socket ended, read from the stanza itself: by status alone Baileys calls a removed device without a code
// "replaced" (440), and makes up statuses of its own (docs/protocol.md section 10).
import type { WASocket } from 'baileys'
import type { Clock } from '../lib/clock.ts'
import { type ConnectionEnd, readEnd } from '../wire/ends.ts'
import { bytesOf, childrenOf, type Node, node } from '../wire/nodes.ts'
import { cutSocket } from './socket-close.ts'

/** ms from the stanza that ends a connection to its close; then the line is cut, and need not be waited for. */
const CLOSE_MS = 2_000

/**
 * Calls `told` once, when the socket is closed. With a clock, a connection that was ended but stays open is cut. Returns
 * the way to stop listening.
 */
export function onSocketEnd(socket: WASocket, told: (end: ConnectionEnd) => void, clock?: Clock): () => void {
  let announced: ConnectionEnd | undefined
  let cutter: unknown

  const announce = (stanza: unknown): void => {
    if (announced !== undefined) return
    announced = readEnd(asNode(stanza))
    cutter = clock?.setTimeout(() => cutSocket(socket), CLOSE_MS)
  }
  const closed = (update: {
    connection?: string
    lastDisconnect?: { error?: Error | undefined } | undefined
  }): void => {
    if (update.connection !== 'close') return
    stop()
    told(announced ?? { kind: 'closed', cause: update.lastDisconnect?.error })
  }
  const stop = (): void => {
    if (cutter !== undefined) clock?.clearTimeout(cutter)
    socket.ws.off('CB:stream:error', announce)
    socket.ws.off('CB:failure', announce)
    socket.ev.off('connection.update', closed)
  }

  socket.ws.on('CB:stream:error', announce)
  socket.ws.on('CB:failure', announce)
  socket.ev.on('connection.update', closed)
  return stop
}

/** Baileys' own stanza type has looser attributes; only tags and attributes matter here. */
function asNode(stanza: unknown): Node {
  const { tag, attrs, content } = stanza as Node
  const children = childrenOf({ tag, attrs, ...(content && { content }) })
  const bytes = bytesOf({ tag, attrs, ...(content && { content }) })
  return node(tag, attrs, children.length > 0 ? children : bytes)
}

// How the caller's socket ends, as an error of ours.
import type { WASocket } from 'baileys'
import type { LinkError } from '../errors.ts'
import { errorOfEnd } from '../linking/refusals.ts'
import { onSocketEnd } from '../session/socket-end.ts'

/** Calls `told` once, when Baileys says that its socket is closed. Returns the way to stop listening. */
export function onEndOf(socket: WASocket, told: (error: LinkError) => void): () => void {
  return onSocketEnd(socket, (end) => told(errorOfEnd(end)))
}

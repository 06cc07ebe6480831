// Closing a Baileys socket within a limit.
import type { WASocket } from 'baileys'
import type { Clock } from '../lib/clock.ts'
import { within } from './wait.ts'

/** ms for the other side to answer the WebSocket's close; `ws` by itself waits 30 s for a line that is dead. */
const POLITE_MS = 2_000
/** ms after the line was cut. */
const CUT_MS = 2_000

/** Nothing is sent from this call on. Resolves when the socket is closed; never rejects. */
export async function closeSocket(socket: WASocket, clock: Clock): Promise<void> {
  const cutter = clock.setTimeout(() => cutSocket(socket), POLITE_MS)
  try {
    await within(clock, POLITE_MS + CUT_MS, Promise.resolve(socket.end(undefined)))
  } catch {
    cutSocket(socket) // a socket that is not Baileys' own may throw at once
  } finally {
    clock.clearTimeout(cutter)
  }
}

/** Without a word to the other side. Baileys hears of it at once and ends the socket. */
export function cutSocket({ ws }: WASocket): void {
  // Baileys declares the `ws` socket inside its client as protected.
  const { socket } = ws as unknown as { readonly socket?: { terminate?(): void } | null }
  socket?.terminate?.()
}

// Baileys can forget to empty its event buffer: when its own delayed flush comes while nothing is buffered, it keeps that
// timer's handle and never sets another (lib/Utils/event-buffer.js, 7.0.0-rc14). Messages that were acknowledged then stay
// there until a limit of 30 s; seen after the first sync of a new link.
import type { WASocket } from 'baileys'
import type { Clock } from '../lib/clock.ts'

const LOOK_MS = 1_000

/** Empties the buffer of a socket that buffers at two looks in a row. Returns the way to stop. */
export function watchBuffer({ ev, authState }: WASocket, clock: Clock): () => void {
  // A fork may lack it, and its fault.
  if (typeof ev.isBuffering !== 'function') return () => {}
  let wasBuffering = false
  let timer: unknown

  const look = (): void => {
    timer = clock.setTimeout(look, LOOK_MS)
    // Before the first sync Baileys buffers on purpose, for 20 s at most, to tell the history before what followed it.
    const isBuffering = ev.isBuffering() && authState.creds.accountSyncCounter > 0
    if (isBuffering && wasBuffering) ev.flush()
    wasBuffering = isBuffering
  }
  timer = clock.setTimeout(look, LOOK_MS)
  return () => clock.clearTimeout(timer)
}

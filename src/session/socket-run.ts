// One socket, from the moment it is shown to its end.
import type { Clock } from '../lib/clock.ts'
import { deferred } from '../lib/deferred.ts'
import type { ConnectionEnd } from '../wire/ends.ts'
import type { EventMap, HeldSocket } from './held-socket.ts'
import { closeSocket } from './socket-close.ts'
import { onSocketEnd } from './socket-end.ts'
import { watchBuffer } from './stuck-buffer.ts'

/** ms from a new socket to its being online. Baileys gives its single steps 20 to 60 s, but never gives up on success. */
const OPEN_MS = 90_000
/** ms that a socket waits for its first listener before its events go to nobody. */
const LISTENER_MS = 30_000

export interface SocketRun {
  readonly held: HeldSocket
  /** Adopted: its login was seen before. */
  readonly isOnline: boolean
  readonly clock: Clock
  /** Closes it at once: after the abort nothing more is sent. */
  readonly signal: AbortSignal
  /** The socket is watched: show it to whoever listens. */
  readonly onWatched: () => void
  /** Once. */
  readonly onOnline: (since: Date) => void
}

export interface SocketOutcome {
  readonly end: ConnectionEnd
  /** WhatsApp let it in. */
  readonly sawLogin: boolean
  /** How long it was online. */
  readonly onlineMs: number
  /** Events that nobody has heard. */
  readonly untold: readonly EventMap[]
}

/** Resolves when the socket is closed. Rejects with the signal's reason, when it is closed as well. */
export async function runSocket(run: SocketRun): Promise<SocketOutcome> {
  const { held, clock, signal } = run
  const { socket } = held
  const ended = deferred<ConnectionEnd>()
  let sawLogin = run.isOnline
  let onlineSince: number | undefined
  let closing: Promise<void> | undefined
  let stopBuffer = (): void => {}

  const close = (): Promise<void> => {
    closing ??= closeSocket(socket, clock)
    return closing
  }
  const aborted = (): void => {
    ended.reject(signal.reason)
    void close()
  }
  const online = (): void => {
    if (onlineSince !== undefined) return
    clock.clearTimeout(openLimit)
    sawLogin = true
    onlineSince = clock.now()
    stopBuffer = watchBuffer(socket, clock)
    run.onOnline(new Date(onlineSince))
  }
  const admitted = (): void => {
    sawLogin = true
  }
  const updated = ({ connection }: { connection?: string }): void => {
    if (connection === 'open') online()
  }

  const openLimit = clock.setTimeout(() => ended.resolve({ kind: 'silent' }), OPEN_MS)
  const listenerLimit = clock.setTimeout(() => held.release(), LISTENER_MS)
  const stopWaiting = onSocketEnd(socket, ended.resolve, clock)
  socket.ws.on('CB:success', admitted)
  socket.ev.on('connection.update', updated)
  signal.addEventListener('abort', aborted, { once: true })
  try {
    if (signal.aborted) aborted()
    // An adopted one may have ended on its way here.
    else if (run.isOnline && socket.ws.isOpen === false) ended.resolve({ kind: 'closed' })
    else {
      if (run.isOnline) online()
      run.onWatched()
    }
    const end = await ended.promise
    const onlineMs = onlineSince === undefined ? 0 : clock.now() - onlineSince
    await close()
    return { end, sawLogin, onlineMs, untold: held.takeEvents() }
  } finally {
    clock.clearTimeout(openLimit)
    clock.clearTimeout(listenerLimit)
    stopBuffer()
    stopWaiting()
    socket.ws.off('CB:success', admitted)
    socket.ev.off('connection.update', updated)
    signal.removeEventListener('abort', aborted)
    await close()
    held.takeEvents()
  }
}

// What can end a wait on somebody else's socket: its end, the caller's signal, too much time.
import type { WASocket } from 'baileys'
import { LinkError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { deferred } from '../lib/deferred.ts'
import { cancelled } from './checked-request.ts'
import { onEndOf } from './socket-end.ts'

export interface Interruption {
  /** Rejects with LinkError when the socket ends or the signal is aborted. Never an unhandled rejection. */
  readonly promise: Promise<never>
  stop(): void
}

export function watch(socket: WASocket, signal: AbortSignal | undefined): Interruption {
  const { promise, reject } = deferred<never>()
  promise.catch(() => {})
  const aborted = (): void => {
    if (signal !== undefined) reject(cancelled(signal))
  }
  const stopListening = onEndOf(socket, reject)
  signal?.addEventListener('abort', aborted, { once: true })
  if (signal?.aborted === true) aborted()
  if (socket.ws.isClosed || socket.ws.isClosing) reject(new LinkError('network', 'the socket is closed'))
  return {
    promise,
    stop() {
      stopListening()
      signal?.removeEventListener('abort', aborted)
    },
  }
}

/** `what` is the end of a sentence: "WhatsApp did not … within 30000 ms". */
export async function within<Value>(clock: Clock, ms: number, what: string, work: Promise<Value>): Promise<Value> {
  const late = deferred<never>()
  const timer = clock.setTimeout(
    () => late.reject(new LinkError('network', `WhatsApp did not ${what} within ${ms} ms`)),
    ms,
  )
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clock.clearTimeout(timer)
  }
}

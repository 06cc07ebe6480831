// 405: WhatsApp no longer takes the version of WhatsApp Web that Baileys ships (docs/protocol.md section 10). It is looked
// up once; should that not help, somebody has to update.
import type { Clock } from '../lib/clock.ts'
import type { SocketOptions } from '../linking/options.ts'
import type { Version } from '../wire/messages.ts'
import { pause } from './wait.ts'

/** ms for the lookup. */
const LOOKUP_MS = 10_000

export type VersionLookup = (socket: SocketOptions | undefined, signal: AbortSignal) => Promise<Version>

/** The version to try next; undefined when it cannot be had. Rejects with the signal's reason when it is aborted. */
export async function newerVersion(
  lookUp: VersionLookup,
  { socket, clock, signal }: { socket: SocketOptions | undefined; clock: Clock; signal: AbortSignal },
): Promise<Version | undefined> {
  const giveUp = new AbortController()
  const stop = (): void => giveUp.abort()
  const late = pause(clock, LOOKUP_MS, giveUp.signal).then(() => undefined)
  late.catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  try {
    const found = await Promise.race([lookUp(socket, giveUp.signal), late])
    return isVersion(found) ? found : undefined
  } catch {
    signal.throwIfAborted()
    return undefined
  } finally {
    signal.removeEventListener('abort', stop)
    giveUp.abort()
  }
}

function isVersion(value: unknown): value is Version {
  return Array.isArray(value) && value.length === 3 && value.every((part) => Number.isSafeInteger(part) && part >= 0)
}

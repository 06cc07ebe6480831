import { asStoreError, isBusy } from './failure.ts'

/** How long another process is waited for that is in the way. A commit takes a few ms. */
export const PATIENCE_MS = 5_000
const RETRY_MS = 10

/**
 * The system's own timers, bound at load: what is waited for is another process, which an injected clock cannot move.
 */
const later = setTimeout
const now = Date.now

/**
 * Runs `attempt` until no other process's lock is in the way, 5 s at most. Each attempt must leave nothing behind.
 * @throws StoreError
 */
export async function whenUnlocked<T>(attempt: () => T, patienceMs = PATIENCE_MS): Promise<T> {
  const giveUpAt = now() + patienceMs
  for (;;) {
    try {
      return attempt()
    } catch (thrown) {
      if (!isBusy(thrown) || now() >= giveUpAt) throw asStoreError(thrown)
    }
    await new Promise<void>((resolve) => later(resolve, RETRY_MS * (0.5 + Math.random())))
  }
}

import { isPassing } from './failure.ts'

/** How long things may take, in ms. */
export interface Limits {
  /** A connection, until it is there: name, TCP, TLS and password. */
  readonly connectMs: number
  /** The next answer. Longer than the server's own limits (transaction.ts), so that those come first. */
  readonly answerMs: number
  /** Trying again, against collisions, restarts and cut connections. A restart takes 1 to 5 s. */
  readonly patienceMs: number
  /** Asking what became of a commit whose answer was lost. */
  readonly askMs: number
}

export const LIMITS: Limits = { connectMs: 10_000, answerMs: 20_000, patienceMs: 15_000, askMs: 30_000 }

const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 500

/**
 * The system's own timers, bound at load: what is waited for is another process, which an injected clock cannot move.
 */
const later = setTimeout
const now = Date.now

/**
 * Runs `attempt` until it does not fail with something that passes, for `patienceMs` at most; then throws what came last.
 * Each attempt must leave nothing behind, or be safe to repeat.
 */
export async function patiently<T>(
  attempt: () => Promise<T>,
  patienceMs: number,
  passes: (thrown: unknown) => boolean = isPassing,
): Promise<T> {
  const giveUpAt = now() + patienceMs
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt()
    } catch (thrown) {
      if (!passes(thrown) || now() >= giveUpAt) throw thrown
    }
    await new Promise<void>((resolve) => later(resolve, pause * (0.5 + Math.random())))
  }
}

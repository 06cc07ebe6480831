// libsignal, which Baileys stands on, writes to the console, whole sessions with their keys among it. Neither belongs on
// the stdout of this program, so while Baileys is at work the console leads into the masked log.
import type { Logger } from '../../lib/logger.ts'

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const

/** Logs the first argument alone, when it is text: what follows it there is keys. Returns the way back. */
export function leadConsoleInto(logger: Logger): () => void {
  const before = METHODS.map((method) => console[method])
  for (const method of METHODS)
    console[method] = (first: unknown) =>
      logger.debug({ from: 'console' }, typeof first === 'string' ? first : 'a value')
  return () => {
    for (const [at, method] of METHODS.entries()) console[method] = before[at] ?? console[method]
  }
}

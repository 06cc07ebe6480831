// libsignal, which Baileys stands on, writes to the console, whole sessions with their keys among it. Neither belongs on
// the stdout of this program, so for its life the console leads into the masked log.
import type { Logger } from '../lib/logger.ts'

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const

/** The first argument alone, when it is text: what follows it there is keys. */
export function leadConsoleInto(logger: Logger): void {
  for (const method of METHODS)
    console[method] = (first: unknown) => logger.debug({ from: 'console' }, typeof first === 'string' ? first : 'a value')
}

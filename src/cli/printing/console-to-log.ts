// libsignal, which Baileys stands on, writes to the console, whole sessions with their keys among it. Neither belongs on
// the stdout of this program, so while Baileys is at work the console leads into the masked log.
import { Console } from 'node:console'
import type { Logger } from '../../lib/logger.ts'

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const

/** Logs the first argument alone, when it is text: what follows it there is keys. Returns the way back. */
export function leadConsoleInto(logger: Logger): () => void {
  const before = METHODS.map((method) => console[method])
  for (const method of METHODS) console[method] = (first: unknown) => logger.debug({ from: 'console' }, textOf(first))
  return () => {
    for (const [at, method] of METHODS.entries()) console[method] = before[at] ?? console[method]
  }
}

/**
 * The same where somebody else's code runs too: only what libsignal itself writes leads into the log; all else is the
 * bot's, and goes to `stderr`, since stdout is this program's. Returns the way back.
 */
export function leadLibsignalInto(logger: Logger, stderr: NodeJS.WritableStream): () => void {
  const before = METHODS.map((method) => console[method])
  const ofBot = new Console({ stdout: stderr, stderr })
  for (const method of METHODS) {
    const written = (...given: unknown[]): void => {
      if (isCalledByLibsignal(written)) logger.debug({ from: 'console' }, textOf(given[0]))
      else (ofBot[method] as (...all: unknown[]) => void)(...given)
    }
    console[method] = written
  }
  return () => {
    for (const [at, method] of METHODS.entries()) console[method] = before[at] ?? console[method]
  }
}

/** By the stack: the frame below `callee` is the caller. */
function isCalledByLibsignal(callee: (...given: never[]) => void): boolean {
  const here: { stack?: string } = {}
  Error.captureStackTrace(here, callee)
  return /^[^\n]*\n[^\n]*[\\/]node_modules[\\/]libsignal[\\/]/.test(here.stack ?? '')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'a value'
}

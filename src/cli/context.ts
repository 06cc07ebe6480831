// What every command is given.
import type { Clock } from '../lib/clock.ts'
import type { Variables } from './environment.ts'
import type { ExitCode } from './exit-code.ts'
import type { Printer } from './printing/printer.ts'
import type { Interrupts } from './terminal/interrupts.ts'

export interface Context {
  readonly variables: Variables
  readonly printer: Printer
  readonly interrupts: Interrupts
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WritableStream
  readonly clock: Clock
  /** stdin and stdout are terminals and nobody asked for JSON: questions can be asked. */
  readonly interactive: boolean
  /** How to call this program again: `paircode` or `npx paircode`. */
  readonly program: string
  /** How the command ended. Errors are thrown instead. */
  finish(code: ExitCode): void
}

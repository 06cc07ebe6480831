// What commands say, to whom: sentences to people on a terminal, one JSON event a line to programs.
import type { Screen } from '../terminal/screen.ts'

/** One event. Dates become RFC 3339. Numbers and JIDs are masked before they get here. */
export interface Message {
  readonly type: string
  readonly [name: string]: unknown
}

/** The sign before a sentence. */
export type Mark = 'done' | 'step' | 'warning' | 'none'

interface Base {
  /** The event for programs, the sentence for people; each printer takes its own. An empty sentence says nothing. */
  print(message: Message, text: string, mark?: Mark): void
  /** For people alone. */
  say(text: string, mark?: Mark): void
  /** What went wrong, what to do, and last the line to type for more. */
  fail(thrown: unknown): void
}

export interface TerminalPrinter extends Base {
  readonly kind: 'terminal'
  readonly screen: Screen
}

export interface PipePrinter extends Base {
  readonly kind: 'pipe'
}

export type Printer = TerminalPrinter | PipePrinter

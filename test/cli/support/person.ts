// A person at a terminal: reads what stands on it, and types. The program runs in this process.
import { PassThrough } from 'node:stream'
import { type Host, runProgram } from '../../../src/cli/program.ts'
import { createInterrupts } from '../../../src/cli/terminal/interrupts.ts'
import { createTerminalBuffer, type TerminalBuffer } from './terminal-buffer.ts'

export interface Person {
  readonly terminal: TerminalBuffer
  /** Resolves when the pattern stands on the screen; rejects with the screen when it does not come. */
  sees(pattern: RegExp, limitMs?: number): Promise<RegExpMatchArray>
  /** Keys as the terminal sends them; `\r` is Enter. */
  types(keys: string): void
  readonly exitCode: Promise<number>
  readonly errors: () => string
  readonly isRaw: () => boolean
  /** Ctrl-C where keys are not read one by one: the terminal makes a signal of it. */
  interrupts(): void
  /** Ctrl-C twice, or a second signal. */
  readonly forced: () => boolean
}

export interface Situation {
  readonly env?: Readonly<Record<string, string>>
  readonly columns?: number
  readonly rows?: number
}

const LOOK_MS = 20

export function sitDown(args: readonly string[], { env = {}, columns = 80, rows = 40 }: Situation = {}): Person {
  const terminal = createTerminalBuffer(columns, rows)
  const keyboard = new PassThrough()
  let raw = false
  let forced = false
  const errors: string[] = []
  const stdin = Object.assign(keyboard, {
    isTTY: true,
    setRawMode: (on: boolean) => {
      raw = on
      return stdin
    },
  })
  const stdout = Object.assign(new PassThrough(), terminal, { write: terminal.write })
  // Of now, also for the program: assign() has copied them.
  for (const name of ['columns', 'rows'] as const) Object.defineProperty(stdout, name, { get: () => terminal[name] })
  const stderr = {
    write(text: string) {
      errors.push(text)
      return terminal.write(text)
    },
  }
  const host = { argv: ['node', 'paircode', ...args], env: { TERM: 'xterm', ...env }, stdin, stdout, stderr }
  const interrupts = createInterrupts({ on: () => {}, off: () => {} }, () => {
    forced = true
  })
  const exitCode = runProgram(host as unknown as Host, interrupts).finally(() => keyboard.end())

  return {
    terminal,
    types: (keys) => void keyboard.write(keys),
    async sees(pattern, limitMs = 20_000) {
      for (const end = Date.now() + limitMs; Date.now() < end; ) {
        const found = terminal.text.match(pattern)
        if (found !== null) return found
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      }
      throw new Error(`${pattern} did not come. The screen:\n${terminal.text}`)
    },
    exitCode,
    interrupts: () => interrupts.trigger(),
    errors: () => errors.join(''),
    isRaw: () => raw,
    forced: () => forced,
  }
}

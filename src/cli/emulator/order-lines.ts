// Where orders come from: a prompt on a terminal, lines of stdin else.
import { createInterface } from 'node:readline'
import type { Context } from '../context.ts'
import type { Mark, Message } from '../printing/printer.ts'

export interface OrderLines {
  /** Says something without tearing apart what is being typed. */
  tell(message: Message, text: string, mark?: Mark): void
  /** Calls `onLine` for each line. Resolves when there is nothing more to wait for. */
  read(onLine: (line: string) => void): Promise<void>
  close(): void
}

const PROMPT = 'phone> '

export function createOrderLines({ printer, stdin, stdout, interactive, interrupts }: Context): OrderLines {
  if (!interactive) return silentLines(printer.print, stdin, interrupts.listen)
  const lines = createInterface({ input: stdin, output: stdout, prompt: PROMPT })
  // readline reads the keys itself, Ctrl-C too.
  lines.on('SIGINT', interrupts.trigger)
  return {
    tell(message, text, mark) {
      if (printer.kind === 'terminal') printer.screen.write('\r\u001b[K')
      printer.print(message, text, mark)
      lines.prompt(true)
    },
    read(onLine) {
      const stopListening = interrupts.listen(() => lines.close())
      return new Promise((resolve) => {
        lines.on('line', (line) => {
          onLine(line)
          lines.prompt()
        })
        lines.on('close', () => {
          stopListening()
          resolve()
        })
        lines.prompt()
      })
    },
    close: () => lines.close(),
  }
}

/** The end of stdin is no end: a service in the background has none. Ends with an interrupt, or `close()`. */
function silentLines(
  print: OrderLines['tell'],
  stdin: NodeJS.ReadStream,
  listen: Context['interrupts']['listen'],
): OrderLines {
  const lines = createInterface({ input: stdin })
  let end: () => void = () => {}
  return {
    tell: print,
    read(onLine) {
      return new Promise((resolve) => {
        const stopListening = listen(() => end())
        end = () => {
          stopListening()
          lines.close()
          resolve()
        }
        lines.on('line', onLine)
      })
    },
    close: () => end(),
  }
}

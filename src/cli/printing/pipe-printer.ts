import { describeError } from './described-error.ts'
import { errorLines } from './error-lines.ts'
import type { Message, PipePrinter } from './printer.ts'

const COLUMNS = 100

/** Events on stdout and nothing else there. An error is also said in words on stderr, for whoever watches. */
export function createPipePrinter(
  stdout: { write(text: string): unknown },
  stderr: { write(text: string): unknown },
  program: string,
): PipePrinter {
  const print = (message: Message): void => void stdout.write(`${JSON.stringify(message)}\n`)
  return {
    kind: 'pipe',
    print,
    say() {},
    fail(thrown) {
      const error = describeError(thrown)
      print({ type: 'failed', error })
      const { happened, advice, explain } = errorLines(error, program, COLUMNS)
      stderr.write(`${[...happened, ...advice, explain].join('\n')}\n`)
    },
  }
}

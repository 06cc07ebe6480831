import type { Variables } from '../environment.ts'
import { createScreen, type Output, type Paint, readableColumns } from '../terminal/screen.ts'
import { wrap } from '../terminal/text-width.ts'
import { describeError } from './described-error.ts'
import { errorLines } from './error-lines.ts'
import type { Mark, TerminalPrinter } from './printer.ts'

export function createTerminalPrinter(
  stdout: Output,
  stderr: { write(text: string): unknown },
  { variables, program }: { readonly variables: Variables; readonly program: string },
): TerminalPrinter {
  const screen = createScreen(stdout, variables)
  const { paint } = screen

  const say = (text: string, mark: Mark = 'none'): void => {
    if (text !== '') screen.write(`${marked(text, mark, paint, readableColumns(screen))}\n`)
  }

  return {
    kind: 'terminal',
    screen,
    print: (_message, text, mark) => say(text, mark),
    say,
    fail(thrown) {
      const { happened, advice, explain } = errorLines(describeError(thrown), program, readableColumns(screen))
      const [first = '', ...more] = happened
      const lines = [paint.red(first), ...more.map(paint.red), ...advice, '', paint.bold(explain)]
      stderr.write(`${lines.join('\n')}\n`)
    },
  }
}

const SIGNS: Readonly<Record<Mark, string>> = { done: '✓ ', step: '· ', warning: '! ', none: '' }

/** Painted after wrapping, so that the colours do not count. */
function marked(text: string, mark: Mark, paint: Paint, columns: number): string {
  const sign = SIGNS[mark]
  const lines = text.split('\n').flatMap((line, at) => {
    const start = at === 0 ? sign : ' '.repeat(sign.length)
    return wrap(start + line, columns, ' '.repeat(sign.length + indentOf(line)))
  })
  return lines.map((line, at) => (at === 0 ? painted(line, mark, paint) : line)).join('\n')
}

/** Lines that go on stand below the first word, also in a numbered list. */
function indentOf(line: string): number {
  return /^ *(?:\d+\. |- )?/.exec(line)?.[0].length ?? 0
}

function painted(line: string, mark: Mark, paint: Paint): string {
  if (mark === 'done') return paint.green(line)
  if (mark === 'warning') return paint.yellow(line)
  return line
}

// A terminal that remembers what stands on it: enough of one for what the program writes. Rows above the top are lost, as
// on a real one.
import { stripVTControlCharacters } from 'node:util'
import { textWidth } from '../../../src/cli/terminal/text-width.ts'

export interface TerminalBuffer {
  readonly isTTY: true
  columns: number
  rows: number
  write(text: string): boolean
  /** Without trailing empty lines. */
  readonly lines: readonly string[]
  readonly text: string
  readonly cursorIsHidden: boolean
  readonly cursor: { readonly row: number; readonly column: number }
  /** All that was ever written, colours included. */
  readonly written: string
  on(event: string, listener: () => void): void
  off(event: string, listener: () => void): void
  resize(columns: number, rows: number): void
}

const ESCAPE = String.fromCharCode(27)
const SEQUENCE = new RegExp(`${ESCAPE}\\[(\\??[\\d;]*)([A-Za-z])`, 'y')

export function createTerminalBuffer(columns = 80, rows = 24): TerminalBuffer {
  let grid: string[][] = [[]]
  let row = 0
  let column = 0
  let hidden = false
  let written = ''
  const listeners = new Set<() => void>()

  const lineAt = (at: number): string[] => {
    while (grid.length <= at) grid.push([])
    return grid[at] ?? []
  }

  const put = (character: string): void => {
    if (column >= buffer.columns) newline()
    lineAt(row)[column] = character
    column += 1
  }

  const newline = (): void => {
    row += 1
    column = 0
    lineAt(row)
    if (row < buffer.rows) return
    grid = grid.slice(row - buffer.rows + 1)
    row = buffer.rows - 1
  }

  const run = (parameter: string, name: string): void => {
    const count = Number(parameter.split(';')[0] || 1)
    if (name === 'A') row = Math.max(0, row - count)
    else if (name === 'B') row = Math.min(buffer.rows - 1, row + count)
    else if (name === 'C') column += count
    else if (name === 'D') column = Math.max(0, column - count)
    else if (name === 'G') column = count - 1
    else if (name === 'K') lineAt(row).length = parameter === '2' ? 0 : Math.min(column, lineAt(row).length)
    else if (name === 'J') {
      lineAt(row).length = Math.min(column, lineAt(row).length)
      grid.length = row + 1
    } else if (parameter === '?25') hidden = name === 'l'
  }

  const read = (text: string): void => {
    for (let at = 0; at < text.length; ) {
      SEQUENCE.lastIndex = at
      const sequence = SEQUENCE.exec(text)
      if (sequence !== null) {
        run(sequence[1] ?? '', sequence[2] ?? '')
        at = SEQUENCE.lastIndex
        continue
      }
      const character = String.fromCodePoint(text.codePointAt(at) ?? 32)
      if (character === '\n') newline()
      else if (character === '\r') column = 0
      else if (character >= ' ') put(character)
      at += character.length
    }
  }

  const buffer: TerminalBuffer = {
    isTTY: true,
    columns,
    rows,
    write(text) {
      written += text
      read(text)
      return true
    },
    get lines() {
      const lines = grid.map((line) =>
        Array.from(line, (character) => character ?? ' ')
          .join('')
          .trimEnd(),
      )
      while (lines.at(-1) === '') lines.pop()
      return lines
    },
    get text() {
      return buffer.lines.join('\n')
    },
    get cursorIsHidden() {
      return hidden
    },
    get cursor() {
      return { row, column }
    },
    get written() {
      return written
    },
    on(event, listener) {
      if (event === 'resize') listeners.add(listener)
    },
    off(_event, listener) {
      listeners.delete(listener)
    },
    resize(toColumns, toRows) {
      buffer.columns = toColumns
      buffer.rows = toRows
      reflow()
      for (const listener of [...listeners]) listener()
    },
  }

  /** As terminals do: lines that no longer fit go on in the next row, and the cursor stays with its text. */
  const reflow = (): void => {
    const flowed: string[][] = []
    let cursorRow = 0
    for (const [at, line] of grid.entries()) {
      if (at === row) cursorRow = flowed.length
      if (line.length === 0) flowed.push([])
      for (let from = 0; from < line.length; from += buffer.columns)
        flowed.push(line.slice(from, from + buffer.columns))
    }
    const lost = Math.max(0, flowed.length - buffer.rows)
    grid = flowed.slice(lost)
    row = Math.max(0, cursorRow - lost)
  }

  return buffer
}

export function widest(lines: readonly string[]): number {
  return Math.max(0, ...lines.map((line) => textWidth(stripVTControlCharacters(line))))
}

import { describe, expect, it } from 'vitest'
import { createScreen, readableColumns } from '../../../src/cli/terminal/screen.ts'
import { createTerminalBuffer } from '../support/terminal-buffer.ts'

describe('the screen', () => {
  it('has the size of now, and a likely one where none is known', () => {
    const terminal = createTerminalBuffer(100, 30)
    const screen = createScreen(terminal, {})
    terminal.resize(50, 20)
    expect([screen.columns, screen.rows]).toEqual([50, 20])
    const pipe = { write: () => true, on: () => {}, off: () => {} }
    expect([createScreen(pipe, {}).columns, createScreen(pipe, {}).rows]).toEqual([80, 24])
  })

  it('tells of another size until it is told not to', () => {
    const terminal = createTerminalBuffer()
    const sizes: number[] = []
    const stop = createScreen(terminal, {}).onResize(() => sizes.push(terminal.columns))
    terminal.resize(60, 20)
    stop()
    terminal.resize(70, 20)
    expect(sizes).toEqual([60])
  })

  it('text is not wider than what is good to read', () => {
    expect(readableColumns({ columns: 200 })).toBe(80)
    expect(readableColumns({ columns: 40 })).toBe(40)
  })

  it('a dumb terminal cannot be redrawn', () => {
    expect(createScreen(createTerminalBuffer(), { TERM: 'dumb' }).movable).toBe(false)
    expect(createScreen(createTerminalBuffer(), { TERM: 'xterm' }).movable).toBe(true)
  })
})

import { describe, expect, it } from 'vitest'
import { createLiveRegion } from '../../../src/cli/terminal/live-region.ts'
import { createScreen } from '../../../src/cli/terminal/screen.ts'
import { createTerminalBuffer } from '../support/terminal-buffer.ts'

function started(columns = 20, rows = 10) {
  const terminal = createTerminalBuffer(columns, rows)
  const region = createLiveRegion(createScreen(terminal, {}))
  terminal.write('before\n')
  return { terminal, region }
}

describe('a live region', () => {
  it('replaces what it drew, longer or shorter', () => {
    const { terminal, region } = started()
    region.draw(['one', 'two', 'three'])
    expect(terminal.lines).toEqual(['before', 'one', 'two', 'three'])
    region.draw(['1'])
    expect(terminal.lines).toEqual(['before', '1'])
    region.draw(['a longer one', '2', '3', '4'])
    expect(terminal.lines).toEqual(['before', 'a longer one', '2', '3', '4'])
  })

  it('hides the cursor while it is there, and leaves the terminal as it was', () => {
    const { terminal, region } = started()
    region.draw(['one', 'two'])
    expect(terminal.cursorIsHidden).toBe(true)
    region.clear()
    expect(terminal.cursorIsHidden).toBe(false)
    expect(terminal.lines).toEqual(['before'])
    expect(terminal.cursor).toEqual({ row: 1, column: 0 })
  })

  it('stays whole at the bottom of the screen, where drawing scrolls', () => {
    const { terminal, region } = started(20, 5)
    terminal.write('a\nb\nc\n')
    region.draw(['one', 'two'])
    region.draw(['ONE', 'TWO'])
    expect(terminal.lines).toEqual(['b', 'c', 'ONE', 'TWO'])
  })

  it('finds its beginning again after the window became narrower', () => {
    const { terminal, region } = started(20, 12)
    region.draw(['12345678901234567890', 'short'])
    terminal.resize(10, 12)
    region.draw(['new', 'lines'])
    expect(terminal.lines).toEqual(['before', 'new', 'lines'])
  })

  it('does not count colours', () => {
    const { terminal, region } = started(8, 10)
    region.draw(['\u001b[1m12345678\u001b[22m', 'two'])
    region.draw(['x'])
    expect(terminal.lines).toEqual(['before', 'x'])
  })
})

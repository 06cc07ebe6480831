// Lines at the bottom of the terminal that are redrawn in place.
import type { Screen } from './screen.ts'
import { textWidth } from './text-width.ts'

export interface LiveRegion {
  /** Replaces what was drawn before. No line may be wider than the screen, nor all together higher. */
  draw(lines: readonly string[]): void
  /** Takes everything away and leaves the cursor where the region began. */
  clear(): void
}

const HIDE_CURSOR = '\u001b[?25l'
export const SHOW_CURSOR = '\u001b[?25h'
const ERASE_LINE_END = '\u001b[K'
const ERASE_BELOW = '\u001b[J'

export function createLiveRegion(screen: Screen): LiveRegion {
  let drawn: readonly string[] = []

  /** A window that became narrower has broken the lines by itself: they take more rows now. */
  const rowsTaken = (): number => {
    const { columns } = screen
    return drawn.reduce((rows, line) => rows + Math.max(1, Math.ceil(textWidth(line) / columns)), 0)
  }

  const toTop = (): string => {
    const rows = Math.min(rowsTaken(), screen.rows)
    return rows === 0 ? '' : `\r\u001b[${rows}A`
  }

  return {
    draw(lines) {
      const text = lines.map((line) => `${line}${ERASE_LINE_END}\n`).join('')
      screen.write(`${HIDE_CURSOR}${toTop()}${text}${ERASE_BELOW}`)
      drawn = lines
    },
    clear() {
      screen.write(`${toTop()}${ERASE_BELOW}${SHOW_CURSOR}`)
      drawn = []
    },
  }
}

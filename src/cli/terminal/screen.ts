// What is known about the terminal, and the way to it.
import pc from 'picocolors'
import type { Variables } from '../environment.ts'

export type Paint = ReturnType<typeof pc.createColors>

export interface Screen {
  /** Of now; they change when the window does. */
  readonly columns: number
  readonly rows: number
  readonly paint: Paint
  /** False where the cursor cannot be moved (TERM=dumb): nothing can be redrawn there. */
  readonly movable: boolean
  write(text: string): void
  /** Returns the way to stop listening. */
  onResize(run: () => void): () => void
}

/** The part of `process.stdout` that a screen needs. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
  on(event: 'resize', listener: () => void): unknown
  off(event: 'resize', listener: () => void): unknown
}

/** Text is never wider than this, however wide the window is: long lines are hard to read. */
const READABLE_COLUMNS = 80

export function createScreen(output: Output, variables: Variables): Screen {
  const dumb = variables.TERM === 'dumb'
  // https://no-color.org: any value but the empty one.
  const plain = dumb || (variables.NO_COLOR ?? '') !== ''
  return {
    get columns() {
      return output.columns ?? READABLE_COLUMNS
    },
    get rows() {
      return output.rows ?? 24
    },
    paint: pc.createColors(!plain),
    movable: !dumb,
    write: (text) => void output.write(text),
    onResize(run) {
      output.on('resize', run)
      return () => void output.off('resize', run)
    },
  }
}

export function readableColumns({ columns }: Pick<Screen, 'columns'>): number {
  return Math.min(columns, READABLE_COLUMNS)
}

// A program in a process of its own that says what happens, one JSON line each, and can be killed at any moment.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface Said {
  readonly type: string
  readonly name?: string
  readonly code?: string
  readonly [more: string]: unknown
}

export interface Child {
  readonly pid: number
  /** All that it said so far. */
  readonly said: readonly Said[]
  /** Its last words on stderr. */
  complaint(): string
  /**
   * The first of what it said, past or to come, that fits. Undefined when it ended without; rejects after `ms`, with `what`.
   */
  until(fits: (said: Said) => boolean, what: string, ms?: number): Promise<Said | undefined>
  tell(line: string): void
  /** kill -9; resolves when it is gone and all that it said was read. */
  kill(): Promise<void>
  readonly ended: Promise<void>
  readonly isOver: boolean
}

export const LIMIT_MS = 90_000

export function startChild(
  program: string,
  env: Readonly<Record<string, string>>,
  onSaid: (said: Said) => void = () => {},
): Child {
  const child = spawn(process.execPath, [program], { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  const said: Said[] = []
  const waiting = new Set<() => void>()
  let over = false
  let complaint = ''
  const ended = once(child, 'close').then(() => {
    over = true
    for (const look of waiting) look()
  })
  child.stdin.on('error', () => {}) // It was killed before it read.
  child.stderr.on('data', (chunk) => {
    complaint = `${complaint}${String(chunk)}`.slice(-2_000)
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{"type"')) return
    const next = JSON.parse(line) as Said
    said.push(next)
    onSaid(next)
    for (const look of waiting) look()
  })
  return {
    pid: child.pid ?? 0,
    said,
    complaint: () => complaint,
    until(fits, what, ms = LIMIT_MS) {
      return new Promise((resolve, reject) => {
        const settle = (result: () => void): void => {
          waiting.delete(look)
          clearTimeout(timer)
          result()
        }
        const look = (): void => {
          const found = said.find(fits)
          if (found !== undefined || over) settle(() => resolve(found))
        }
        const late = new Error(`waited ${ms / 1000} s for ${what}`)
        const timer = setTimeout(() => settle(() => reject(late)), ms)
        waiting.add(look)
        look()
      })
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    ended,
    get isOver() {
      return over
    },
  }
}

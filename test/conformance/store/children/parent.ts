// How a child talks to the test that started it.
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

/** Written before this returns: a kill right after takes nothing back. */
export function tell(line: string): void {
  writeSync(1, `${line}\n`)
}

/** Resolves with the next line that the test says. */
export async function told(): Promise<string> {
  return String((await lines.next()).value)
}

export function argument(index: number): string {
  return process.argv[2 + index] ?? ''
}

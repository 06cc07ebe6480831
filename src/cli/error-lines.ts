// Pure. An error as people read it.
import type { DescribedError } from './described-error.ts'
import { wrap } from './text-width.ts'
import { duration, sentence } from './words.ts'

export interface ErrorLines {
  readonly happened: readonly string[]
  readonly advice: readonly string[]
  /** Always the last line. */
  readonly explain: string
}

/** `program`: how to call this program again. */
export function errorLines(error: DescribedError, program: string, columns: number): ErrorLines {
  const advice = [sentence(error.advice), ...waitOf(error)].join(' ')
  return {
    happened: wrap(`✗ ${sentence(error.message)}`, columns, '  '),
    advice: wrap(`  ${advice}`, columns, '  '),
    explain: `  ${program} explain ${error.code}`,
  }
}

function waitOf({ retryAfterMs }: DescribedError): readonly string[] {
  return retryAfterMs === undefined ? [] : [`It can be tried again in ${duration(retryAfterMs)}.`]
}

// Pure. An error as people read it.

import { wrap } from '../terminal/text-width.ts'
import type { DescribedError } from './described-error.ts'
import { duration, sentence } from './words.ts'

export interface ErrorLines {
  readonly happened: readonly string[]
  readonly advice: readonly string[]
  /** Always the last line. */
  readonly explain: string
}

/** `program`: how to call this program again. */
export function errorLines(error: DescribedError, program: string, columns: number): ErrorLines {
  const happened = sentence(error.message)
  const advice = [withoutRepeating(happened, sentence(error.advice)), ...waitOf(error)].join(' ')
  return {
    happened: wrap(`✗ ${happened}`, columns, '  '),
    advice: wrap(`  ${advice}`, columns, '  '),
    explain: `  ${program} explain ${error.code}`,
  }
}

function waitOf({ retryAfterMs }: DescribedError): readonly string[] {
  return retryAfterMs === undefined ? [] : [`It can be tried again in ${duration(retryAfterMs)}.`]
}

/** The advice of some codes says first what happened; said twice it only puzzles. */
function withoutRepeating(happened: string, advice: string): string {
  const bare = happened.replace(/ \(\d+\)(?=\.$)/, '')
  const rest = advice.slice(bare.length).trim()
  return advice.startsWith(bare) && rest !== '' ? rest : advice
}

// Pure. Findings for people: a sign, the sentence, and below it what to do.
import type { Paint } from '../terminal/screen.ts'
import { wrap } from '../terminal/text-width.ts'
import { type Finding, isWrong, type Severity } from './finding.ts'
import { count } from './words.ts'

const SIGNS: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', note: '·', ok: '✓' }

export function findingLines(findings: readonly Finding[], columns: number, paint: Paint): readonly string[] {
  const painted: Readonly<Record<Severity, (text: string) => string>> = {
    error: paint.red,
    warning: paint.yellow,
    note: (text) => text,
    ok: paint.green,
  }
  const lines = findings.flatMap(({ severity, sentence, next }) => [
    // Painted after wrapping, so that the colours do not count.
    ...wrap(`${SIGNS[severity]} ${sentence}`, columns, '  ').map(painted[severity]),
    ...(next === '' ? [] : wrap(`  → ${next}`, columns, '    ')),
  ])
  return [...lines, '', summary(findings)]
}

function summary(findings: readonly Finding[]): string {
  const wrong = findings.filter(isWrong)
  if (wrong.length === 0) return 'Nothing is wrong.'
  const errors = wrong.filter(({ severity }) => severity === 'error').length
  const warnings = wrong.length - errors
  return [errors === 0 ? [] : [count(errors, 'error')], warnings === 0 ? [] : [count(warnings, 'warning')]]
    .flat()
    .join(', ')
    .concat('.')
}

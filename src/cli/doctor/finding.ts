// Pure. What an examination found.

/**
 * - `error`: it does not work, or will not at the next start
 * - `warning`: it works, and something about it is dangerous or will not last
 * - `note`: worth knowing; nothing is wrong
 * - `ok`: looked at, and as it should be
 */
export type Severity = 'error' | 'warning' | 'note' | 'ok'

export interface Finding {
  readonly severity: Severity
  /** Stable, for programs. */
  readonly code: string
  readonly sentence: string
  /** What to type or do next; empty when nothing has to be done. */
  readonly next: string
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note', 'ok']

/** The gravest first; among equals as they were found. */
export function byGravity(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
}

export function isWrong({ severity }: Finding): boolean {
  return severity === 'error' || severity === 'warning'
}

type Make = (code: string, sentence: string, next: string) => Finding

export const error: Make = (code, sentence, next) => ({ severity: 'error', code, sentence, next })
export const warning: Make = (code, sentence, next) => ({ severity: 'warning', code, sentence, next })
export const note: Make = (code, sentence, next) => ({ severity: 'note', code, sentence, next })

export function ok(code: string, sentence: string, next = ''): Finding {
  return { severity: 'ok', code, sentence, next }
}

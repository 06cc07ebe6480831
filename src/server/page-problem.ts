// From an error, or the end of a link, to what a page tells about it.
import type { LinkProblem } from './links/told-event.ts'
import type { PageProblem } from './pages.ts'
import { HttpProblem, type ProblemDocument } from './problem.ts'

export function pageProblem(thrown: unknown, { type, detail, advice, retryAfterMs }: ProblemDocument): PageProblem {
  const reason = thrown instanceof HttpProblem ? thrown.reason : undefined
  return { code: codeOf(type), reason, byServer: false, detail, advice, retryAfterMs }
}

export function linkPageProblem({ type, detail, advice, retryAfterMs, by }: LinkProblem): PageProblem {
  return { code: codeOf(type), byServer: by === 'server', detail, advice, retryAfterMs }
}

function codeOf(type: string): string {
  return type.replace(/^urn:paircode:error:/, '')
}

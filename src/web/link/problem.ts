// Why it did not work, and what to do next, in the page's language.
import type { PageFrame, PageProblem } from '../../server/pages.ts'
import { type Html, html } from '../html.ts'
import { roughly } from '../time.ts'
import { WORDS } from '../words/languages.ts'
import { problemName } from './problem-name.ts'

export function problemNotice({ language }: PageFrame, problem: PageProblem): Html {
  const words = WORDS[language]
  const name = problemName(problem)
  const wait = problem.retryAfterMs === undefined ? '' : html` ${words.tryIn(roughly(problem.retryAfterMs, language))}`
  if (name === undefined) {
    // Nothing that a person on the link page meets; in the words that programs get.
    return html`<div class="warning" role="alert"><div lang="en" dir="ltr"><p>${problem.detail}</p><p>${problem.advice}</p></div></div>`
  }
  const [what, next] = words.problems[name]
  return html`<div class="warning" role="alert"><p><strong>${what}</strong></p><p>${next}${wait}</p></div>`
}

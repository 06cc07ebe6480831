import type { RefusalPage } from '../../server/pages.ts'
import { html } from '../html.ts'
import { page } from '../page.ts'
import { WORDS } from '../words/languages.ts'
import { problemNotice } from './problem.ts'

export function refusalPage(data: RefusalPage): string {
  const title = WORDS[data.language].failed
  return page(data, { title, body: html`<h1>${title}</h1>${problemNotice(data, data.problem)}` })
}

// The frame around every page for people: language, direction, stylesheet, script, the choice of language, fine print.
import type { InstructionLanguage } from '../instructions/instructions.ts'
import type { PageFrame } from '../server/pages.ts'
import { assetUrl } from './asset.ts'
import { type Html, html } from './html.ts'
import { linkScript } from './made/link-script.ts'
import { linkStyle } from './made/link-style.ts'
import { directionOf, LANGUAGES, WORDS } from './words/languages.ts'

export interface PageParts {
  readonly title: string
  readonly body: Html
  /** While something goes on: the page is renewed by itself. */
  readonly live?: {
    /** Without script, after so many seconds. */
    readonly everyS: number
    /** Number of the last event that the page shows. */
    readonly seen: number
    /** Read out when it changes. */
    readonly say: string
  }
  /** Added to the address of the page, for example `way=qr`. */
  readonly query?: string
  /** Id of a form whose values go along when another language is chosen. */
  readonly keep?: string
}

export function page(frame: PageFrame, parts: PageParts): string {
  const { base, language, here } = frame
  const words = WORDS[language]
  const address = parts.query === undefined ? here : `${here}?${parts.query}`
  const { live } = parts
  return html`<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${parts.title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assetUrl(base, linkStyle)}">
${scriptOf(assetUrl(base, linkScript))}
${live === undefined ? '' : html`<noscript><meta http-equiv="refresh" content="${live.everyS}"></noscript>`}
</head>
<body>
<main${live === undefined ? '' : html` data-page="${address}" data-events="${base}/link/events" data-seen="${live.seen}" data-say="${live.say}" data-lost="${words.lost}"`}>
${parts.body}
</main>
<div id="said" role="status" class="unseen"></div>
<footer>
<nav aria-label="${words.chooseLanguage}"><ul class="languages">${LANGUAGES.map((other) => html`<li>${choice(frame, parts, other)}</li>`)}</ul></nav>
<p class="quiet">${words.unofficial}</p>
</footer>
</body>
</html>
`.html
}

/**
 * By a plain template: for the end of a script in a tagged one the bundler wants a helper from a package that is not ours
 * (rolldown 1.2). `url` is our own, without anything to escape.
 */
function scriptOf(url: string): Html {
  return { html: `<script defer src="${url}"></script>` }
}

function choice({ base, language, here }: PageFrame, { query, keep }: PageParts, other: InstructionLanguage): Html {
  const { name } = WORDS[other]
  if (other === language) return html`<strong lang="${other}" aria-current="true">${name}</strong>`
  if (keep !== undefined)
    return html`<button lang="${other}" form="${keep}" formaction="${base}/link/language" formnovalidate name="lang" value="${other}">${name}</button>`
  return html`<a lang="${other}" hreflang="${other}" href="${here}?lang=${other}${query === undefined ? '' : `&${query}`}">${name}</a>`
}

// Pure. The page around each of the operator's pages.
import type { PageFrame } from '../../server/pages.ts'
import { assetUrl } from '../asset.ts'
import { type Html, html } from '../html.ts'
import { panelScript } from '../made/panel-script.ts'
import { panelStyle } from '../made/panel-style.ts'

interface Content {
  readonly title: string
  readonly body: Html
  /** Beside the heading. */
  readonly beside?: Html
  /** Follows what changes; on pages without it nothing does. */
  readonly live?: boolean
  /** Nobody is logged in. */
  readonly outside?: boolean
}

export function panelDocument({ base }: PageFrame, { title, body, beside, live, outside }: Content): string {
  const name = title === 'Paircode' ? title : `${title} · Paircode`
  const logout = html`<form method="post" action="${base}/ui/logout"><button class="second">Log this browser out</button></form>`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${name}</title>
<link rel="stylesheet" href="${assetUrl(base, panelStyle)}"><script src="${assetUrl(base, panelScript)}" defer><\/script></head>
<body><header class="top"><a href="${base}/ui" class="brand">Paircode</a>${outside === true ? '' : logout}</header>
<main${live === true ? html` data-events="${base}/ui/events"` : ''}><div class="head"><h1>${title}</h1>${beside ?? ''}</div>
<p id="said" class="unseen" role="status"></p>
${body}</main>
<footer><p class="quiet">Unofficial: not affiliated with, endorsed or supported by WhatsApp or Meta. <a href="${base}/docs">The API</a></p></footer>
</body></html>
`.html
}

/** What the script puts in place anew when something changed. */
export function livePart(id: string, content: Html): Html {
  return html`<div id="${id}" data-live>${content}</div>`
}

export function complaintBox(complaint: { readonly detail: string; readonly advice: string } | null): Html {
  return complaint === null
    ? html``
    : html`<div class="warning" role="alert"><p><strong>Not done: ${complaint.detail}.</strong></p><p>${complaint.advice}</p></div>`
}

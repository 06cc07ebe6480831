// The pages as plain semantic HTML that works without script.
import type { DocumentationPage, InvitationPage, Pages, RefusalPage, VisitPage } from '../server/pages.ts'
import { documentation } from './documentation.ts'
import { type Html, html } from './html.ts'
import { panelPages } from './panel/panel-pages.ts'

export const plainPages: Pages = { invitation, visit, refusal, documentation: documentationPage, operator: panelPages }

function invitation({ operator, purpose, deviceName, phone, action }: InvitationPage): string {
  return page(
    'Link your WhatsApp account',
    html`<h1>${operator.name} asks you to link your WhatsApp account</h1>
<blockquote>${purpose}</blockquote>
<dl>
<dt>Who asks</dt><dd>${operator.name}, ${operator.contact}</dd>
<dt>Shown in Linked devices as</dt><dd>${deviceName}</dd>
${phone === null ? '' : html`<dt>For the number</dt><dd dir="ltr">${phone}</dd>`}
</dl>
<p>A linked device can read your messages and send messages in your name, until you remove it on your phone: Settings or
⋮ → Linked devices.</p>
<p><strong>If someone sent you here and you do not know them, stop.</strong></p>
<form method="post" action="${action}"><button>Continue</button></form>`,
  )
}

function visit(data: VisitPage): string {
  const { base, link, phone, returnUrl, complaint, deviceName } = data
  const back = returnUrl === null ? '' : html`<p><a href="${returnUrl}" rel="noreferrer">Go back</a></p>`
  const begin = html`<form method="post" action="${base}/link/code">
${phone === null ? html`<p><label>Number, with country code <input name="phone" type="tel" required></label></p>` : html`<p>Number: <span dir="ltr">${phone}</span></p>`}
<button>Get code</button></form>`
  if (link === null) {
    return page(
      'Get your code',
      html`<h1>Get your code</h1>${complaint === null ? '' : html`<p role="alert">${complaint}</p>`}${begin}${back}`,
    )
  }
  const again = html`<form method="post" action="${base}/link/refresh"><button>New code</button></form>
<form method="post" action="${base}/link/cancel"><button>Cancel</button></form>`
  switch (link.state) {
    case 'online':
    case 'paired':
      return page(
        'Linked',
        html`<h1>Linked</h1><p>${deviceName} is a linked device now. To stop: Settings or ⋮ → Linked
devices.</p>${back}`,
      )
    case 'failed':
      return page(
        'Not linked',
        html`<h1>Not linked</h1><p role="alert">${link.problem?.detail ?? ''}</p>
<p>${link.problem?.advice ?? ''}</p>${begin}${back}`,
      )
    case 'code':
      return page(
        'Your code',
        html`<h1>Your code</h1><p dir="ltr"><output>${link.code ?? ''}</output></p>
<ol><li>Open WhatsApp: Settings (iPhone) or ⋮ (Android)</li><li>Linked devices</li><li>Link a device</li>
<li>Link with phone number instead</li><li>Type the 8 characters, or tap the notification</li></ol>
<p>Until <time datetime="${link.expiresAt ?? ''}">${link.expiresAt ?? ''}</time></p>${again}`,
        5,
      )
    default:
      return page('One moment', html`<h1>One moment</h1><p>${link.state}</p>${again}`, 3)
  }
}

function refusal({ title, detail, advice }: RefusalPage): string {
  return page(title, html`<h1>${title}</h1><p>${detail}</p><p>${advice}</p>`)
}

function documentationPage({ document }: DocumentationPage): string {
  return page('API', documentation(document))
}

/** `again`: seconds after which the page asks anew by itself. */
function page(title: string, body: Html, again?: number): string {
  const refresh = again === undefined ? '' : html`<meta http-equiv="refresh" content="${again}">`
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>${title}</title>${refresh}</head>
<body><main>${body}</main></body>
</html>
`.html
}

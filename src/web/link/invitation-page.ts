// Who asks, for what, what it means, and how to stop it. Nothing has happened yet.
import type { InvitationPage } from '../../server/pages.ts'
import { html } from '../html.ts'
import { isolated } from '../isolated.ts'
import { page } from '../page.ts'
import { WORDS } from '../words/languages.ts'

export function invitationPage(data: InvitationPage): string {
  const { operator, purpose, deviceName, phone, action, language, wording } = data
  const { asks, stopPlace } = WORDS[language]
  const who = isolated(operator.name)
  return page(data, {
    title: asks.title(who),
    body: html`<h1>${asks.title(who)}</h1>
${purpose === '' ? '' : html`<figure class="sheet"><figcaption class="who">${asks.writes(who)}</figcaption><blockquote dir="auto">${purpose}</blockquote></figure>`}
<p class="warning"><strong>${wording.stopIfUnknown}</strong></p>
<dl class="sheet">
<dt>${asks.contact}</dt><dd><bdi>${operator.contact}</bdi></dd>
<dt>${asks.device}</dt><dd><bdi>${deviceName}</bdi></dd>
${phone === null ? '' : html`<dt>${asks.number}</dt><dd><bdi dir="ltr">${phone}</bdi></dd>`}
</dl>
<h2>${asks.can}</h2>
<ul>${asks.canDo.map((can) => html`<li>${can}</li>`)}</ul>
<h2>${asks.stop}</h2>
<p>${asks.stopHow(stopPlace(wording.menu), isolated(deviceName))}</p>
<form method="post" action="${action}">
<p>${asks.next}</p>
<button data-busy="${asks.busy}">${asks.goOn}</button>
</form>`,
  })
}

// The code, how long it lasts, where to type it; and the QR code as the other way.
import type { Wording } from '../../instructions/wording.ts'
import type { VisitPage } from '../../server/pages.ts'
import { type Html, html } from '../html.ts'
import { page } from '../page.ts'
import { countdown } from '../time.ts'
import { WORDS } from '../words/languages.ts'
import { qrPicture } from './qr-picture.ts'

/** Seconds after which a page without script looks whether something happened. */
const LOOK_S = 10

export function codePage(data: VisitPage, code: string): string {
  const { language, link, lastExpiry, wording, base } = data
  const words = WORDS[language]
  const { code: said } = words
  const again = lastExpiry === null ? '' : said.again[lastExpiry]
  const { menu } = wording
  const steps = [
    wording.openWhatsApp,
    wording.openLinkedDevices.either(menu),
    wording.tapLinkDevice(menu),
    wording.tapLinkWithPhoneNumber(menu),
    typed(wording, code),
  ]
  return page(data, {
    title: said.title,
    live: { everyS: LOOK_S, seen: data.seen, say: `${again} ${said.title}: ${spelled(code)}` },
    body: html`<h1 tabindex="-1">${said.title}</h1>
${again === '' ? '' : html`<p class="notice">${again}</p>`}
<div class="sheet">
<p class="code" dir="ltr" translate="no"><span data-code aria-hidden="true">${code}</span><span class="unseen">${spelled(code)}</span></p>
${validity(data, link?.expiresAt ?? null)}
<button class="second" id="copy" data-copy="${code}" data-copied="${said.copied}" hidden>${said.copy}</button>
</div>
<h2>${said.steps}</h2>
<ol class="steps">${steps.map((step) => html`<li>${step}</li>`)}</ol>
<p>${wording.orTapNotification}</p>
<p class="warning">${wording.stopIfUnknown}</p>
${link?.qr == null ? '' : html`<p><a class="button second" id="way" href="${base}/link?way=qr">${said.otherWay}</a></p>`}
${orders(data)}`,
  })
}

/** The link never had a number to ask for a code: there is none to go back to. */
export function isByQrAlone({ link }: VisitPage): boolean {
  return link !== null && link.id !== '' && link.phone === null
}

export function qrPage(data: VisitPage): string {
  const { language, link, wording, base } = data
  const isAlone = isByQrAlone(data)
  const { qr } = WORDS[language]
  const { menu } = wording
  const steps = [wording.openWhatsApp, wording.openLinkedDevices.either(menu), wording.tapLinkDevice(menu), qr.scan]
  const picture = link?.qr == null ? html`<p>${qr.none}</p>` : qrPicture(link.qr.data, qr.picture)
  return page(data, {
    title: qr.title,
    ...(isAlone ? {} : { query: 'way=qr' }),
    live: { everyS: LOOK_S, seen: data.seen, say: qr.title },
    body: html`<h1 tabindex="-1">${qr.title}</h1>
${picture}
<ol class="steps">${steps.map((step) => html`<li>${step}</li>`)}</ol>
<p class="warning">${wording.stopIfUnknown}</p>
${
  isAlone
    ? cancelOrder(base, WORDS[language].code.cancel)
    : html`<p><a class="button second" id="way" href="${base}/link">${qr.otherWay}</a></p>
${orders(data)}`
}`,
  })
}

/** The code stays in one piece where the line breaks. */
function typed(wording: Wording, code: string): Html {
  const [before = '', after = ''] = wording.typeCode(code).split(code)
  return html`${before}<span class="whole" translate="no">${code}</span>${after}`
}

function validity({ language, now }: VisitPage, expiresAt: string | null): Html {
  if (expiresAt === null) return html``
  const left = Math.max(0, Date.parse(expiresAt) - now)
  const [before = '', after = ''] = WORDS[language].code.validFor(MARK).split(MARK)
  return html`<p class="time">${before}<span role="timer" dir="ltr" data-left="${left}">${countdown(left, language)}</span>${after}</p>`
}

const MARK = '\u0000'

/** What a person can do while a link is under way. */
function orders({ base, language }: VisitPage): Html {
  const { code } = WORDS[language]
  return html`<form method="post" action="${base}/link/refresh"><button class="second" id="fresh" data-busy="${code.freshBusy}">${code.fresh}</button></form>
${cancelOrder(base, code.cancel)}`
}

export function cancelOrder(base: string, label: string): Html {
  return html`<form method="post" action="${base}/link/cancel"><button class="second" id="cancel">${label}</button></form>`
}

/** `A B C D, E F G H`: read out as characters, not as a word. */
function spelled(code: string): string {
  return code
    .split('-')
    .map((half) => [...half].join(' '))
    .join(', ')
}

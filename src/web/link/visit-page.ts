// The page after Continue, in whatever state the link is.
import type { VisitPage } from '../../server/pages.ts'
import { type Html, html } from '../html.ts'
import { isolated, leftToRight } from '../isolated.ts'
import { page } from '../page.ts'
import { moment } from '../time.ts'
import { WORDS } from '../words/languages.ts'
import { cancelOrder, codePage, isByQrAlone, qrPage } from './code-page.ts'
import { NUMBER_FORM, numberForm } from './number-form.ts'
import { problemNotice } from './problem.ts'

const WAIT_S = 3

export function visitPage(data: VisitPage): string {
  const { link, problem } = data
  if (problem !== null) return failedPage(data)
  if (link === null) return beginning(data)
  switch (link.state) {
    case 'online':
      return donePage(data)
    case 'failed':
      return failedPage(data)
    case 'code':
      if (isByQrAlone(data)) return link.qr === null ? waitingPage(data, 'connecting') : qrPage(data)
      if (data.way === 'qr') return qrPage(data)
      return link.code === null ? waitingPage(data, 'connecting') : codePage(data, link.code)
    case 'verify':
    case 'passkey':
      return waitingPage(data, 'passkey')
    default:
      if (data.way === 'qr' && link.qr !== null) return qrPage(data)
      return waitingPage(data, link.state)
  }
}

function beginning(data: VisitPage): string {
  const { number } = WORDS[data.language]
  const title = data.phone === null ? number.title : number.titlePinned
  return page(data, {
    title,
    ...keeping(data),
    body: html`<p class="who">${isolated(data.operator.name)}</p><h1>${title}</h1>
<p class="warning">${data.wording.stopIfUnknown}</p>
${numberForm(data, number.getCode)}${wayBack(data, false)}`,
  })
}

function waitingPage(data: VisitPage, state: 'connecting' | 'retrying' | 'confirming' | 'passkey' | 'paired'): string {
  const words = WORDS[data.language]
  const [title, text] = words.waiting[state]
  return page(data, {
    title,
    live: { everyS: WAIT_S, seen: data.seen, say: `${title}. ${text}` },
    body: html`<h1 tabindex="-1">${title}</h1>
<div class="busy" aria-hidden="true"></div>
<p>${text}</p>
<noscript><p><a href="${data.base}/link">${words.look}</a></p></noscript>
${state === 'paired' ? '' : cancelOrder(data.base, words.code.cancel)}`,
  })
}

function donePage(data: VisitPage): string {
  const { language, deviceName, operator, doneAt, phone, wording } = data
  const { done, asks, stopPlace } = WORDS[language]
  const device = isolated(deviceName)
  return page(data, {
    title: done.title,
    body: html`<h1 tabindex="-1">${done.title}</h1>
<p>${done.what(device, isolated(operator.name))}</p>
<dl class="sheet">
${doneAt === null ? '' : html`<dt>${done.when}</dt><dd><time datetime="${doneAt}">${moment(doneAt, language)}</time></dd>`}
${phone === null ? '' : html`<dt>${asks.number}</dt><dd><bdi dir="ltr">${phone}</bdi></dd>`}
<dt>${asks.contact}</dt><dd><bdi>${operator.contact}</bdi></dd>
</dl>
<h2>${asks.stop}</h2>
<p>${asks.stopHow(stopPlace(wording.menu), device)}</p>
<p>${done.close}</p>
${wayBack(data, true)}`,
  })
}

/** The end of a link, or a refusal before WhatsApp was asked: why, and the next try at once. */
function failedPage(data: VisitPage): string {
  const { failed, startOver } = WORDS[data.language]
  return page(data, {
    title: failed,
    ...keeping(data),
    body: html`<h1 tabindex="-1">${failed}</h1>
${data.problem === null ? '' : problemNotice(data, data.problem)}
${qrOrder(data)}${numberForm(data, startOver)}${wayBack(data, false)}`,
  })
}

/** Where there is no code to be had, or was none. */
function qrOrder(data: VisitPage): Html {
  const { code, number } = WORDS[data.language]
  if (data.problem?.code !== 'not-available' && !isByQrAlone(data)) return html``
  return html`<form method="post" action="${data.base}/link/qr"><button id="qr" data-busy="${number.asking}">${code.otherWay}</button></form>
`
}

function keeping({ phone }: VisitPage): { readonly keep?: string } {
  return phone === null ? { keep: NUMBER_FORM } : {}
}

function wayBack({ returnUrl, language }: VisitPage, isDone: boolean): Html {
  if (returnUrl === null) return html``
  const { done, leave } = WORDS[language]
  const host = leftToRight(new URL(returnUrl).host)
  const look = isDone ? 'button' : 'quiet leave'
  return html`<p><a class="${look}" href="${returnUrl}" rel="noreferrer">${isDone ? done.back(host) : leave(host)}</a></p>`
}

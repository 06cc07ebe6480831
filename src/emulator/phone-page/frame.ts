// Pure. The page around a screen: banner, the phones to choose from, the phone.
import { formatPhone } from '../../phone/format.ts'
import { LIVE_SCRIPT } from './live-script.ts'
import { LOOK } from './look.ts'
import { type Markup, markup } from './markup.ts'
import type { Complaint, Handset, Screen } from './screens.ts'

export interface Framed {
  readonly own: Handset
  readonly all: readonly Handset[]
  readonly screen: Screen
  /** Allows the one style and the one script. */
  readonly nonce: string
}

export function phonePage({ own, all, screen, nonce }: Framed): string {
  const { phone } = own
  const head = markup`${screen.back !== undefined && markup`<a class="back" href="${screen.back}"><span aria-hidden="true">‹</span><span class="unseen">Back</span></a>`}<h1>${screen.title}</h1>`
  return page(
    `${screen.title} · ${phone.name}`,
    nonce,
    markup`<nav aria-label="Phones" id="phones">${switcher(own, all)}</nav>
<main class="phone"><p class="owner"><span>${phone.name}</span> <span>${formatPhone(phone.number)}</span></p>
<header>${head}</header>
<div class="screen"><div id="live">${screen.live}</div>${screen.form ?? markup``}
${screen.form !== undefined && markup`<noscript><p><a href="">Look again</a></p></noscript>`}</div>
${screen.back === undefined && tabs(own, screen)}</main>
${addForm(undefined)}`,
    screen.form === undefined,
  )
}

/** There is no phone, or one could not be added. */
export function addPage(complaint: Complaint | undefined, nonce: string): string {
  return page('Add a phone', nonce, markup`<main><h1>Add a phone</h1>${addForm(complaint, true)}</main>`, false)
}

export function switcher(own: Handset, all: readonly Handset[]): Markup {
  const phones = all.map(
    ({ phone, path }) =>
      markup`<li><a href="${path}"${path === own.path && markup` aria-current="page"`}>${phone.name}${phone.notification() !== undefined && markup` <span class="dot">notification</span>`}</a></li>`,
  )
  return markup`<ul>${phones}</ul>`
}

function tabs(own: Handset, { title }: Screen): Markup {
  const menu = own.phone.platform === 'ios' ? 'Settings' : '⋮'
  const tab = (name: string, path: string, before = ''): Markup =>
    markup`<li><a href="${path}"${title === name && markup` aria-current="page"`}>${before}${name}</a></li>`
  return markup`<nav class="tabs" aria-label="Screens"><ul>${tab('Chats', own.path)}${tab('Linked devices', `${own.path}/devices`, `${menu} → `)}</ul></nav>`
}

function addForm(complaint: Complaint | undefined, open = false): Markup {
  const form = markup`${complaint !== undefined && markup`<p class="warning" role="alert">${complaint.text}</p>`}
<form method="post" action="/phones"><label for="number">Number, country code first</label>
<input id="number" name="number" inputmode="tel" required maxlength="30" autocomplete="off" placeholder="+1 202 555 0125" value="${complaint?.typed ?? ''}">
<label for="name">Name</label><input id="name" name="name" maxlength="40" autocomplete="off" placeholder="Ada">
<button class="second">Add</button></form>`
  return open
    ? form
    : markup`<section class="add" aria-label="Add a phone"><details><summary>Add a phone</summary>${form}</details></section>`
}

/** `again`: without script the page asks anew by itself, where nobody types. */
function page(title: string, nonce: string, body: Markup, again: boolean): string {
  const refresh = markup`<noscript><meta http-equiv="refresh" content="3"></noscript>`
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Emulator</title>${again && refresh}
<style nonce="${nonce}">${{ markup: LOOK }}</style></head>
<body><header class="banner">Emulator. This is not WhatsApp.</header>
${body}
<script nonce="${nonce}">${{ markup: LIVE_SCRIPT }}<\/script></body></html>
`.markup
}

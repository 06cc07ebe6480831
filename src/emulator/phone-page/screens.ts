// Pure but for looking at the phones. The screens of a phone; the menu words are WhatsApp's own, so that who has seen this page
// finds the way on a real phone.
import { formatPhone } from '../../phone/format.ts'
import type { Phone } from '../phone.ts'
import { type Markup, markup } from './markup.ts'

/** What a screen is made of. `live` changes by itself; what somebody is typing into stands outside of it. */
export interface Screen {
  readonly title: string
  /** Where the arrow leads; undefined: this is a first screen, with the tabs below it. */
  readonly back?: string
  readonly live: Markup
  readonly form?: Markup
}

/** What was sent could not be done. */
export interface Complaint {
  readonly text: string
  /** To be corrected. */
  readonly typed: string
}

/** The phones of one emulator, as the page names them: by their place, since a number has no place in an address. */
export interface Handset {
  readonly phone: Phone
  /** `/phones/1` */
  readonly path: string
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

export function chatsScreen(own: Handset, all: readonly Handset[]): Screen {
  const chats = all.map((other) => {
    const last = textsWith(own, other).at(-1)
    return markup`<li><a href="${own.path}/chats/${placeOf(other)}"><strong>${nameOf(own, other)}</strong>
<span class="quiet">${last === undefined ? formatPhone(other.phone.number) : `${last.mine ? 'You: ' : ''}${last.text}`}</span></a></li>`
  })
  return { title: 'Chats', live: markup`${notification(own)}<ul class="rows">${chats}</ul>` }
}

export function chatScreen(own: Handset, other: Handset, complaint?: Complaint): Screen {
  const texts = textsWith(own, other).map(
    ({ mine, text, at }) =>
      markup`<li class="${mine ? 'mine' : 'theirs'}"><span class="unseen">${mine ? 'You' : nameOf(own, other)}: </span>${text}
<time datetime="${new Date(at).toISOString()}">${TIME.format(at)}</time></li>`,
  )
  const empty = markup`<p class="quiet middle">No messages yet. Write something: a bot that is linked to the other phone can answer.</p>`
  return {
    title: nameOf(own, other),
    back: own.path,
    live: texts.length === 0 ? empty : markup`<ol class="texts" aria-label="Messages">${texts}</ol>`,
    form: markup`${shown(complaint)}<form method="post" class="write"><label class="unseen" for="text">Message</label>
<input id="text" name="text" required maxlength="4000" autocomplete="off" placeholder="Message" value="${complaint?.typed ?? ''}" data-keep>
<button>Send</button></form>`,
  }
}

export function devicesScreen(own: Handset, done: 'linked' | 'logged-out' | undefined): Screen {
  const devices = own.phone.linkedDevices().map(
    ({ jid, name, platform, online }) =>
      markup`<li><div><strong>${name}</strong> <span class="quiet">${platform} · ${online ? 'online' : 'offline'}</span></div>
<form method="post" action="${own.path}/log-out"><input type="hidden" name="jid" value="${jid}">
<button class="second">Log out<span class="unseen"> ${name}</span></button></form></li>`,
  )
  const notice = done === 'linked' ? 'Linked. The device is in the list below.' : 'The device was logged out.'
  const none = markup`<p class="quiet middle">No device is linked to this account.</p>`
  return {
    title: 'Linked devices',
    live: markup`${done !== undefined && markup`<p class="done" role="status">${notice}</p>`}${notification(own)}
<p><a class="button" href="${own.path}/link">Link a device</a></p>
${devices.length === 0 ? none : markup`<ul class="rows">${devices}</ul>`}`,
  }
}

export function scanScreen(own: Handset, complaint?: Complaint): Screen {
  return {
    title: 'Link a device',
    back: `${own.path}/devices`,
    live: notification(own),
    form: markup`<p><a class="button" href="${own.path}/code">Link with phone number instead</a></p>
<h2>Scan QR code</h2>${shown(complaint)}
<form method="post"><label for="data">This phone has no camera: paste the text of the QR code</label>
<textarea id="data" name="data" rows="4" required spellcheck="false" autocomplete="off">${complaint?.typed ?? ''}</textarea>
<button class="second">Scan</button></form>`,
  }
}

export function codeScreen(own: Handset, complaint?: Complaint): Screen {
  const asking = own.phone.notification()
  const live =
    asking === undefined
      ? markup`<p class="quiet">Nothing asks to be linked to ${numberOf(own)} now. Get a code first, on the page of
the one who invites you or in a terminal.</p>`
      : markup`<p><strong>${asking.device}</strong> wants to be linked to ${numberOf(own)}. Type the code that it
shows.</p>`
  return {
    title: 'Enter code',
    back: `${own.path}/link`,
    live,
    form: markup`${shown(complaint)}<form method="post" data-busy="Linking …"><label for="code">8 characters</label>
<input id="code" name="code" class="code" required maxlength="20" autocapitalize="characters" autocomplete="off" spellcheck="false"
 placeholder="ABCD-EFGH" value="${complaint?.typed ?? ''}"${complaint !== undefined && markup` aria-invalid="true"`} autofocus>
<button>Link</button></form>`,
  }
}

/** Only the owner's own authenticator can confirm, on a page of WhatsApp's; here a program stands for both. */
function passkeyCard(code: string | undefined): Markup {
  const heading = markup`<p><strong>WhatsApp asks for a passkey</strong></p>`
  if (code !== undefined)
    return markup`<section class="card" aria-label="Passkey">${heading}<p>Compare this code with the one that the other side shows:</p>
<p class="code">${code}</p><p>Confirm it there. If they differ, say so there: nothing is linked then.</p></section>`
  return markup`<section class="card" aria-label="Passkey">${heading}<p>This account is linked only when its owner confirms with their passkey.
A real phone leads to WhatsApp’s own page for that. Here, give the options that the other side got to this phone: <code>phone.confirmPasskey(options)</code>
in a program, or <code>confirm</code> in <code>paircode emulator</code>; then give its answer back to the other side. It waits for 10 minutes at most. A link that does not wait
for passkeys is over already: the other side says so.</p></section>`
}

/** A card as the system shows it above everything. */
function notification({ phone, path }: Handset): Markup {
  const gate = phone.passkeyGate()
  if (gate !== undefined) return passkeyCard(gate.code)
  const asking = phone.notification()
  if (asking === undefined) return markup``
  return markup`<section class="card" aria-label="Notification"><p><strong>Enter code to link new device</strong></p>
<p>${asking.device} wants to be linked to this account. If it was not you who asked, ignore this.</p>
<p><a class="button" href="${path}/code">Enter code</a></p></section>`
}

function shown(complaint: Complaint | undefined): Markup {
  return complaint === undefined ? markup`` : markup`<p class="warning" role="alert">${complaint.text}</p>`
}

function numberOf({ phone }: Handset): Markup {
  return markup`<span class="nobreak">${formatPhone(phone.number)}</span>`
}

function textsWith(own: Handset, other: Handset) {
  return own.phone.texts().filter((text) => text.with.split('@')[0] === other.phone.number.slice(1))
}

function nameOf(own: Handset, other: Handset): string {
  return own.phone === other.phone ? `${other.phone.name} (you)` : other.phone.name
}

function placeOf({ path }: Handset): string {
  return path.replace(/^.*\//, '')
}

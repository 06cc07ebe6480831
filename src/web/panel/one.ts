// Pure. Pages about one thing: the login, a session, a link, and what is asked before something cannot be taken back.
import type { ConfirmPage, LoginPage, OneLinkPage, SessionPage } from '../../server/panel/pages.ts'
import { type Html, html } from '../html.ts'
import { complaintBox, livePart, panelDocument } from './document.ts'
import { maskedNumber } from './front.ts'
import { isUnwell, LINK_STATES, SESSION_STATES, sessionAdvice, stateWords, when } from './words.ts'

export function login(data: LoginPage): string {
  const wrong = html`<p class="warning" role="alert" id="wrong">This is no valid token. Paste it whole, or make a new one.</p>`
  return panelDocument(data, {
    title: 'Log in',
    outside: true,
    body: html`${data.wrong ? wrong : ''}<form method="post" action="${data.base}/ui/session" class="sheet">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus${data.wrong ? html` aria-invalid="true" aria-describedby="wrong"` : ''}>
<p class="quiet">The server showed it when it was started for the first time, or it is your <code>PAIRCODE_TOKEN</code>. It is sent this
once; then this browser is remembered for 12 hours.</p>
<button>Log in</button></form>`,
  })
}

export function session(data: SessionPage): string {
  const { base, now, session: one } = data
  const { session: name, jid, state, reason, deviceName, createdAt, lastOnlineAt } = one
  const advice = sessionAdvice(one)
  const at = `${base}/ui/sessions/${name}`
  const body = html`<div class="sheet"><p>${stateWords(SESSION_STATES[state], `session-${name}`)}</p>
${advice === undefined ? '' : html`<p class="notice">${advice}</p>`}
<dl><dt>Number</dt><dd dir="ltr">${maskedNumber(jid)}</dd>
<dt>Shown in Linked devices as</dt><dd>${deviceName}</dd>
<dt>Linked</dt><dd>${when(createdAt, now)}</dd>
<dt>Last online</dt><dd>${lastOnlineAt === null ? 'never yet' : when(lastOnlineAt, now)}</dd>
${reason === null ? '' : html`<dt>Why</dt><dd>${reason}</dd>`}</dl></div>
<p class="buttons">${isUnwell(one) ? html`<a class="button" href="${base}/ui/invite?session=${name}">Invite again</a>` : html`<a class="button second" href="${at}/log-out">Log out</a>`}
<a class="button second" href="${at}/remove">Remove</a> <a class="button second" href="${base}/ui">Back</a></p>`
  return panelDocument(data, { title: name, live: true, body: livePart('session', body) })
}

export function link(data: OneLinkPage): string {
  const { base, now, link: one, mayCode } = data
  const { id, session: name, state, code, expiresAt, phone, problem } = one
  const at = `${base}/ui/links/${id}`
  const isOpen = state !== 'failed' && state !== 'online' && state !== 'paired'
  const shown =
    code === null
      ? html``
      : html`<p class="code" dir="ltr" aria-label="Pairing code">${code}</p><p class="quiet">Over ${expiresAt === null ? '' : when(expiresAt, now)}. On the phone: <i>Settings</i> or
<i>⋮</i> → <i>Linked devices</i> → <i>Link a device</i> → <i>Link with phone number instead</i>.</p><p><button type="button" class="second" data-copy="${code}" hidden>Copy code</button></p>`
  const why =
    problem === null
      ? ''
      : html`<div class="warning"><p><strong>${problem.title}: ${problem.detail}.</strong></p><p>${problem.advice}</p></div>`
  const body = html`<div class="sheet"><p>${stateWords(LINK_STATES[state], `link-${id}`)}</p>${shown}${passkeyNotice(data)}${why}
<p class="quiet">${phone === null ? 'by QR code' : html`<span dir="ltr">${phone}</span>`} · begun ${when(one.createdAt, now)}</p>
${isOpen && !mayCode ? html`<p class="quiet">The token of this browser has not the scope <code>codes</code>: only the person’s own page shows the code.</p>` : ''}</div>
<div class="buttons">${
    isOpen
      ? html`<form method="post" action="${at}/refresh"><button class="second" id="new-code">New code</button></form>
<form method="post" action="${at}/cancel"><button class="second" id="cancel">Cancel</button></form>`
      : ''
  }
${state === 'failed' ? html`<a class="button" href="${base}/ui/invite?session=${name}">Invite again</a>` : ''}
<a class="button second" href="${base}/ui">Back</a></div>`
  return panelDocument(data, { title: `Linking ${name}`, live: true, body: livePart('link', body) })
}

/** Nothing on this page can confirm: the owner's authenticator answers to WhatsApp's own pages alone (docs/protocol.md section 6). */
function passkeyNotice({ now, link: { state, passkey, verify } }: OneLinkPage): Html {
  if (state === 'passkey')
    return html`<p class="notice">Only the account’s owner can confirm, on a page of WhatsApp’s own. The program that began the link gets what is to be signed in the event
<code>passkey</code>, and answers with <code>POST /v1/links/{id}/passkey</code> (scope <code>passkeys</code>).${passkey === undefined ? '' : html` It is over ${when(passkey.expiresAt, now)}.`} If nobody can, cancel.</p>`
  if (state !== 'verify') return html``
  const code = verify?.code ?? null
  return html`${code === null ? '' : html`<p class="code" dir="ltr" aria-label="Code to compare">${code}</p>`}<p class="notice">The owner’s phone shows a code, too. If both are the same, the program that began the link says so
with <code>POST /v1/links/{id}/confirm</code> (scope <code>passkeys</code>). If they differ, cancel.</p>`
}

const QUESTIONS: Readonly<
  Record<ConfirmPage['what'], (name: string) => { title: string; happens: string; button: string }>
> = {
  'log-out': (name) => ({
    title: `Log ${name} out?`,
    happens:
      'WhatsApp is told: the device disappears from Linked devices on the phone, and the bot can send and read nothing any more. To undo it, the person has to link again.',
    button: 'Log out',
  }),
  remove: (name) => ({
    title: `Remove ${name}?`,
    happens:
      'It is logged out if WhatsApp can be reached, and removed here in any case. If WhatsApp cannot be reached the device stays in Linked devices until the person removes it there. The credentials are kept in the archive for 7 days.',
    button: 'Remove',
  }),
  'revoke-token': (name) => ({
    title: `Revoke the token ${name}?`,
    happens: 'Programs and browsers that use it are refused from now on. This cannot be undone.',
    button: 'Revoke',
  }),
}

export function confirm(data: ConfirmPage): string {
  const { title, happens, button } = QUESTIONS[data.what](data.name)
  return panelDocument(data, {
    title,
    body: html`${complaintBox(data.complaint)}<p>${happens}</p>
<div class="buttons"><form method="post" action="${data.action}"><button class="danger" data-busy="One moment …">${button}</button></form>
<a class="button second" href="${data.base}/ui">No, go back</a></div>`,
  })
}

// Pure. The operator's first page: what is linked, what is under way, what went wrong, who was invited.

import { maskPhone } from '../../phone/mask.ts'
import type { InvitationView } from '../../server/invitations/view.ts'
import type { LinkView } from '../../server/links/view.ts'
import type { PanelPage } from '../../server/panel/pages.ts'
import type { SessionView } from '../../server/sessions/sessions.ts'
import { type Html, html } from '../html.ts'
import { livePart, panelDocument } from './document.ts'
import { INVITATION_STATES, isUnwell, LINK_STATES, SESSION_STATES, sessionAdvice, stateWords, when } from './words.ts'

export function front(data: PanelPage): string {
  const { base, operator, done, links, sessions, invitations } = data
  const invite = html`<a class="button" href="${base}/ui/invite">Invite someone to link</a>`
  const live = html`${sessions === null ? mayNot('sessions') : sessionList(data, sessions)}
${links === null ? mayNot('links') : html`${underWay(data, links)}${problems(data, links)}`}
${invitations === null ? '' : invitationList(data, invitations)}`
  return panelDocument(data, {
    title: operator === null || operator === '' ? 'Sessions and links' : operator,
    ...(links === null ? {} : { beside: invite }),
    live: true,
    body: html`${done === null ? '' : html`<p class="notice" role="status">${done}</p>`}${livePart('overview', live)}
${data.leftAlone === null ? '' : leftAlone(data)}${data.tokens === null ? '' : tokens(data)}`,
  })
}

/** Part of a JID before its device, masked as a number. */
export function maskedNumber(jid: string): string {
  return maskPhone(`+${/^\d+/.exec(jid)?.[0] ?? ''}`)
}

function mayNot(scope: string): Html {
  return html`<p class="quiet">The token of this browser has not the scope <code>${scope}</code>, so nothing is shown of that.</p>`
}

function section(id: string, title: string, content: Html, count?: number): Html {
  const shown = count === undefined || count === 0 ? '' : html` <span class="count">${count}</span>`
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}${shown}</h2>${content}</section>`
}

function sessionList(data: PanelPage, sessions: readonly SessionView[]): Html {
  const none = html`<p class="quiet">Nobody has linked an account yet. Invite someone: they get a code on a page of this server
and type it on their phone.</p>`
  const cards = sessions.map((session) => sessionCard(data, session))
  return section(
    'sessions',
    'Sessions',
    cards.length === 0 ? none : html`<ul class="cards">${cards}</ul>`,
    cards.length,
  )
}

function sessionCard({ base, now }: PanelPage, session: SessionView): Html {
  const { session: name, state, jid, deviceName, lastOnlineAt } = session
  const at = `${base}/ui/sessions/${name}`
  const id = `session-${name}`
  const seen = lastOnlineAt === null ? html`never online yet` : html`last online ${when(lastOnlineAt, now)}`
  const second = isUnwell(session)
    ? html`<a class="button second" id="${id}-again" href="${base}/ui/invite?session=${name}">Invite again</a>`
    : html`<a class="button second" id="${id}-out" href="${at}/log-out">Log out</a>`
  return html`<li class="sheet"><h3>${name}</h3><p>${stateWords(SESSION_STATES[state], id)}</p>
<p class="quiet"><span dir="ltr">${maskedNumber(jid)}</span> · “${deviceName}” · ${seen}</p>
<p class="buttons"><a class="button second" id="${id}-details" href="${at}">Details<span class="unseen"> of ${name}</span></a>
${second}<a class="button second" id="${id}-remove" href="${at}/remove">Remove</a></p></li>`
}

function underWay(data: PanelPage, links: readonly LinkView[]): Html {
  const live = links.filter(({ state }) => state !== 'failed' && state !== 'online')
  if (live.length === 0) return html``
  return section(
    'under-way',
    'Being linked now',
    html`<ul class="cards">${live.map((link) => linkCard(data, link))}</ul>`,
    live.length,
  )
}

function linkCard({ base, now, scopes }: PanelPage, link: LinkView): Html {
  const at = `${base}/ui/links/${link.id}`
  const id = `link-${link.id}`
  const isOpen = link.state !== 'paired'
  const until = link.expiresAt === null ? '' : html` · code over ${when(link.expiresAt, now)}`
  const buttons = html`<form method="post" action="${at}/refresh"><button class="second" id="${id}-new">New code</button></form>
<form method="post" action="${at}/cancel"><button class="second" id="${id}-cancel">Cancel<span class="unseen"> linking ${link.session}</span></button></form>`
  return html`<li class="sheet"><h3>${link.session}</h3><p>${stateWords(LINK_STATES[link.state], id)}</p>
<p class="quiet">${link.phone === null ? 'by QR code' : html`<span dir="ltr">${link.phone}</span>`} · begun ${when(link.createdAt, now)}${until}</p>
<div class="buttons"><a class="button second" id="${id}-show" href="${at}">${scopes.has('codes') ? 'Show code' : 'Details'}</a>
${isOpen ? buttons : ''}</div></li>`
}

function problems(data: PanelPage, links: readonly LinkView[]): Html {
  const failed = links.filter(
    (link, at) => isProblem(link) && !links.slice(0, at).some((newer) => wentWell(newer, link)),
  )
  const unwell = (data.sessions ?? []).filter(isUnwell)
  if (failed.length + unwell.length === 0) return html``
  const cards = html`<ul class="cards">${unwell.map((session) => unwellCard(data, session))}${failed
    .slice(0, MOST_PROBLEMS)
    .map((link) => failedCard(data, link))}</ul>`
  return section('problems', 'Last problems', cards, failed.length + unwell.length)
}

const MOST_PROBLEMS = 6

/** A link that somebody cancelled is none. */
function isProblem({ state, problem }: LinkView): boolean {
  return state === 'failed' && problem !== null && !problem.type.endsWith(':cancelled')
}

function wentWell(newer: LinkView, { session }: LinkView): boolean {
  return newer.session === session && (newer.state === 'online' || newer.state === 'paired')
}

function failedCard({ base, now }: PanelPage, { id, session, phone, problem, createdAt }: LinkView): Html {
  const code = problem?.type.replace(/^.*:/, '') ?? ''
  return html`<li class="sheet bad"><h3>${session} was not linked</h3><p><strong>${problem?.title ?? ''}.</strong> ${problem?.advice ?? ''}</p>
<p class="quiet"><code>${code}</code> · ${phone === null ? 'by QR code' : html`<span dir="ltr">${phone}</span>`} · ${when(createdAt, now)}</p>
<p class="buttons"><a class="button second" id="problem-${id}-again" href="${base}/ui/invite?session=${session}">Invite again</a>
<a class="button second" id="problem-${id}-details" href="${base}/ui/links/${id}">Details<span class="unseen"> of what went wrong with ${session}</span></a></p></li>`
}

function unwellCard({ base }: PanelPage, session: SessionView): Html {
  const { session: name, state, reason } = session
  return html`<li class="sheet bad"><h3>${name}: ${SESSION_STATES[state].words.toLowerCase()}</h3><p>${sessionAdvice(session) ?? ''}</p>
<p class="quiet"><code>${reason ?? state}</code></p>
<p class="buttons"><a class="button second" id="unwell-${name}-again" href="${base}/ui/invite?session=${name}">Invite again<span class="unseen"> for ${name}</span></a></p></li>`
}

function invitationList({ base, now }: PanelPage, invitations: readonly InvitationView[]): Html {
  if (invitations.length === 0) return html``
  const cards = invitations.slice(0, MOST_INVITATIONS).map(({ id, session, phone, purpose, state, expiresAt }) => {
    const isOpen = state === 'open' || state === 'opened'
    const ends = isOpen ? html` · ends ${when(expiresAt, now)}` : ''
    const revoke = html`<form method="post" action="${base}/ui/invitations/${id}/revoke"><button class="second" id="invitation-${id}-revoke">Revoke<span class="unseen"> the invitation for ${session}</span></button></form>`
    return html`<li><div><strong>${session}</strong> ${stateWords(INVITATION_STATES[state], `invitation-${id}`)}
<p class="quiet">${phone === null ? 'any number' : html`<span dir="ltr">${phone}</span>`} · “${purpose}”${ends}</p></div>${isOpen ? revoke : ''}</li>`
  })
  return section('invitations', 'Invitations', html`<ul class="rows">${cards}</ul>`, invitations.length)
}

const MOST_INVITATIONS = 20

function leftAlone({ base, leftAlone: numbers }: PanelPage): Html {
  const rows = (numbers ?? []).map(
    ({ phone, note }) =>
      html`<li><div><strong dir="ltr">${phone}</strong> <span class="quiet">${note ?? ''}</span></div></li>`,
  )
  return section(
    'left-alone',
    'Numbers that are left alone',
    html`<p class="quiet">No code is asked for these, whoever asks.</p>
${rows.length === 0 ? '' : html`<ul class="rows">${rows}</ul>`}
<details><summary>Change the list</summary>
<form method="post" action="${base}/ui/do-not-prompt" class="fields"><p><label for="alone-phone">Leave this number alone</label>
<input id="alone-phone" name="phone" type="tel" required maxlength="100" autocomplete="off" placeholder="+1 202 555 0123"></p>
<p><label for="alone-note">Why (for yourself)</label><input id="alone-note" name="note" maxlength="200" autocomplete="off"></p>
<button class="second">Leave alone</button></form>
<form method="post" action="${base}/ui/do-not-prompt/remove" class="fields"><p><label for="asked-phone">Let this number be asked again</label>
<input id="asked-phone" name="phone" type="tel" required maxlength="100" autocomplete="off"></p>
<button class="second">Take off the list</button></form></details>`,
    rows.length,
  )
}

function tokens({ base, now, tokens: all }: PanelPage): Html {
  const rows = (all ?? []).map(
    ({ id, name, scopes, createdAt, expiresAt }) =>
      html`<li><div><strong>${name}</strong> <span class="quiet">${scopes.join(' ')} · made ${when(createdAt, now)}${expiresAt === null ? '' : html` · ends ${when(expiresAt, now)}`}</span></div>
<a class="button second" href="${base}/ui/tokens/${id}/revoke">Revoke<span class="unseen"> the token ${name}</span></a></li>`,
  )
  const none = html`<p class="quiet">None is stored. Make one with <code>paircode token create</code>, or POST to <code>/v1/tokens</code>.</p>`
  return section('tokens', 'Tokens', rows.length === 0 ? none : html`<ul class="rows">${rows}</ul>`, rows.length)
}

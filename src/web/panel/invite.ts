// Pure. The form of an invitation, and the invitation itself, which is shown once.
import type { InvitedPage, InvitePage } from '../../server/panel/pages.ts'
import { type Html, html } from '../html.ts'
import { complaintBox, panelDocument } from './document.ts'
import { when } from './words.ts'

const EXPIRIES: readonly (readonly [string, string])[] = [
  ['600', '10 minutes'],
  ['3600', '1 hour'],
  ['86400', '1 day'],
  ['604800', '7 days'],
]

export function invite(data: InvitePage): string {
  const { typed, complaint, mayAnyNumber, returnOrigins } = data
  const anyNumber = html`<p class="check"><input type="checkbox" id="any" name="anyNumber" value="yes"${typed.anyNumber ? html` checked` : ''}>
<label for="any">Any number: whoever has the link may type one. Leave the number above empty.</label></p>`
  const expiries = EXPIRIES.map(
    ([value, words]) =>
      html`<option value="${value}"${value === typed.expires ? html` selected` : ''}>${words}</option>`,
  )
  return panelDocument(data, {
    title: 'Invite someone to link',
    body: html`${complaintBox(complaint)}<p>You get a link for one person. They see who asks and why, confirm their number, and get a code to type
on their phone. Nobody is asked anything before that.</p>
<form method="post" class="sheet">
${field('session', 'Session', 'A name for yourself: small letters, digits, dots, dashes, underscores.', html`<input id="session" name="session" required maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="sales" value="${typed.session}" aria-describedby="session-hint">`)}
${field('phone', 'Their number', 'With the country code. Only this number can be linked.', html`<input id="phone" name="phone" type="tel" maxlength="100" autocomplete="off" placeholder="+1 202 555 0123" value="${typed.phone}" aria-describedby="phone-hint">`)}
${mayAnyNumber ? anyNumber : ''}
${field('purpose', 'Why you ask', 'They read this as your words. One line, 140 characters at most.', html`<input id="purpose" name="purpose" required maxlength="140" autocomplete="off" placeholder="So that our shop can answer your customers" value="${typed.purpose}" aria-describedby="purpose-hint">`)}
${field('deviceName', 'Name in Linked devices', 'What their phone will show. Left empty: Paircode.', html`<input id="deviceName" name="deviceName" maxlength="64" autocomplete="off" placeholder="Acme Sales" value="${typed.deviceName}" aria-describedby="deviceName-hint">`)}
<p><label for="expires">The link works for</label><select id="expires" name="expires">${expiries}</select></p>
${returnOrigins.length === 0 ? '' : field('returnUrl', 'Where they go afterwards', `An address at ${returnOrigins.join(' or ')}. May be left empty.`, html`<input id="returnUrl" name="returnUrl" type="url" maxlength="2000" autocomplete="off" value="${typed.returnUrl}" aria-describedby="returnUrl-hint">`)}
<div class="buttons"><button>Make the link</button><a class="button second" href="${data.base}/ui">Cancel</a></div></form>`,
  })
}

function field(id: string, label: string, hint: string, input: Html): Html {
  return html`<p><label for="${id}">${label}</label>${input}<span class="hint" id="${id}-hint">${hint}</span></p>`
}

export function invited({ url, expiresAt, session, ...frame }: InvitedPage): string {
  return panelDocument(frame, {
    title: 'The invitation is made',
    body: html`<div class="sheet"><p><label for="url">Send this link to the person who links <strong>${session}</strong></label>
<input id="url" readonly value="${url}" dir="ltr"></p>
<p class="buttons"><button type="button" data-copy="${url}" data-copied="Copied" hidden>Copy the link</button></p>
<p><strong>It is shown this once.</strong> It works for one person, ends ${when(expiresAt, frame.now)}, and can be revoked on the first page.
Opening it changes nothing: only <i>Continue</i> uses it up.</p></div>
<p class="buttons"><a class="button second" href="${frame.base}/ui">Back to the sessions</a></p>`,
  })
}

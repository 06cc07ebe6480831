// Pure. States and times in words for the operator.

import type { InvitationView } from '../../server/invitations/view.ts'
import type { LinkView } from '../../server/links/view.ts'
import type { SessionView } from '../../server/sessions/sessions.ts'
import { type Html, html } from '../html.ts'

/** How a state looks beside its words. */
export type Tone = 'good' | 'busy' | 'quiet' | 'bad'

interface Said {
  readonly words: string
  readonly tone: Tone
}

export const SESSION_STATES: Readonly<Record<SessionView['state'], Said>> = {
  online: { words: 'Online', tone: 'good' },
  connecting: { words: 'Connecting', tone: 'busy' },
  waiting: { words: 'Waiting to connect again', tone: 'busy' },
  offline: { words: 'Linked, not connected by this server', tone: 'quiet' },
  unconfirmed: { words: 'Linked, but its first login was not seen yet', tone: 'busy' },
  stopped: { words: 'Stopped', tone: 'bad' },
  'logged-out': { words: 'Logged out', tone: 'bad' },
  'bad-session': { words: 'Cannot be used any more', tone: 'bad' },
}

export const LINK_STATES: Readonly<Record<LinkView['state'], Said>> = {
  connecting: { words: 'Asking WhatsApp for a code', tone: 'busy' },
  code: { words: 'A code is shown; the phone has not typed it yet', tone: 'busy' },
  confirming: { words: 'The phone typed it; WhatsApp is checking', tone: 'busy' },
  passkey: { words: 'WhatsApp asks for a passkey', tone: 'busy' },
  verify: { words: 'A code is to be compared', tone: 'busy' },
  retrying: { words: 'WhatsApp refused once; trying again', tone: 'busy' },
  paired: { words: 'Linked; its first login is under way', tone: 'good' },
  online: { words: 'Linked and online', tone: 'good' },
  failed: { words: 'Not linked', tone: 'bad' },
}

export const INVITATION_STATES: Readonly<Record<InvitationView['state'], Said>> = {
  open: { words: 'Not opened yet', tone: 'quiet' },
  opened: { words: 'Opened: somebody pressed Continue', tone: 'busy' },
  done: { words: 'Used: the session was linked', tone: 'good' },
  revoked: { words: 'Revoked', tone: 'quiet' },
  expired: { words: 'Expired', tone: 'quiet' },
}

/** What to do about a session that is not well. */
const SESSION_ADVICE: Readonly<Record<string, string>> = {
  'logged-out': 'Somebody removed the device on the phone, or WhatsApp did. Invite the person again.',
  'bad-session':
    'What is stored of it cannot log in. Invite the person again; the old credentials stay archived for 7 days.',
  'never-confirmed': 'Its first login was refused. Invite the person again.',
  forbidden:
    'WhatsApp does not let this account in. Its owner should open WhatsApp on the phone and look for a notice.',
  'temporary-ban': 'WhatsApp banned the account for a while. Send less, and wait until the ban is over.',
  replaced: 'Another program uses the same session. Stop that one.',
  refused: 'WhatsApp refused the login. Look at the server’s log for its number.',
  'session-busy': 'Another process holds this session. Stop that one, or leave it to it.',
  'lease-lost': 'Another process took this session over. Let only one hold it.',
  'outdated-version': 'WhatsApp no longer takes this client’s version. Update paircode and baileys.',
  'store-error': 'The store could not be read or written. Check the disk, its rights and its free space.',
  'not-linked': 'It is not stored any more. Invite the person again.',
  unconfirmed: 'It comes online by itself when it is connected; if it stays like this, invite the person again.',
  waiting: 'It connects again by itself. If it stays like this, check the network of this machine.',
}

export function sessionAdvice({ state, reason }: SessionView): string | undefined {
  return SESSION_ADVICE[reason ?? ''] ?? SESSION_ADVICE[state]
}

export function isUnwell({ state }: SessionView): boolean {
  return state === 'stopped' || state === 'logged-out' || state === 'bad-session'
}

/** `of` names it for the script, which reads a new state out. */
export function stateWords({ words, tone }: Said, of: string): Html {
  return html`<span class="state ${tone}" data-of="${of}">${words}</span>`
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** `5 minutes ago`, `in 2 hours`; the exact time is in the title. */
export function when(iso: string, now: number): Html {
  const seconds = Math.round((Date.parse(iso) - now) / 1_000)
  const unit = UNITS.find(([, length]) => Math.abs(seconds) >= length)
  const text =
    unit === undefined
      ? seconds > 0
        ? 'in less than a minute'
        : 'just now'
      : new Intl.RelativeTimeFormat('en').format(Math.round(seconds / unit[1]), unit[0])
  return html`<time datetime="${iso}" title="${iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}">${text}</time>`
}

// The door to the operator's pages: what each is told. As in ../pages.ts: from data to HTML, and numbers come masked.
import type { TokenScope } from '../access/scopes.ts'
import type { LeftAlone } from '../do-not-prompt.ts'
import type { InvitationView } from '../invitations/view.ts'
import type { LinkView } from '../links/view.ts'
import type { PageFrame } from '../pages.ts'
import type { SessionView } from '../sessions/sessions.ts'

/** Of every page behind the login. */
export interface PanelFrame extends PageFrame {
  /** ms since the epoch: what “5 minutes ago” is counted from. */
  readonly now: number
}

/** `GET /ui` of somebody who is not logged in. One form: POST `token` to `${base}/ui/session`. */
export interface LoginPage extends PageFrame {
  /** What was posted is no token. */
  readonly wrong: boolean
}

export interface TokenView {
  readonly id: string
  readonly name: string
  readonly scopes: readonly TokenScope[]
  readonly createdAt: string
  readonly expiresAt: string | null
}

/** `GET /ui`. What is null the token of this browser may not see. */
export interface PanelPage extends PanelFrame {
  readonly operator: string | null
  readonly scopes: ReadonlySet<TokenScope>
  readonly sessions: readonly SessionView[] | null
  /** Newest first, over ones included. */
  readonly links: readonly LinkView[] | null
  readonly invitations: readonly InvitationView[] | null
  readonly leftAlone: readonly LeftAlone[] | null
  readonly tokens: readonly TokenView[] | null
  /** What was just done. */
  readonly done: string | null
}

/** What was sent could not be done, in words. */
export interface Complaint {
  readonly detail: string
  readonly advice: string
}

export interface TypedInvitation {
  readonly session: string
  readonly phone: string
  readonly purpose: string
  readonly deviceName: string
  /** Seconds, as one of the choices. */
  readonly expires: string
  readonly returnUrl: string
  readonly anyNumber: boolean
}

/** `GET /ui/invite`, and again when something is wrong with what was typed. Posts to the same address. */
export interface InvitePage extends PanelFrame {
  readonly typed: TypedInvitation
  readonly complaint: Complaint | null
  /** `anyNumber` may be chosen. */
  readonly mayAnyNumber: boolean
  readonly returnOrigins: readonly string[]
}

/** The invitation's URL, this once. */
export interface InvitedPage extends PanelFrame {
  readonly url: string
  readonly expiresAt: string
  readonly session: string
}

export interface SessionPage extends PanelFrame {
  readonly session: SessionView
}

/** One link: its code, where the scope `codes` is there, and what it does. */
export interface OneLinkPage extends PanelFrame {
  readonly link: LinkView
  readonly mayCode: boolean
}

/** Asks before something is done that cannot be taken back. Posts `fields` to `action`. */
export interface ConfirmPage extends PanelFrame {
  readonly what: 'log-out' | 'remove' | 'revoke-token'
  /** The session's or the token's name. */
  readonly name: string
  readonly action: string
  /** It was tried, and this came of it. */
  readonly complaint: Complaint | null
}

export interface PanelPages {
  login(data: LoginPage): string
  panel(data: PanelPage): string
  invite(data: InvitePage): string
  invited(data: InvitedPage): string
  session(data: SessionPage): string
  link(data: OneLinkPage): string
  confirm(data: ConfirmPage): string
}

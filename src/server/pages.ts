// The door to the pages: what each is told. A page is a function from its data to HTML, without clock, store or request;
// src/web has them, the routes call them. The data is for people: numbers come masked.
import type { InstructionLanguage } from '../instructions/instructions.ts'
import type { Wording } from '../instructions/wording.ts'
import type { PhoneReason } from '../phone/result.ts'
import type { ToldEvent } from './links/told-event.ts'
import type { LinkView } from './links/view.ts'
import type { PanelPages } from './panel/pages.ts'

export interface Operator {
  readonly name: string
  readonly contact: string
}

/** Of every page. */
export interface PageFrame {
  /** Path that all addresses of the page begin with; '' or `/whatsapp`. */
  readonly base: string
  /** Of the Accept-Language header, most wanted first; at most 10. */
  readonly languages: readonly string[]
  /** The one to be shown: chosen by the person, else the first wanted that there is. */
  readonly language: InstructionLanguage
  /** WhatsApp's menu words in it. */
  readonly wording: Wording
  /** Path of the page, with the base, that a GET shows again. */
  readonly here: string
  /** Allows one inline script or style. */
  readonly nonce: string
}

/** `GET /link/{invitation}`: who asks. One form: POST to `action`. */
export interface InvitationPage extends PageFrame {
  readonly operator: Operator
  readonly purpose: string
  readonly deviceName: string
  /** Masked; null: the person names a number. */
  readonly phone: string | null
  readonly action: string
}

/** Why something did not work. */
export interface PageProblem {
  /** The last part of a problem document's type. */
  readonly code: string
  /** Which of several cases: `expired` · `used` · `elsewhere` · `revoked` of an invitation; `limit` of the server's own. */
  readonly reason?: string | undefined
  /** Nobody chose it: the server stopped. */
  readonly byServer: boolean
  readonly detail: string
  readonly advice: string
  readonly retryAfterMs?: number | undefined
}

/**
 * `GET /link`: the visit. Forms: POST to `${base}/link/code`, `/link/qr`, `/link/refresh`, `/link/cancel`, `/link/language`; events at
 * `/link/events`.
 */
export interface VisitPage extends PageFrame {
  readonly operator: Operator
  readonly deviceName: string
  /** Masked, where the invitation names it; null: the person does. */
  readonly phone: string | null
  /** Null: nothing was asked of WhatsApp yet. */
  readonly link: LinkView | null
  /** Of the code before the one that is shown. */
  readonly lastExpiry: Extract<ToldEvent, { type: 'code-expired' }>['reason'] | null
  /** Number of the latest event of the link; 0 without one. */
  readonly seen: number
  /** ms since the epoch. */
  readonly now: number
  /** RFC 3339; null: not yet. */
  readonly doneAt: string | null
  /** What the person looks at. */
  readonly way: 'code' | 'qr'
  /** When all is done, or to leave; null: nowhere to go back to. */
  readonly returnUrl: string | null
  /** The number as the person wrote it; '' at first. */
  readonly typed: string
  /** What is wrong with it. `shown`: for reading. */
  readonly complaint: {
    readonly reason: PhoneReason
    readonly suggestions: readonly { readonly e164: string; readonly shown: string }[]
  } | null
  /** Why the link failed, or was refused before it began. */
  readonly problem: PageProblem | null
}

/** Anything that went wrong, for people. */
export interface RefusalPage extends PageFrame {
  readonly status: number
  readonly problem: PageProblem
}

/** `GET /docs`: an OpenAPI 3.1 document. */
export interface DocumentationPage extends PageFrame {
  readonly document: unknown
}

export interface Pages {
  invitation(data: InvitationPage): string
  visit(data: VisitPage): string
  refusal(data: RefusalPage): string
  documentation(data: DocumentationPage): string
  /** The operator's own. */
  readonly operator: PanelPages
}

// The door to the pages: what each is told. A page is a function from its data to HTML, without clock, store or request;
// src/web has them, the routes call them. The data is for people: numbers come masked.
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

/** `GET /link`: the visit. Forms: POST to `${base}/link/code`, `/link/refresh`, `/link/cancel`; events at `/link/events`. */
export interface VisitPage extends PageFrame {
  readonly operator: Operator
  readonly deviceName: string
  readonly phone: string | null
  /** Null: nothing was asked of WhatsApp yet. */
  readonly link: LinkView | null
  /** When all is done, or to leave; null: nowhere to go back to. */
  readonly returnUrl: string | null
  /** What to read the number again for: a refusal of what was typed. */
  readonly complaint: string | null
}

/** Anything that went wrong, for people. */
export interface RefusalPage extends PageFrame {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly advice: string
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

// The shape of one language of the link page. A missing sentence is a type error. Names, numbers and times come into the
// sentences isolated (isolated.ts), so that they keep their direction in any line.
import type { MenuWords } from '../../instructions/wording.ts'

/** What happened, and what the person does next. */
export type Told = readonly [what: string, next: string]

export interface Words {
  /** The language's own name for itself. */
  readonly name: string
  /** True once a person who speaks the language has read the sentences. */
  readonly reviewed: boolean
  readonly chooseLanguage: string
  /** Fine print of every page. */
  readonly unofficial: string
  /** `place`: the way to Linked devices, in WhatsApp's own menu words. */
  readonly stopPlace: (menu: MenuWords) => string
  readonly asks: {
    readonly title: (operator: string) => string
    readonly writes: (operator: string) => string
    readonly contact: string
    readonly device: string
    readonly number: string
    readonly can: string
    readonly canDo: readonly [read: string, send: string, see: string]
    readonly stop: string
    readonly stopHow: (place: string, device: string) => string
    readonly next: string
    readonly goOn: string
    readonly busy: string
  }
  readonly number: {
    readonly titlePinned: string
    readonly pinned: (phone: string) => string
    readonly notYours: string
    readonly title: string
    readonly label: string
    readonly hint: string
    readonly notifies: string
    readonly getCode: string
    readonly asking: string
    readonly meant: string
    readonly wrong: Readonly<Record<NumberFault, string>>
  }
  readonly code: {
    readonly title: string
    readonly label: string
    readonly validFor: (time: string) => string
    readonly copy: string
    readonly copied: string
    readonly steps: string
    readonly fresh: string
    readonly freshBusy: string
    readonly cancel: string
    readonly otherWay: string
    readonly again: Readonly<Record<'timeout' | 'refresh' | 'unanswered' | 'disconnected', string>>
  }
  readonly qr: {
    readonly title: string
    readonly picture: string
    readonly scan: string
    readonly otherWay: string
    readonly none: string
  }
  readonly waiting: Readonly<Record<'connecting' | 'retrying' | 'confirming' | 'passkey' | 'paired', Told>>
  readonly look: string
  readonly lost: string
  readonly done: {
    readonly title: string
    readonly what: (device: string, operator: string) => string
    readonly when: string
    readonly close: string
    readonly back: (host: string) => string
  }
  readonly failed: string
  readonly startOver: string
  readonly leave: (host: string) => string
  readonly tryIn: (time: string) => string
  readonly problems: Readonly<Record<ProblemName, Told>>
  /** Into the account's own chat, one line each. */
  readonly note: {
    readonly linked: (device: string, operator: string) => string
    readonly when: (time: string) => string
    readonly stop: (place: string, device: string) => string
    readonly contact: (contact: string) => string
  }
}

/** What is wrong with a number, as a person can mend it. */
export type NumberFault =
  | 'empty'
  | 'digitsOnly'
  | 'one'
  | 'plusFirst'
  | 'countryCode'
  | 'unknownCode'
  | 'which'
  | 'short'
  | 'long'
  | 'length'
  | 'trunkZero'
  | 'mobilePrefix'
  | 'areaCode'
  | 'missingZero'
  | 'old'

/** Every plain end and refusal that a person on the page can meet. */
export type ProblemName =
  | 'rejected'
  | 'forbidden'
  | 'rate-limited'
  | 'not-available'
  | 'passkey-required'
  | 'verification-failed'
  | 'untrusted'
  | 'expired'
  | 'cancelled'
  | 'stopped'
  | 'network'
  | 'busy'
  | 'session-exists'
  | 'do-not-prompt'
  | 'invalid-phone'
  | 'too-often'
  | 'invitation-expired'
  | 'invitation-used'
  | 'invitation-elsewhere'
  | 'invitation-revoked'
  | 'not-found'
  | 'not-allowed'
  | 'untrusted-origin'
  | 'fault'

// No I/O. No clock. No randomness. The vocabulary of one linking attempt: what it knows, what can happen to it, and what
// it wants done. `step.ts` is the only writer of the state.
import type { LinkError } from '../../errors.ts'
import type { KeyPair } from '../../wire/bridge.ts'
import type { ConnectionEnd } from '../../wire/ends.ts'
import type { Node } from '../../wire/nodes.ts'
import type { Device } from '../device.ts'
import type { LinkEvent, LinkState } from '../events.ts'
import type { PrimaryHello } from '../notifications.ts'
import type { PairedAccount } from '../pair-success.ts'
import type { CeremonyKeys } from '../passkey/agreement.ts'
import type { Assertion } from '../passkey/assertion.ts'
import type { PasskeyRequest } from '../passkey/request.ts'

/** What does not change during an attempt. Times are ms. */
export interface Settings {
  /** Undefined: QR only. */
  readonly digits: string | undefined
  /** QR only, but for this account alone. Undefined: for any. */
  readonly account?: string | undefined
  readonly device: Device
  readonly noisePublicKey: Uint8Array
  readonly identityKey: KeyPair
  readonly notify: boolean
  readonly qr: boolean
  readonly refresh: 'auto' | 'manual'
  /** What to do when the account wants a passkey: end at once, or wait for its owner. */
  readonly passkey: 'fail' | 'wait'
  readonly maxCodes: number
  readonly codeTtlMs: number
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  readonly retry: { readonly attempts: number; readonly delayMs: number; readonly maxDelayMs: number }
  readonly idPrefix: string
}

/** A code with its keys, ready to be asked for. */
export interface PreparedCode {
  readonly code: string
  readonly ephemeral: KeyPair
  /** 80 bytes. */
  readonly wrappedEphemeral: Uint8Array
}

export type ConnectionState =
  | { readonly name: 'closed' }
  /** Socket and handshake under way. */
  | { readonly name: 'opening' }
  /** Open; `pair-device` did not come yet. */
  | { readonly name: 'open' }
  /** WhatsApp takes code requests from here on, not before. */
  | { readonly name: 'ready' }

export type CodeState =
  /** There is no number: QR only. */
  | { readonly name: 'none' }
  /** Waits for the person to ask for a new code. */
  | { readonly name: 'paused' }
  /** Waits for its keys, its slot in the account's limit, and a ready connection. */
  | { readonly name: 'preparing'; readonly prepared: PreparedCode | undefined; readonly reserved: boolean }
  /** Sent; nobody has seen the code yet. `expiresAt` counts from here: the hello is made now. */
  | {
      readonly name: 'asking'
      readonly iqId: string
      readonly prepared: PreparedCode
      readonly expiresAt: number
      /** A `refresh_code` that came before the answer that names the ref: it may be for this code. */
      readonly takenBack: TakenBack | undefined
    }
  /** Refused or not answered; the next try has a timer. */
  | { readonly name: 'waiting'; readonly reserved: boolean }
  /** On show. */
  | LiveCode

/** WhatsApp says that the code of this ref is dead; with `manual` a person has to ask for the next. */
export interface TakenBack {
  readonly ref: Uint8Array
  readonly manual: boolean
}

export interface LiveCode {
  readonly name: 'live'
  readonly prepared: PreparedCode
  readonly ref: Uint8Array
  readonly expiresAt: number
  /** How often a phone answered this code, 3 at most. */
  readonly accepted: number
  /** The answer that is being worked on, or whose `companion_finish` is out: its 60 s are running. */
  readonly confirming: PrimaryHello | undefined
  readonly finishId: string | undefined
}

export interface QrState {
  readonly refs: readonly string[]
  readonly index: number
  /** Of the ref on show. */
  readonly expiresAt: number
}

export type PairingState =
  | { readonly name: 'none' }
  | { readonly name: 'signing'; readonly id: string; readonly account: PairedAccount }
  | { readonly name: 'storing'; readonly id: string; readonly account: PairedAccount; readonly signature: Uint8Array }
  | { readonly name: 'replying'; readonly account: PairedAccount }
  /** Our last word is out; WhatsApp closes with 515 now. */
  | { readonly name: 'paired' }

/** A step of the ceremony that WhatsApp was asked for: an error to any of them ends it. */
export interface CeremonyIq {
  readonly id: string
  readonly step: 'options' | 'ref' | 'prologue' | 'nonce' | 'pairing request'
}

/** Proves to the phone that we are the companion it knows, while it is young enough. */
export interface Handoff {
  readonly key: Uint8Array
  /** ms, as `Moment.now`. */
  readonly at: number
}

interface Ceremony {
  readonly asked: readonly CeremonyIq[]
}

/** The passkey ceremony (docs/protocol.md section 6). It lives and dies with its connection. */
export type PasskeyState =
  | { readonly name: 'idle' }
  /** The request came without options that can be read; they are asked for. */
  | (Ceremony & { readonly name: 'fetching-options'; readonly handoff: Handoff | undefined })
  /** The owner of the account has to confirm. */
  | (Ceremony & { readonly name: 'asked'; readonly handoff: Handoff | undefined; readonly request: PasskeyRequest })
  /** Confirmed; WhatsApp is asked for the ref of this ceremony. */
  | (Ceremony & {
      readonly name: 'fetching-ref'
      readonly handoff: Handoff | undefined
      readonly assertion: Assertion
      readonly keys: CeremonyKeys
    })
  /** Our commitment is out; the phone's half is waited for. `proven`: it was told who we are, so no codes are compared. */
  | (Ceremony & {
      readonly name: 'prologue-sent'
      readonly keys: CeremonyKeys
      readonly ref: string
      readonly proven: boolean
    })
  /** Our nonce is out: what opens the commitment. */
  | (Ceremony & {
      readonly name: 'revealing'
      readonly keys: CeremonyKeys
      readonly key: Uint8Array
      readonly code: string
      readonly proven: boolean
    })
  /** A person compares the two codes. */
  | (Ceremony & { readonly name: 'comparing'; readonly keys: CeremonyKeys; readonly key: Uint8Array })
  /** The new adv secret is in force and out; `pair-success` is due. */
  | (Ceremony & { readonly name: 'requested' })

export interface AttemptState {
  readonly settings: Settings
  readonly link: LinkState
  readonly connection: ConnectionState
  readonly code: CodeState
  readonly qr: QrState | undefined
  readonly pairing: PairingState
  readonly passkey: PasskeyState
  /** Requests for a passkey of this attempt: an answer names the one that it is for. */
  readonly ceremonies: number
  /** In force now: in the QR code, and the key of the final proof. */
  readonly advSecret: Uint8Array
  /** A phone may know it: it stood in a QR code, or a `companion_finish` was sent for it. */
  readonly secretTold: boolean
  readonly routingInfo: Uint8Array | undefined
  /** Answers of phones that were accepted in this attempt, over all its codes. */
  readonly answers: number
  /** Codes of this attempt, this one included; for QR alone, connections whose refs were shown. */
  readonly codes: number
  /** Tries for the present code, the first included. */
  readonly tries: number
  /** WhatsApp has counted a try for the present code (400, 429): its slot is spent. */
  readonly counted: boolean
  readonly lastIq: number
  /** ms, as `Moment.now`: when the attempt as a whole is over. */
  readonly endsAt: number
  readonly over: boolean
}

export const ALL_TIMERS = [
  'attempt',
  'pair-device',
  'answer',
  'code',
  'confirmation',
  'qr',
  'passkey',
  'passkey-answer',
  'retry',
  'store',
  'restart',
] as const

export type TimerName = (typeof ALL_TIMERS)[number]

export type Input =
  | { readonly type: 'start' }
  | { readonly type: 'connected' }
  | { readonly type: 'node'; readonly node: Node }
  | { readonly type: 'ended'; readonly end: ConnectionEnd }
  | { readonly type: 'timer'; readonly name: TimerName }
  | { readonly type: 'code-prepared'; readonly prepared: PreparedCode }
  | { readonly type: 'reserved' }
  | { readonly type: 'not-reserved'; readonly error: LinkError }
  | { readonly type: 'unwrapped'; readonly answer: number; readonly unwrapped: Unwrapped }
  /** The owner has confirmed request number `ceremony`. */
  | {
      readonly type: 'passkey-answered'
      readonly ceremony: number
      readonly assertion: Assertion
      readonly keys: CeremonyKeys
    }
  /** What a person says of the two codes of ceremony number `ceremony`. */
  | { readonly type: 'codes-compared'; readonly ceremony: number; readonly equal: boolean }
  | { readonly type: 'signed'; readonly signature: Uint8Array }
  | { readonly type: 'stored' }
  | { readonly type: 'not-stored'; readonly error: LinkError }
  | { readonly type: 'reply-sent' }
  /** The reply surely did not leave this machine. */
  | { readonly type: 'reply-lost' }
  | { readonly type: 'refresh' }
  | { readonly type: 'cancel'; readonly error: LinkError }

/** The phone's ephemeral key under the code, and fresh randomness for our half: 32, 32, 32 and 12 bytes. */
export interface Unwrapped {
  readonly primaryEphemeral: Uint8Array
  readonly random: Uint8Array
  readonly bundleSalt: Uint8Array
  readonly nonce: Uint8Array
}

/** What comes with every input: the time in ms, and 32 fresh random bytes for a new adv secret should one be due. */
export interface Moment {
  readonly now: number
  readonly random: Uint8Array
}

/** What becomes of the slot that the present code took in the account's limit. */
export type SlotFate = 'keep' | 'give-back' | 'cool-down'

export type Effect =
  | { readonly type: 'connect'; readonly routingInfo: Uint8Array | undefined }
  | { readonly type: 'close' }
  | { readonly type: 'send'; readonly node: Node }
  /** Like `send`, answered by `reply-sent` or `reply-lost`. */
  | { readonly type: 'reply'; readonly node: Node }
  | { readonly type: 'set-timer'; readonly name: TimerName; readonly ms: number }
  | { readonly type: 'clear-timer'; readonly name: TimerName }
  /** Make a code and its keys; answered by `code-prepared`. */
  | { readonly type: 'prepare-code' }
  /** Take the account's lease and a slot in its limit; answered by `reserved` or `not-reserved`. */
  | { readonly type: 'reserve' }
  /** The code is dead and none follows by itself: others may ask for this account. */
  | { readonly type: 'release' }
  /** Take the phone's key out of its wrapping; answered by `unwrapped`. */
  | { readonly type: 'unwrap'; readonly answer: number; readonly code: string; readonly wrapped: Uint8Array }
  /** Tell of the request; answered by `passkey-answered`, if at all. */
  | {
      readonly type: 'ask-passkey'
      readonly ceremony: number
      readonly request: PasskeyRequest
      readonly expiresAt: number
    }
  /** Let a person compare codes; answered by `codes-compared`, if at all. */
  | { readonly type: 'ask-comparison'; readonly ceremony: number; readonly code: string }
  | { readonly type: 'sign'; readonly message: Uint8Array }
  /** Write everything, durably, in one transaction; answered by `stored` or `not-stored`. */
  | {
      readonly type: 'store'
      readonly account: PairedAccount
      readonly signature: Uint8Array
      readonly advSecret: Uint8Array
      readonly routingInfo: Uint8Array | undefined
    }
  /** Undo the store. */
  | { readonly type: 'withdraw' }
  | { readonly type: 'emit'; readonly event: LinkEvent }
  /** Over: paired, and the registration connection is closed. */
  | { readonly type: 'finish' }
  /** Over: failed. Nothing of the attempt is kept. */
  | { readonly type: 'fail'; readonly error: LinkError; readonly slot: SlotFate }

export interface Step {
  readonly state: AttemptState
  readonly effects: readonly Effect[]
}

export function stay(state: AttemptState, ...effects: readonly Effect[]): Step {
  return { state, effects }
}

/**
 * One step after another, the effects in order. A step that ended the attempt is the last. (Not named `then`: a module that
 * exports that name is taken for a promise by `import()`.)
 */
export function andThen(first: Step, next: (state: AttemptState) => Step): Step {
  if (first.state.over) return first
  const second = next(first.state)
  return { state: second.state, effects: [...first.effects, ...second.effects] }
}

export function emit(event: LinkEvent): Effect {
  return { type: 'emit', event }
}

export function setTimer(name: TimerName, ms: number): Effect {
  return { type: 'set-timer', name, ms }
}

export function clearTimers(...names: readonly TimerName[]): readonly Effect[] {
  return names.map((name) => ({ type: 'clear-timer', name }))
}

export function firstState(settings: Settings, advSecret: Uint8Array): AttemptState {
  return {
    settings,
    link: 'connecting',
    connection: { name: 'closed' },
    code: { name: 'none' },
    qr: undefined,
    pairing: { name: 'none' },
    passkey: { name: 'idle' },
    ceremonies: 0,
    advSecret,
    secretTold: false,
    routingInfo: undefined,
    answers: 0,
    codes: 0,
    tries: 1,
    counted: false,
    lastIq: 0,
    endsAt: Number.POSITIVE_INFINITY,
    over: false,
  }
}

// What a link tells, and the handle that tells it.
import type { LinkError } from '../errors.ts'

/**
 * - `connecting`: reaching WhatsApp, or getting the next code ready
 * - `code`: a code (or, without a number, a QR code) is on show
 * - `confirming`: the phone answered; WhatsApp decides within a minute
 * - `passkey`, `verify`: the account wants a passkey, or a comparison of two codes
 * - `retrying`: WhatsApp refused or was not reached; the next try has a date
 * - `paired`: the proof was checked and stored; the first login follows
 * - `online`: done · `failed`: over, `result` says why
 */
export type LinkState =
  | 'connecting'
  | 'code'
  | 'confirming'
  | 'passkey'
  | 'verify'
  | 'retrying'
  | 'paired'
  | 'online'
  | 'failed'

export type LinkEvent =
  | { readonly type: 'connecting' }
  /** `code` as `ABCD-EFGH`; only after WhatsApp accepted it. `number` counts the codes of this attempt from 1. Show it. */
  | { readonly type: 'code'; readonly code: string; readonly expiresAt: Date; readonly number: number }
  /** The text of a QR code. Draw it; the next `qr` event replaces it. `notice`: what to tell beside it. */
  | { readonly type: 'qr'; readonly data: string; readonly expiresAt: Date; readonly notice?: QrNotice }
  /** The phone answered; its person typed a code. Say that it is being checked. */
  | { readonly type: 'confirming' }
  /**
   * Take the code off the screen. `timeout`: not typed in time · `refresh`: given up, by the caller or by WhatsApp ·
   * `unanswered`: the phone fell silent, most likely a typing error · `disconnected`: the connection that it belonged to
   * is gone. `manual`: nothing happens until `refresh()`; else the next code comes by itself.
   */
  | {
      readonly type: 'code-expired'
      readonly reason: 'timeout' | 'refresh' | 'unanswered' | 'disconnected'
      readonly manual: boolean
    }
  /**
   * The account wants its owner to confirm with a passkey. Take code and QR code away, and show where to confirm. `options`
   * are WebAuthn request options as an object; only a page of WhatsApp's own origin (or a native credential API) can use
   * them. Comes again when WhatsApp replaces the request: answer the newest.
   */
  | {
      readonly type: 'passkey'
      readonly options: unknown
      readonly expiresAt: Date
      /**
       * Takes what `PublicKeyCredential.toJSON()` gave, and resolves once it is on its way; what WhatsApp says to it is told
       * by further events. Rejects with LinkError: invalid-options (it does not fit; try again) · passkey-required (this
       * request is over).
       */
      respond(assertion: unknown): Promise<void>
    }
  /**
   * Both screens show a code: let the person compare them. `code` as `ABCD-EFGH`; it is not the pairing code and is typed
   * nowhere. Nothing goes on before `confirm()`. When the codes differ, `confirm(false)` ends the attempt as
   * `verification-failed`. Rejects with LinkError passkey-required when there is nothing to compare any more.
   */
  | { readonly type: 'verify'; readonly code: string; confirm(equal?: boolean): Promise<void> }
  /** The next try (`attempt` of `attempts`) starts in `inMs`. */
  | {
      readonly type: 'retrying'
      readonly attempt: number
      readonly attempts: number
      readonly inMs: number
      readonly error: LinkError
    }
  | { readonly type: 'paired'; readonly jid: string; readonly lid?: string; readonly platform?: string }
  | { readonly type: 'online'; readonly jid: string }
  | { readonly type: 'failed'; readonly error: LinkError }

/**
 * - `scan-again`: WhatsApp retired the picture before, usually after a scan, and that scan is lost
 * - `no-multi-device`: the phone that scanned is too old to link devices; the picture stays good for another
 */
export type QrNotice = 'scan-again' | 'no-multi-device'

export interface LinkedSession {
  readonly session: string
  readonly jid: string
  readonly lid?: string
  readonly platform?: string
  readonly deviceName: string
}

/**
 * One attempt. Iterate it for events, or await `code()` and `result`.
 *
 * Iteration never throws: it ends after `online`, `failed`, or `paired` (with `firstLogin: false`, or already linked).
 * Events before iteration are not lost. `break` stops listening, not the attempt: `cancel()` does.
 */
export interface Linking extends AsyncIterable<LinkEvent> {
  readonly state: LinkState
  /** Resolves at `online` (`paired` with `firstLogin: false`). Rejects with LinkError. Never an unhandled rejection. */
  readonly result: Promise<LinkedSession>
  /**
   * The next code that WhatsApp accepts, or the live one. Rejects with the LinkError that ended the attempt; with
   * `session-exists` when the session was or became linked without a code; with `invalid-options` when there is no `phone`.
   */
  code(): Promise<{ readonly code: string; readonly expiresAt: Date }>
  /** Gives up the live code and asks for another; counts towards `maxCodes`. Rejects with LinkError when it is over. */
  refresh(): Promise<void>
  /**
   * Ends the attempt; resolves when it is over. Once WhatsApp confirmed the account the link is not undone: the session
   * stays stored, and the next `link()` or `connect()` logs it in without a code.
   */
  cancel(): Promise<void>
}

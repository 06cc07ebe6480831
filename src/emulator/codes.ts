// Which number waits for a code. The server routes the phone's answer by number, so there is one request per number: a
// newer one takes its place without a word to the older (docs/protocol.md section 3).
import type { Account } from './accounts.ts'
import { PhoneError } from './phone-error.ts'
import type { Registration } from './registration.ts'

/** From the moment the hello was taken. */
export const CODE_LIFE_MS = 180_000

export interface CodeRequest {
  readonly account: Account
  readonly registration: Registration
  readonly ref: Uint8Array
  /** Shown on the phone: 'Chrome (Windows)'. */
  readonly display: string
  readonly wrappedEphemeral: Uint8Array
  /** ms since the epoch. */
  readonly expiresAt: number
  /** Why it no longer counts; its own connection's end and its time are looked at besides. */
  over: 'expired' | 'used' | undefined
}

export interface Codes {
  open(request: CodeRequest): void
  /** The live request of a number. Throws PhoneError no-request · expired. */
  live(account: Account): CodeRequest
}

export function createCodes(now: () => number): Codes {
  const requests = new Map<string, CodeRequest>()
  return {
    open(request) {
      requests.set(request.account.digits, request)
    },
    live(account) {
      const request = requests.get(account.digits)
      if (request === undefined || request.over === 'used')
        throw new PhoneError('no-request', 'no companion has asked for a code of this number')
      assertLive(request, now())
      return request
    },
  }
}

/** Throws PhoneError no-request · expired. */
export function assertLive(request: CodeRequest, now: number): void {
  if (request.over === 'expired' || now > request.expiresAt)
    throw new PhoneError('expired', 'the code is over: it lives for 180 s, or until it is refreshed')
  if (request.over === 'used') throw new PhoneError('no-request', 'the code was used already')
  if (request.registration.line.closed)
    throw new PhoneError('no-request', 'the companion’s connection closed, and its code died with it')
}

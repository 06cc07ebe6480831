import { accountKeyOf } from './account-key.ts'
import { callingCodeOf } from './calling-code-of.ts'
import { maskPhone } from './mask.ts'

/** What `parsePhone` found. `suggestions` are numbers in E.164 that `parsePhone` accepts; the person picks one. */
export type PhoneResult = PhoneAccepted | PhoneRefused

export interface PhoneAccepted {
  readonly ok: true
  /** With the plus: `+12025550123`. Exactly the digits that were written, never corrected. */
  readonly e164: string
  /** Without the plus: the user part of a JID. */
  readonly digits: string
  /** ISO 3166 alpha-2, where the number tells it. */
  readonly country?: string
  readonly callingCode: string
  /** Equal for all spellings of one WhatsApp account (account-key.ts). */
  readonly accountKey: string
}

export interface PhoneRefused {
  readonly ok: false
  readonly reason: PhoneReason
  /** A sentence for people that says what to change. Never contains the number. */
  readonly advice: string
  readonly suggestions: readonly string[]
}

/** Why a number was refused. The words are stable. */
export type PhoneReason =
  | 'not-text' // the input is not a string
  | 'empty' // no digits at all
  | 'input-too-long' // more than 100 characters
  | 'letters' // a vanity number, or words around the number
  | 'unexpected-character'
  | 'extension' // `x12`, `ext. 12`
  | 'several-numbers'
  | 'misplaced-plus' // `49…+`, `++49…`
  | 'not-a-phone-number' // a group, a hidden identity, a link without a number
  | 'unknown-country' // `defaultCountry` is not a country with telephone numbers
  | 'missing-country-code'
  | 'leading-zero' // `+0…`
  | 'unknown-calling-code' // no country has it
  | 'ambiguous' // two readings; the suggestions name them
  | 'too-short'
  | 'too-long'
  | 'impossible-length' // between the lengths that the country has
  | 'trunk-prefix' // `+49 (0)170…`, `+44 07…`, `+7 8…`
  | 'mobile-prefix' // Argentina's 15, Mexico's 044 and 045
  | 'missing-area-code'
  | 'missing-zero' // Italy: the zero is part of the number
  | 'old-number' // the country has made its numbers longer

// Node's hook for console.log. Not enumerable: comparing, spreading and JSON see only the fields.
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

function printMasked<T extends PhoneResult>(result: T, masked: object): T {
  return Object.defineProperty(result, INSPECT, { value: () => masked })
}

export function accept(digits: string, country: string | undefined): PhoneAccepted {
  const callingCode = callingCodeOf(digits)
  const e164 = `+${digits}`
  const known = country === undefined ? {} : { country }
  const result = { ok: true, e164, digits, ...known, callingCode, accountKey: accountKeyOf(digits) } as const
  return printMasked(result, { ok: true, e164: maskPhone(e164), ...known, callingCode })
}

/** `candidates` are digits without the plus. */
export function refuse(reason: PhoneReason, advice: string, candidates: readonly string[] = []): PhoneRefused {
  const suggestions = [...new Set(candidates)].map((digits) => `+${digits}`)
  const result = { ok: false, reason, advice, suggestions } as const
  return printMasked(result, { ok: false, reason, advice, suggestions: suggestions.map(maskPhone) })
}

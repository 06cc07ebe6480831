import { readInternational, refuseZeroInBrackets } from './international.ts'
import { readLocal } from './local.ts'
import type { CountryCode } from './plan.ts'
import { readPlanAtHome, toCountryCode } from './plan.ts'
import type { PhoneResult } from './result.ts'
import { refuse } from './result.ts'
import type { Written } from './written.ts'
import { readWritten } from './written.ts'

export interface PhoneOptions {
  /** ISO 3166 alpha-2 in any case: where numbers without a country code are from. An unknown one refuses everything. */
  readonly defaultCountry?: string | undefined
  /**
   * Takes 7 to 15 digits as written where the numbering plans refuse them. Faults of writing (letters, extensions, a
   * zero in brackets, a missing country code) stay refused. Default false.
   */
  readonly lenient?: boolean | undefined
}

function readDigits(written: Written, country: CountryCode | undefined, lenient: boolean): PhoneResult {
  const { digits } = written
  if (written.form === 'local') return readLocal(digits, country, lenient)
  if (written.withoutZero !== undefined) return refuseZeroInBrackets(digits, written.withoutZero)
  const result = readInternational(digits, lenient)
  if (result.ok || result.reason !== 'leading-zero') return result
  const home = country === undefined ? undefined : readPlanAtHome(digits, country)?.digits
  const meant = digits.startsWith('00') ? digits.slice(2) : home
  return refuse(result.reason, result.advice, meant === undefined ? [] : [meant])
}

/** A suggestion that would be refused in turn is none. */
function withUsableSuggestions(result: PhoneResult): PhoneResult {
  if (result.ok) return result
  const digits = result.suggestions.map((suggestion) => suggestion.slice(1))
  const usable = digits.filter((candidate) => readInternational(candidate).ok)
  return usable.length === digits.length ? result : refuse(result.reason, result.advice, usable)
}

/**
 * Reads a phone number in any formatting, with digits of any script, as a person writes or pastes it: `+1 (202)
 * 555-0123`, `00 44 …`, `tel:` and `wa.me` links, an account's JID, or the national form of `defaultCountry`. Digits
 * without a plus count as international when they can hardly be anything else.
 *
 * Accepts what the numbering plan calls possible, and then exactly the digits that were written: nothing is corrected.
 * What needs a change is refused with `advice` for the person and `suggestions` to choose from. Never throws.
 */
export function parsePhone(input: string, options?: PhoneOptions): PhoneResult {
  const given = options?.defaultCountry ?? undefined
  const country = toCountryCode(given)
  if (given !== undefined && country === undefined) {
    return refuse('unknown-country', 'The default country is not known. Give its two letters, such as US, BR or IN.')
  }
  const written = readWritten(input)
  const result = 'ok' in written ? written : readDigits(written, country, options?.lenient === true)
  return withUsableSuggestions(result)
}

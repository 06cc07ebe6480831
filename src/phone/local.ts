import { argentinaAtHome } from './argentina.ts'
import { looksLikeBrazilianMobile } from './brazil.ts'
import { isConvincing, looksNorthAmerican, readInternational } from './international.ts'
import type { CountryCode } from './plan.ts'
import { afterInternationalPrefix, callingCodeOfCountry, readPlanAtHome } from './plan.ts'
import type { PhoneResult } from './result.ts'
import { refuse } from './result.ts'

/** Numbers written without a plus. */

/** Below this many digits, digits alone are as likely a number without its country code. */
const TELLS_ITS_COUNTRY = 11

/** Two readings, or one that is not sure enough to act on. */
function ambiguous(readings: readonly string[]): PhoneResult {
  return refuse(
    'ambiguous',
    'This can be read as more than one number. Write it with + and the country code.',
    readings,
  )
}

/**
 * `0044 7911…`, or what else `country` dials before foreign numbers. Prefixes can be read in two ways (Singapore's
 * 0[0-3]x eats the 6 of 0065, Hong Kong's 00[1…]? the 1 of 001): the reading that is a number wins. Undefined: there
 * is no such prefix.
 */
function readAfterPrefix(digits: string, country: CountryCode | undefined, lenient: boolean): PhoneResult | undefined {
  const common = digits.startsWith('00') ? digits.slice(2) : undefined
  const own = country === undefined ? undefined : afterInternationalPrefix(digits, country)
  const candidates = [...new Set([common, own])].filter((candidate) => candidate !== undefined)
  const possible = candidates.filter((candidate) => readInternational(candidate).ok)
  const [convincing, ...more] = possible.filter(isConvincing)

  if (convincing !== undefined && more.length === 0) return readInternational(convincing)
  // Where the prefix does not start with 0 (Russia's 810), a number at home may start so too.
  if (!digits.startsWith('0')) return undefined
  if (possible.length > 1) return ambiguous(possible)
  const [candidate] = possible.length > 0 ? possible : candidates
  return candidate === undefined ? undefined : readInternational(candidate, lenient)
}

/**
 * With a default country: as written at home there, or, if that is no number, with its country code and no plus.
 * Patterns are so wide (Germany, Brazil) that many a foreign number fits them, so the two readings are compared.
 */
function readAtHome(digits: string, country: CountryCode): PhoneResult {
  const special = country === 'AR' ? argentinaAtHome(digits) : undefined
  if (special !== undefined) return special

  const reading = readPlanAtHome(digits, country)
  if (reading === undefined) {
    return refuse('too-short', 'Digits are missing. Write the whole number, area code included.')
  }
  const home = readInternational(reading.digits)
  if (digits === reading.digits || digits.length < TELLS_ITS_COUNTRY || !isConvincing(digits)) return home

  const ownCode = callingCodeOfCountry(country)
  if (!home.ok || digits.startsWith(ownCode)) return readInternational(digits)
  // China's mobile numbers have eleven digits and start with 1, as 1 202 555 0123 does.
  const american = looksNorthAmerican(digits) && country !== 'CN'
  return american || !reading.valid ? ambiguous([reading.digits, digits]) : home
}

/**
 * Countries whose mobile numbers have eleven digits with a 9 in the third place, as Brazil's have at home without the
 * 55: Peru, Thailand, Russia, Vietnam, Myanmar, Bulgaria, North Macedonia, French Polynesia. There the country code is
 * believed (test/phone/local.test.ts finds the list again in the metadata of mobile numbers). Elsewhere such digits
 * name no mobile, so that a Brazilian without the 55 is at least as likely.
 */
const MOBILE_WITH_NINE_THIRD = /^(?:51|66|79|84|95|359|389|689)/

/** What else digits could be that start with no country code: the plans whose people leave it out most. */
function nationalReadings(digits: string): readonly string[] {
  const readings: string[] = []
  if (digits.length === 10 && looksNorthAmerican(`1${digits}`)) readings.push(`1${digits}`)
  if (/^[6-9]\d{9}$/.test(digits)) readings.push(`91${digits}`)
  if (looksLikeBrazilianMobile(digits)) readings.push(`55${digits}`)
  if (/^89\d{9}$/.test(digits)) readings.push(`7${digits.slice(1)}`)
  return readings
}

/** Without a default country: the digits count as international if they can hardly be anything else. */
function readBare(digits: string): PhoneResult {
  if (digits.startsWith('0')) {
    return refuse(
      'missing-country-code',
      'The country code is missing. Write + and the country code instead of the first 0.',
      // North America's prefix for foreign numbers.
      digits.startsWith('011') ? [digits.slice(3)] : [],
    )
  }
  const others = nationalReadings(digits)
  const international = readInternational(digits)
  const sure = isConvincing(digits)
  const readings = sure ? [digits, ...others] : others

  if (digits.length < TELLS_ITS_COUNTRY) {
    return refuse('missing-country-code', 'Write + and the country code before the number.', readings)
  }
  if (sure) return others.length === 0 || MOBILE_WITH_NINE_THIRD.test(digits) ? international : ambiguous(readings)
  if (!international.ok && international.suggestions.length > 0) return international
  const unsure = others.length === 0 ? [digits] : others
  return refuse('missing-country-code', 'Write the number with + and the country code.', unsure)
}

/**
 * `digits` as written, without a plus. `country`: where numbers without a country code are from. `lenient`: as in
 * `readInternational`; digits without a country are then taken as international.
 */
export function readLocal(digits: string, country: CountryCode | undefined, lenient: boolean): PhoneResult {
  const prefixed = readAfterPrefix(digits, country, lenient)
  if (prefixed !== undefined) return prefixed

  const strict = country === undefined ? readBare(digits) : readAtHome(digits, country)
  if (strict.ok || !lenient) return strict
  const international = country === undefined ? digits : readPlanAtHome(digits, country)?.digits
  const anyway = international === undefined ? strict : readInternational(international, true)
  return anyway.ok ? anyway : strict
}

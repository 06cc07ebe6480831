import { argentinaAtHome } from './argentina.ts'
import { looksLikeBrazilianMobile } from './brazil.ts'
import { isConvincing, looksNorthAmerican, readInternational } from './international.ts'
import { afterInternationalPrefix, callingCodeOfCountry, readPlanAtHome } from './plan.ts'
import type { CountryCode } from './plan.ts'
import { refuse } from './result.ts'
import type { PhoneResult } from './result.ts'

/** Numbers written without a plus. */

/** Below this many digits, digits alone are as likely a number without its country code. */
const TELLS_ITS_COUNTRY = 11

/** Two readings, or one that is not sure enough to act on. */
function ambiguous(readings: readonly string[]): PhoneResult {
  return refuse('ambiguous', 'This can be read as more than one number. Write it with + and the country code.', readings)
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

/** With a default country: as written at home there, or, if that is no number, with its country code and no plus. */
function readAtHome(digits: string, country: CountryCode): PhoneResult {
  const special = country === 'AR' ? argentinaAtHome(digits) : undefined
  if (special !== undefined) return special

  const reading = readPlanAtHome(digits, country)
  const home: PhoneResult =
    reading === undefined
      ? refuse('too-short', 'Digits are missing. Write the whole number, area code included.')
      : readInternational(reading.digits)
  const abroad = digits.length >= TELLS_ITS_COUNTRY && isConvincing(digits) ? digits : undefined
  if (reading === undefined || abroad === undefined || abroad === reading.digits) return home
  if (!home.ok) return readInternational(abroad)

  // Some patterns are so wide (Germany, Brazil) that 1 202 555 01xx fits them. Not in China, whose mobile numbers have
  // eleven digits and start with 1.
  const american = looksNorthAmerican(abroad) && callingCodeOfCountry(country) !== '1' && country !== 'CN'
  return american || !reading.valid ? ambiguous([reading.digits, abroad]) : home
}

/** Peru's and Russia's mobile numbers look like Brazilian ones without the 55, and are meant far more often. */
function isPeruvianOrRussianMobile(digits: string): boolean {
  return /^(?:519\d{8}|79\d{9})$/.test(digits)
}

/** What else digits could be that start with no country code: the plans whose people leave it out most. */
function nationalReadings(digits: string): readonly string[] {
  const readings: string[] = []
  if (digits.length === 10 && looksNorthAmerican(`1${digits}`)) readings.push(`1${digits}`)
  if (/^[6-9]\d{9}$/.test(digits)) readings.push(`91${digits}`)
  if (looksLikeBrazilianMobile(digits)) readings.push(`55${digits}`)
  if (/^8[3-9]\d{9}$/.test(digits)) readings.push(`7${digits.slice(1)}`)
  return readings
}

/** Without a default country: the digits count as international if they can hardly be anything else. */
function readBare(digits: string): PhoneResult {
  if (digits.startsWith('0')) {
    return refuse(
      'missing-country-code',
      'The country code is missing. Write + and the country code instead of the first 0.',
      // North America's and Australia's prefixes for foreign numbers.
      [/^011([1-9]\d+)$/, /^0011([1-9]\d+)$/].flatMap((prefix) => prefix.exec(digits)?.[1] ?? []),
    )
  }
  const others = nationalReadings(digits)
  const international = readInternational(digits)
  const sure = isConvincing(digits)
  const readings = sure ? [digits, ...others] : others

  if (digits.length < TELLS_ITS_COUNTRY) {
    return refuse('missing-country-code', 'Write + and the country code before the number.', readings)
  }
  if (sure) return others.length === 0 || isPeruvianOrRussianMobile(digits) ? international : ambiguous(readings)
  if (!international.ok && international.suggestions.length > 0) return international
  return refuse('missing-country-code', 'Write the number with + and the country code.', [
    ...others,
    ...(international.ok ? [digits] : []),
  ])
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

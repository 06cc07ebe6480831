import type { CountryCode, NumberingPlan, PhoneNumber } from 'libphonenumber-js/min'
import {
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  Metadata,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min'
import metadata from 'libphonenumber-js/min/metadata'

/** The numbering plans of the world: the one file that asks the metadata of libphonenumber-js about a number. */

export type { CountryCode } from 'libphonenumber-js/min'

export interface Reading {
  /** International, without the plus. Other digits than were asked about mean that the metadata dropped a prefix. */
  readonly digits: string
  readonly callingCode: string
  /** After the calling code. */
  readonly national: string
  readonly country: string | undefined
  /** The length fits the country. */
  readonly possible: boolean
  /** The digits fit the country's pattern, as wide as it is. */
  readonly valid: boolean
}

function toReading(number: PhoneNumber | undefined): Reading | undefined {
  if (number === undefined) return undefined
  const countries = number.country === undefined ? number.getPossibleCountries() : [number.country]
  return {
    digits: number.number.slice(1),
    callingCode: number.countryCallingCode,
    national: number.nationalNumber,
    country: countries.length === 1 ? countries[0] : undefined,
    possible: number.isPossible(),
    valid: number.isValid(),
  }
}

/** Undefined: no country has the calling code. `digits`: international, without the plus. */
export function readPlan(digits: string): Reading | undefined {
  return toReading(parsePhoneNumberFromString(`+${digits}`, { extract: false }))
}

/** `digits` as written at home in `country`. Undefined: too few to be anything. */
export function readPlanAtHome(digits: string, country: CountryCode): Reading | undefined {
  return toReading(parsePhoneNumberFromString(digits, { defaultCountry: country, extract: false }))
}

/** Undefined where `readPlan` is, or when the metadata would print other digits than it got. */
export function formatByPlan(digits: string): string | undefined {
  const text = parsePhoneNumberFromString(`+${digits}`, { extract: false })?.formatInternational()
  return text?.replace(/\D/g, '') === digits ? text : undefined
}

/** An ISO 3166 alpha-2 code in any case that has telephone numbers; `UK` is the United Kingdom's other code. */
export function toCountryCode(code: unknown): CountryCode | undefined {
  if (typeof code !== 'string' || !/^[a-z]{2}$/i.test(code)) return undefined
  const upper = code.toUpperCase() === 'UK' ? 'GB' : code.toUpperCase()
  return isSupportedCountry(upper) ? upper : undefined
}

export { getCountries as allCountries, getCountryCallingCode as callingCodeOfCountry }

function planOf(country: CountryCode): NumberingPlan | undefined {
  const plans = new Metadata()
  plans.selectNumberingPlan(country)
  return plans.numberingPlan
}

/**
 * How many digits may follow a calling code, ascending: those of the country that the code is mainly for, which the
 * metadata names first. Empty for codes without a country (`+870`).
 */
export function nationalLengths(callingCode: string): readonly number[] {
  const country = metadata.country_calling_codes[callingCode]?.[0]
  return country === undefined ? [] : (planOf(country)?.possibleLengths() ?? []).toSorted((a, b) => a - b)
}

/** What is left of `digits` after the prefix that `country` dials before foreign numbers (00, 011, 0011, 810…). */
export function afterInternationalPrefix(digits: string, country: CountryCode): string | undefined {
  const prefix = planOf(country)?.IDDPrefix()
  const rest = prefix === undefined ? undefined : new RegExp(`^(?:${prefix})([1-9]\\d*)$`).exec(digits)
  return rest?.at(-1)
}

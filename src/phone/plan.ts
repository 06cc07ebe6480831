import { createRequire } from 'node:module'
import type { CountryCode, NumberingPlan, PhoneNumber } from 'libphonenumber-js/min'

/** The numbering plans of the world: the one file that asks the metadata of libphonenumber-js about a number. */

export type { CountryCode } from 'libphonenumber-js/min'

type Library = typeof import('libphonenumber-js/min')
const require = createRequire(import.meta.url)
let loaded: Library | undefined

/**
 * Loaded at the first question and not at import: it costs 45 ms (measured), and whoever only connects a linked session
 * never asks. By `require`, because the questions are synchronous.
 */
function library(): Library {
  loaded ??= require('libphonenumber-js/min') as Library
  return loaded
}

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
  return toReading(library().parsePhoneNumberFromString(`+${digits}`, { extract: false }))
}

/** `digits` as written at home in `country`. Undefined: too few to be anything. */
export function readPlanAtHome(digits: string, country: CountryCode): Reading | undefined {
  return toReading(library().parsePhoneNumberFromString(digits, { defaultCountry: country, extract: false }))
}

/** Undefined where `readPlan` is, or when the metadata would print other digits than it got. */
export function formatByPlan(digits: string): string | undefined {
  const text = library().parsePhoneNumberFromString(`+${digits}`, { extract: false })?.formatInternational()
  return text?.replace(/\D/g, '') === digits ? text : undefined
}

/** An ISO 3166 alpha-2 code in any case that has telephone numbers; `UK` is the United Kingdom's other code. */
export function toCountryCode(code: unknown): CountryCode | undefined {
  if (typeof code !== 'string' || !/^[a-z]{2}$/i.test(code)) return undefined
  const upper = code.toUpperCase() === 'UK' ? 'GB' : code.toUpperCase()
  return library().isSupportedCountry(upper) ? upper : undefined
}

export function allCountries(): readonly CountryCode[] {
  return library().getCountries()
}

export function callingCodeOfCountry(country: CountryCode): string {
  return library().getCountryCallingCode(country)
}

function planOf(country: CountryCode): NumberingPlan | undefined {
  const plans = new (library().Metadata)()
  plans.selectNumberingPlan(country)
  return plans.numberingPlan
}

/**
 * How many digits may follow a calling code, ascending: those of the country that the code is mainly for, which the
 * metadata names first. Empty for codes without a country (`+870`).
 */
export function nationalLengths(callingCode: string): readonly number[] {
  const { country_calling_codes: countries } = require('libphonenumber-js/min/metadata') as typeof import('libphonenumber-js/min/metadata')['default']
  const country = countries[callingCode]?.[0]
  return country === undefined ? [] : (planOf(country)?.possibleLengths() ?? []).toSorted((a, b) => a - b)
}

/** What is left of `digits` after the prefix that `country` dials before foreign numbers (00, 011, 0011, 810…). */
export function afterInternationalPrefix(digits: string, country: CountryCode): string | undefined {
  const prefix = planOf(country)?.IDDPrefix()
  const rest = prefix === undefined ? undefined : new RegExp(`^(?:${prefix})([1-9]\\d*)$`).exec(digits)
  return rest?.at(-1)
}

import type { CountryCode } from './plan.ts'
import { allCountries, callingCodeOfCountry, toCountryCode } from './plan.ts'

// English first, so that it wins where two languages share a word; then the other languages of the link page.
const LANGUAGES = ['en', 'pt', 'es', 'ar', 'id', 'hi'] as const
const LONGEST_NAME = 100

/** Names in use that Intl (CLDR) does not give. */
const ALIASES: readonly (readonly [country: CountryCode, ...names: string[]])[] = [
  ['AE', 'uae', 'emirates', 'الإمارات'],
  ['BO', 'plurinational state of bolivia'],
  ['BR', 'federative republic of brazil'],
  ['CD', 'drc', 'dr congo', 'democratic republic of the congo', 'congo kinshasa', 'zaire'],
  ['CF', 'car'],
  ['CG', 'congo', 'republic of the congo', 'congo republic', 'congo brazzaville'],
  ['CI', 'ivory coast', 'cote divoire'],
  ['CN', 'prc', 'peoples republic of china', 'mainland china'],
  ['CV', 'cabo verde', 'cape verde'],
  ['CZ', 'czech republic'],
  ['DO', 'dominican rep'],
  ['FK', 'malvinas', 'falklands'],
  ['FM', 'federated states of micronesia'],
  ['GB', 'uk', 'great britain', 'britain', 'england', 'scotland', 'wales', 'northern ireland', 'inggris', 'بريطانيا'],
  ['IR', 'islamic republic of iran'],
  ['KP', 'dprk'],
  ['KR', 'republic of korea', 'korea republic of', 'rok'],
  ['LA', 'lao'],
  ['MD', 'republic of moldova'],
  ['MK', 'macedonia'],
  ['NL', 'holland', 'the netherlands', 'holanda'],
  ['PS', 'state of palestine', 'palestine'],
  ['RU', 'russian federation'],
  ['SA', 'saudi', 'ksa', 'السعودية'],
  ['SY', 'syrian arab republic'],
  ['SZ', 'swaziland'],
  ['TL', 'east timor'],
  ['TR', 'turkey'],
  ['TZ', 'united republic of tanzania'],
  ['US', 'usa', 'united states of america', 'america', 'eua', 'eeuu', 'the states'],
  ['VA', 'vatican', 'holy see'],
  ['VE', 'bolivarian republic of venezuela'],
  ['VN', 'viet nam'],
]

/**
 * Case, dots, apostrophes, the accents of Latin letters and Arabic vowel signs are not what tells countries apart.
 * Hindi vowel signs are: St. Martin and Sint Maarten differ in nothing else.
 */
function fold(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[\u{300}-\u{36f}\u{64b}-\u{655}\p{Cf}.'’ʻʼ`´]/gu, '')
    .toLowerCase()
    .replace(/&/g, ' and ')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
    .replace(/^the /, '')
    .replace(/^st /, 'saint ')
}

/** `Myanmar (Burma)` is known by both names, and by the two together. */
function nameForms(name: string): readonly string[] {
  const brackets = /^(.*)\((.*)\)\s*$/u.exec(name)
  const parts = brackets === null ? [name] : [name, brackets[1] ?? '', brackets[2] ?? '']
  return parts.map(fold).filter((form) => form !== '')
}

function nameIn(language: string, style: 'long' | 'short'): (country: CountryCode) => string | undefined {
  const names = new Intl.DisplayNames([language], { type: 'region', style, fallback: 'none' })
  return (country) => names.of(country)
}

function buildIndex(): ReadonlyMap<string, CountryCode> {
  const index = new Map<string, CountryCode>()
  const add = (name: string | undefined, country: CountryCode): void => {
    for (const form of name === undefined ? [] : nameForms(name)) if (!index.has(form)) index.set(form, country)
  }
  for (const [country, ...names] of ALIASES) for (const name of names) add(name, country)

  const countries = allCountries()
  for (const language of LANGUAGES) {
    for (const style of ['long', 'short'] as const) {
      const nameOf = nameIn(language, style)
      for (const country of countries) add(nameOf(country), country)
    }
  }
  // Each country's name for itself, in the language that most people there read: Deutschland, 日本.
  for (const country of countries) {
    add(nameIn(new Intl.Locale(`und-${country}`).maximize().language, 'long')(country), country)
  }
  return index
}

let index: ReadonlyMap<string, CountryCode> | undefined

/**
 * The calling code of a country, by its ISO 3166 alpha-2 code or its name in English, Portuguese, Spanish, Arabic,
 * Indonesian, Hindi or its own language: `BR`, `Brazil`, `UK`, `Côte d'Ivoire`. Digits without the plus; undefined
 * when the country is not known. The first name that is asked for costs some 40 ms, codes cost nothing. Never throws.
 */
export function callingCode(country: string): string | undefined {
  if (typeof country !== 'string' || country.length > LONGEST_NAME) return undefined
  const name = fold(country)
  const code = toCountryCode(name)
  if (code !== undefined) return callingCodeOfCountry(code)
  index ??= buildIndex()
  const found = index.get(name)
  return found === undefined ? undefined : callingCodeOfCountry(found)
}

// Pure. Telephone numbers in texts, and which of them can belong to nobody.

export interface NumberRange {
  /** Digits with the calling code; `x` is any digit. */
  readonly pattern: string
  readonly why: string
}

/** Numbers that no operator gives out, so that a book, a film or a test can show them. */
export const FICTION: readonly NumberRange[] = [
  { pattern: '1 xxx 555 01xx', why: 'North America: 555-0100 to 555-0199, in every area code' },
  { pattern: '44 7700 900 xxx', why: 'United Kingdom, mobile (Ofcom, numbers for drama)' },
  { pattern: '44 20 7946 0xxx', why: 'United Kingdom, London (Ofcom, numbers for drama)' },
  { pattern: '44 1632 960 xxx', why: 'United Kingdom, no area (Ofcom, numbers for drama)' },
  { pattern: '61 491 570 xxx', why: 'Australia, mobile (ACMA, numbers for film and television)' },
  { pattern: '33 6 39 98 xx xx', why: 'France, mobile (ARCEP, numbers for audiovisual works)' },
  { pattern: '33 1 99 00 xx xx', why: 'France, Paris (ARCEP, numbers for audiovisual works)' },
  { pattern: '49 30 23125 xxx', why: 'Germany, Berlin (Bundesnetzagentur, numbers for media)' },
]

/** What stands for a number: a plus, a WhatsApp address, or the value of a field that holds a number. */
const WRITTEN = [
  /(?<![\w+])\+(\d[\d ().\u00a0-]{5,}\d)(?![ ().-]*[\dxX•…])/g,
  /(?<![\w.])(\d{8,15})(?::\d+)?@(?:s\.whatsapp\.net|c\.us)/g,
  /\b(?:phone|phoneNumber|number|addPhone)['"]?(?:\s*[:=]\s*|\()['"`]([\d][\d ().-]{6,}\d)['"`]/g,
]

/** The numbers of a text, as digits, with their lines. What has fewer than 8 or more than 15 digits is no account's number. */
export function numbersIn(text: string): readonly { readonly digits: string; readonly line: number }[] {
  const found = WRITTEN.flatMap((written) => [...text.matchAll(written)])
  const numbers = found.map((match) => ({
    digits: (match[1] ?? '').replaceAll(/\D/g, ''),
    line: text.slice(0, match.index).split('\n').length,
  }))
  return numbers.filter(({ digits }) => digits.length >= 8 && digits.length <= 15)
}

const RUN = 6

/**
 * Whether nobody takes it for a real number: six digits in a row that count up or down or stay the same. For the countries that
 * reserve no numbers (Brazil, Mexico, Argentina and most others).
 */
export function isStructural(digits: string): boolean {
  const steps = [...digits].slice(1).map((digit, at) => (10 + Number(digit) - Number(digits[at])) % 10)
  return [0, 1, 9].some((step) => steps.join('').includes(String(step).repeat(RUN - 1)))
}

export function isIn(digits: string, ranges: readonly NumberRange[]): boolean {
  return ranges.some(({ pattern }) => {
    const plain = pattern.replaceAll(' ', '')
    return plain.length === digits.length && [...plain].every((sign, at) => sign === 'x' || sign === digits[at])
  })
}

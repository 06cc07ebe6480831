// Pure. Telephone numbers in texts, and which of them can belong to nobody.
import { isReservedExample } from '../../src/phone/reserved.ts'

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

/** Whether nobody can be called by it, or nobody takes it for a number that someone has. */
export function isExample(digits: string): boolean {
  return isReservedExample(`+${digits}`) || isWrongExample(digits) || isStructural(digits)
}

/** The usual example with something wrong about it: a digit too few or too many, another country in front. */
function isWrongExample(digits: string): boolean {
  return digits.includes('2025550') && !/^12025550[02-9]\d\d$/.test(digits)
}

const RUN = 6

/**
 * Six digits in a row that count up or down or stay the same. For the countries that reserve no numbers: Brazil, Mexico,
 * Argentina and most others.
 */
function isStructural(digits: string): boolean {
  const steps = [...digits].slice(1).map((digit, at) => (10 + Number(digit) - Number(digits[at])) % 10)
  return [0, 1, 9].some((step) => steps.join('').includes(String(step).repeat(RUN - 1)))
}

/**
 * The calling code at the head of an international number, by the shape that ITU-T E.164 gives all of them: zones 1
 * and 7 have one digit, the codes below have two, every other has three. No metadata: masking must cost nothing.
 * test/phone/calling-code-of.test.ts holds it against the metadata of libphonenumber-js.
 */
const TWO_DIGITS = new Set(
  (
    '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 ' +
    '60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'
  ).split(' '),
)

/** `digits`: international, without the plus. A code that no country has (`999`) counts as three digits. */
export function callingCodeOf(digits: string): string {
  if (digits.startsWith('1') || digits.startsWith('7')) return digits.slice(0, 1)
  const two = digits.slice(0, 2)
  return TWO_DIGITS.has(two) ? two : digits.slice(0, 3)
}

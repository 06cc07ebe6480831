import { argentinaRule } from './argentina.ts'
import { brazilRule } from './brazil.ts'
import { callingCodeOf } from './calling-code-of.ts'
import { italyRule } from './italy.ts'
import { mexicoRule } from './mexico.ts'
import type { Reading } from './plan.ts'
import { nationalLengths, readPlan } from './plan.ts'
import { renumberedRule } from './renumbered.ts'
import type { PhoneReason, PhoneRefused, PhoneResult } from './result.ts'
import { accept, refuse } from './result.ts'

/** The shortest JID that WhatsApp takes (docs/protocol.md section 3.5), and the longest number (ITU-T E.164). */
const SHORTEST = 7
const LONGEST = 15

function isValid(digits: string): boolean {
  return readPlan(digits)?.valid === true
}

/** Only what the numbering plan cannot say, or says too late; `undefined` leaves it to the plan. */
function countryRule(digits: string): PhoneResult | undefined {
  const callingCode = callingCodeOf(digits)
  const national = digits.slice(callingCode.length)
  if (callingCode === '52') return mexicoRule(national)
  if (callingCode === '54') return argentinaRule(national)
  if (callingCode === '55') return brazilRule(national)
  if (callingCode === '39') return italyRule(national, isValid)
  return renumberedRule(callingCode, national)
}

function lengthAdvice(problem: string, callingCode: string, lengths: readonly number[]): string {
  const [shortest] = lengths
  const longest = lengths.at(-1)
  if (shortest === undefined) return `${problem} Check it and write it again, with + and the country code.`
  const range = shortest === longest ? `${shortest}` : `${shortest} to ${longest}`
  return `${problem} After +${callingCode} come ${range} digits, area code included. Check it and write it again.`
}

function wrongLength(digits: string, callingCode: string): PhoneRefused {
  const lengths = nationalLengths(callingCode)
  const length = digits.length - callingCode.length
  if (digits.length > LONGEST || length > (lengths.at(-1) ?? LONGEST)) {
    return refuse('too-long', lengthAdvice('There are too many digits.', callingCode, lengths))
  }
  if (digits.length < SHORTEST || length < (lengths[0] ?? 0)) {
    return refuse('too-short', lengthAdvice('Digits are missing.', callingCode, lengths))
  }
  return refuse('impossible-length', lengthAdvice('No number here has this many digits.', callingCode, lengths))
}

/** What the metadata drops is dialled only at home: a trunk prefix, a carrier code. We drop nothing: the person does. */
function extraPrefix(digits: string, reading: Reading): PhoneRefused {
  const typed = digits.slice(reading.callingCode.length)
  const extra = typed.endsWith(reading.national) ? typed.slice(0, -reading.national.length) : ''
  // A short prefix is named. A carrier code can be half the number, and advice must not repeat that.
  const what = /^\d{1,3}$/.test(extra) ? `the ${extra}` : 'what is dialled at home only'
  const advice = `Leave out ${what} after +${reading.callingCode}: from abroad the number is written without it.`
  return refuse('trunk-prefix', advice, [reading.digits])
}

/** Exactly these digits, or what to change. */
function readStrictly(digits: string): PhoneResult {
  if (digits.startsWith('0')) {
    return refuse(
      'leading-zero',
      'After the + comes the country code, which never starts with 0: leave out the zeros, or write the code first.',
    )
  }
  const callingCode = callingCodeOf(digits)
  if (digits.length < SHORTEST) return wrongLength(digits, callingCode)

  const rule = countryRule(digits)
  if (rule !== undefined) return rule

  const reading = readPlan(digits)
  if (reading === undefined && digits.length > LONGEST) return wrongLength(digits, callingCode)
  if (reading === undefined) {
    return refuse(
      'unknown-calling-code',
      'No country has the code that this number starts with. Check the digits right after the +.',
    )
  }
  if (reading.possible && reading.digits !== digits) return extraPrefix(digits, reading)
  if (!reading.possible || digits.length > LONGEST) return wrongLength(digits, callingCode)
  return accept(digits, reading.country)
}

// Verdicts of the numbering plans, which can be behind the times. Faults of writing are not among them.
const LENIENT: ReadonlySet<PhoneReason> = new Set<PhoneReason>([
  'unknown-calling-code',
  'too-short',
  'too-long',
  'impossible-length',
  'trunk-prefix',
  'mobile-prefix',
  'missing-area-code',
  'missing-zero',
  'old-number',
])

/**
 * `digits`: international, without the plus. Accepts exactly these digits or says what to change, never corrects.
 * `lenient`: what a numbering plan alone refuses is taken as written, if it is 7 to 15 digits that do not start with 0.
 */
export function readInternational(digits: string, lenient = false): PhoneResult {
  const result = readStrictly(digits)
  const anyway = lenient && !result.ok && LENIENT.has(result.reason) && /^[1-9]\d{6,14}$/.test(digits)
  return anyway ? accept(digits, readPlan(digits)?.country) : result
}

/** `+49 (0)170…`: the zero in brackets is a note to the reader, to be left out (in Italy: kept). */
export function refuseZeroInBrackets(digits: string, withoutZero: string): PhoneRefused {
  if (readStrictly(digits).ok && !readStrictly(withoutZero).ok) {
    return refuse('trunk-prefix', 'Write the 0 without brackets: in this country it is part of the number.', [digits])
  }
  return refuse('trunk-prefix', 'Leave out the (0): it is dialled inside the country only.', [withoutZero])
}

/**
 * Would someone who reads these digits without a plus take them for this number? Stricter than accepting: the pattern
 * must fit, and in North America area code and exchange must be such as are given out (NANPA: neither starts with 0 or 1,
 * and no area code has a 9 in the middle).
 */
export function isConvincing(digits: string): boolean {
  if (digits.startsWith('1')) return looksNorthAmerican(digits)
  const today = digits.replace(/^521(?=\d{10}$)/, '52')
  return readInternational(digits).ok && isValid(today)
}

export function looksNorthAmerican(digits: string): boolean {
  return /^1[2-9][0-8]\d[2-9]\d{6}$/.test(digits)
}

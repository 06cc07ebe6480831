import type { PhoneRefused } from './result.ts'
import { refuse } from './result.ts'

/**
 * Since 1998 the zero of an Italian landline is part of the number, at home and from abroad: +39 06…. Mobile numbers
 * (3…) have none. The metadata's lengths are so wide that it calls both mistakes possible, so the pattern decides;
 * `isValid` answers for `39` and any national digits.
 */
export function italyRule(national: string, isValid: (digits: string) => boolean): PhoneRefused | undefined {
  if (isValid(`39${national}`)) return undefined
  if (/^03\d{8,9}$/.test(national) && isValid(`39${national.slice(1)}`)) {
    return refuse('trunk-prefix', 'Leave out the 0: Italian mobile numbers start with a 3, right after +39.', [
      `39${national.slice(1)}`,
    ])
  }
  if (/^[1-9]/.test(national) && isValid(`390${national}`)) {
    return refuse('missing-zero', 'Write the 0 after +39: in Italy it is part of the number.', [`390${national}`])
  }
  return undefined
}

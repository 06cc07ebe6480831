import type { PhoneRefused } from './result.ts'
import { refuse } from './result.ts'

/**
 * Countries that went from eight digits to ten by two digits in front. Accounts registered before may still show the
 * short number in WhatsApp, which `lenient` lets through.
 */

// Côte d'Ivoire, 31 January 2021 (ARTCI; presented to ITU-T under E.129): the operator's two digits in front. The old
// prefixes of each operator: ITU presentation and libphonenumber's resources/carrier/en/225.txt. 60, 61 and 69 belonged
// to operators that had closed before, so nothing can be derived. Landlines: only Orange's are told by their digits.
const IVORY_COAST: readonly (readonly [old: RegExp, prefix: string])[] = [
  [/^(?:0[1-3]|[457][0-3])/, '01'],
  [/^[04-9][4-6]/, '05'],
  [/^(?:[04589][7-9]|6[78]|7[7-9])/, '07'],
  [/^(?:20[23]|21[2357]|22[245]|23[45]|24[3-5]|306|31[69]|3[2-6]7)/, '27'],
]

function ivoryCoast(national: string): readonly string[] {
  return IVORY_COAST.filter(([old]) => old.test(national)).map(([, prefix]) => `225${prefix}${national}`)
}

const KEPT = ' If WhatsApp itself still shows this account with eight digits, allow unusual numbers (lenient).'

export function renumberedRule(callingCode: string, national: string): PhoneRefused | undefined {
  if (national.length !== 8) return undefined
  if (callingCode === '225') {
    return refuse(
      'old-number',
      'Since 2021 numbers in Côte d’Ivoire have ten digits: write 07 (Orange), 05 (MTN) or 01 (Moov) ' +
        `before the old eight.${KEPT}`,
      ivoryCoast(national),
    )
  }
  // Benin, 30 November 2024 (ARCEP Bénin): 01 in front of every number.
  if (callingCode === '229') {
    return refuse(
      'old-number',
      `Since November 2024 numbers in Benin have ten digits: write 01 before the old eight.${KEPT}`,
      [`22901${national}`],
    )
  }
  return undefined
}

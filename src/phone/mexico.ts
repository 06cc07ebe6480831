import type { PhoneResult } from './result.ts'
import { accept, refuse } from './result.ts'

/**
 * Until 2019 mobile numbers were called from abroad as +52 1 and ten digits, and accounts registered then kept that
 * spelling as their JID. Today's plan has no 1, so the metadata calls 521… impossible. Both spellings name existing
 * accounts (whatsmeow issue 874), so both are taken as written; account-key.ts folds them.
 * 044 and 045 (to mobiles) and 01 (long distance) were dialled inside Mexico until August 2019 and mean nothing now.
 */
export function mexicoRule(national: string): PhoneResult | undefined {
  if (/^1[2-9]\d{9}$/.test(national)) return accept(`52${national}`, 'MX')

  const mobile = /^04[45]1?([2-9]\d{9})$/.exec(national)?.[1]
  if (mobile !== undefined) {
    return refuse(
      'mobile-prefix',
      'The prefixes 044 and 045 are no longer part of Mexican numbers. ' +
        'Write +52 and the ten digits; if WhatsApp shows this account with +52 1, keep that 1.',
      [`52${mobile}`, `521${mobile}`],
    )
  }
  const longDistance = /^01([2-9]\d{9})$/.exec(national)?.[1]
  if (longDistance !== undefined) {
    return refuse('trunk-prefix', 'Leave out the 01. Write +52 and the ten digits.', [`52${longDistance}`])
  }
  if (/^1\d{9}$/.test(national)) {
    return refuse('too-short', 'One digit is missing: a Mexican number has ten digits after +52, or after +52 1.')
  }
  return undefined
}

import { BRAZIL_AREA } from './area-codes.ts'
import type { PhoneRefused } from './result.ts'
import { refuse } from './result.ts'

const MOBILE = new RegExp(`^${BRAZIL_AREA}9\\d{8}$`)

/** Is this how a Brazilian writes a mobile number at home: area code, ninth digit, eight more? */
export function looksLikeBrazilianMobile(national: string): boolean {
  return MOBILE.test(national)
}

/**
 * The metadata calls eight and nine digits after +55 possible, because service numbers (4004…, 0300…) have them. A
 * mobile number without its area code looks the same, and no WhatsApp account has one.
 */
export function brazilRule(national: string): PhoneRefused | undefined {
  const mobileAlone = /^(?!900)9\d{8}$|^[6-9]\d{7}$/.test(national)
  if (!mobileAlone) return undefined
  return refuse(
    'missing-area-code',
    'The area code (DDD) is missing. Write +55, the two digits of the area code, then the number: +55 11 9….',
  )
}

import { ARGENTINA_NUMBER } from './area-codes.ts'
import type { PhoneRefused, PhoneResult } from './result.ts'
import { accept, refuse } from './result.ts'

/**
 * WhatsApp knows Argentine mobile numbers as +54 9, area code, number: thirteen digits, without the 15 that is dialled
 * at home (WhatsApp's help page on international numbers). +54 without the 9 is a landline, which WhatsApp Business
 * registers too. Nothing in the digits tells which one is meant, so with +54 both are taken as written.
 */

const NUMBER = new RegExp(`^${ARGENTINA_NUMBER}$`)
const AFTER_ZERO = new RegExp(`^(?:0|09|90)${ARGENTINA_NUMBER}$`)
// By length: two digits, three, four.
const AREAS = [/^11$/, /^[23]\d\d$/, /^[23]\d\d\d$/]

/** `11 15 2345 6789`, after any 0 and 9: the number without the 15, which fits behind one area code at most. */
function withoutFifteen(digits: string): string | undefined {
  if (digits.length !== 12) return undefined
  for (const [at, area] of AREAS.entries()) {
    const length = at + 2
    const fits = area.test(digits.slice(0, length)) && digits.startsWith('15', length)
    if (fits) return `${digits.slice(0, length)}${digits.slice(length + 2)}`
  }
  return undefined
}

/** `15 2345 6789`: only Buenos Aires has eight digits after the 15, so only there the area code is known. */
function withoutArea(digits: string): PhoneRefused | undefined {
  if (!/^15\d{6,8}$/.test(digits)) return undefined
  return refuse(
    'missing-area-code',
    'The area code is missing. Write +54 9, the area code, then the number without the 15.',
    digits.length === 10 ? [`54911${digits.slice(2)}`] : [],
  )
}

/** What was written after +54. */
export function argentinaRule(national: string): PhoneRefused | undefined {
  const digits = national.replace(/^0?9?0?(?=1|2|3)/, '')
  const mobile = withoutFifteen(digits)
  if (mobile !== undefined) {
    return refuse(
      'mobile-prefix',
      'Leave out the 15: after +54 a mobile number is written with a 9, the area code, then the number.',
      [`549${mobile}`],
    )
  }
  const alone = withoutArea(digits)
  if (alone !== undefined) return alone
  if (AFTER_ZERO.test(national)) {
    return refuse(
      'trunk-prefix',
      'Leave out the 0. Write +54 9 and the number for a mobile, or +54 and the number for a landline.',
      [`549${digits}`, `54${digits}`],
    )
  }
  return undefined
}

/**
 * What was written with Argentina as the default country. With the 15 it is a mobile, with a 0 and no 15 a landline.
 * With neither it is how people write their mobiles today and landlines always: the person has to say which.
 */
export function argentinaAtHome(digits: string): PhoneResult | undefined {
  const bare = digits.replace(/^0?9?(?=1|2|3)/, '')
  const mobile = withoutFifteen(bare)
  if (mobile !== undefined) return accept(`549${mobile}`, 'AR')
  const alone = withoutArea(bare)
  if (alone !== undefined) return alone
  if (!NUMBER.test(digits)) return undefined
  return refuse(
    'ambiguous',
    'Is this a mobile or a landline? Write +54 9 and the number for a mobile, or +54 and the number for a landline.',
    [`549${digits}`, `54${digits}`],
  )
}

import { BRAZIL_AREA } from './area-codes.ts'
import { formatByPlan } from './plan.ts'
import { readWritten } from './written.ts'

// Older spellings that the metadata prints in one block: Mexico's 521 (mexico.ts) and, from before the ninth digit,
// Brazil's mobile numbers.
const OLD_MEXICAN = /^521([2-9]\d{9})$/
const OLD_BRAZILIAN = new RegExp(`^55(${BRAZIL_AREA})([6-9]\\d{3})(\\d{4})$`)

function formatOldSpelling(digits: string): string | undefined {
  const mexican = OLD_MEXICAN.exec(digits)?.[1]
  if (mexican !== undefined) return formatByPlan(`52${mexican}`)?.replace(/^\+52 /, '+52 1 ')
  return OLD_BRAZILIAN.test(digits) ? digits.replace(OLD_BRAZILIAN, '+55 $1 $2 $3') : undefined
}

/**
 * `+1 202 555 0123`: in the groups of its country, for people to read. Takes E.164, with or without the plus. Digits
 * that no plan groups come back as `+` and digits, anything that is not a number as it came. Never throws.
 */
export function formatPhone(e164: string): string {
  const written = readWritten(e164)
  if ('ok' in written || !/^[1-9]\d{6,14}$/.test(written.digits)) return typeof e164 === 'string' ? e164 : ''
  const { digits } = written
  return formatOldSpelling(digits) ?? formatByPlan(digits) ?? `+${digits}`
}

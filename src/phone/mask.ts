import { callingCodeOf } from './calling-code-of.ts'
import { foldCharacters } from './characters.ts'

const DOT = '•'
const E164 = /^\+([1-9]\d{6,14})$/
const MASKED = /^(?:\+\d{1,3})?•{2,15}(?:\d{2})?$/
// Longer than any number: what follows is not read, so that a hostile string costs nothing.
const LONGEST_READ = 100

/** `+1••••••••23`: the calling code, one dot for each hidden digit, the last two. */
function maskInternational(digits: string): string {
  const code = callingCodeOf(digits)
  return `+${code}${DOT.repeat(digits.length - code.length - 2)}${digits.slice(-2)}`
}

/**
 * A number as it may appear in logs, pages and audit trails: `+1••••••••23`. Without a plus only the last two digits
 * are shown, since the first may be anything; under seven digits none is. A JID counts up to its `@` and device.
 * Masking twice changes nothing. Never throws. Imports no metadata: the logger calls it.
 */
export function maskPhone(e164: string): string {
  if (typeof e164 !== 'string') return DOT.repeat(3)
  const plain = E164.exec(e164)?.[1]
  if (plain !== undefined) return maskInternational(plain)
  if (MASKED.test(e164)) return e164

  const text = foldCharacters(e164.slice(0, LONGEST_READ))
  const user = text.includes('@') ? text.slice(0, text.indexOf('@')).replace(/:\d+$/, '') : text
  const digits = user.replace(/\D/g, '')
  if (digits.length < 7) return DOT.repeat(Math.max(3, digits.length))
  if (E164.test(`+${digits}`) && /^[^\d+]*\+/.test(user)) return maskInternational(digits)
  return `${DOT.repeat(Math.min(digits.length, 15) - 2)}${digits.slice(-2)}`
}

// Pure. The 8 characters that a person types (docs/protocol.md section 3).
import { LinkError } from '../errors.ts'

/** No 0, I, O, U: characters that are mistaken for others. */
export const CODE_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTVWXYZ'
export const CODE_LENGTH = 8
/** Random bytes that make one code. */
export const CODE_BYTES = 5

const BITS_PER_CHARACTER = 5

/** 5 bytes as eight 5-bit groups, most significant first. */
export function codeFromBytes(bytes: Uint8Array): string {
  let bits = 0n
  for (const byte of bytes.subarray(0, CODE_BYTES)) bits = (bits << 8n) | BigInt(byte)
  let code = ''
  for (let at = CODE_LENGTH - 1; at >= 0; at -= 1)
    code += CODE_ALPHABET.charAt(Number((bits >> BigInt(at * BITS_PER_CHARACTER)) & 31n))
  return code
}

/** As it is shown: `ABCD-EFGH`. The dash is for people and enters no computation. */
export function displayCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/**
 * A code as given by a person or a test: dash, spaces and case are ignored.
 * @throws LinkError invalid-code
 */
export function checkedCode(given: unknown): string {
  const code = typeof given === 'string' ? given.replace(/[\s-]/g, '').toUpperCase() : ''
  if (code.length !== CODE_LENGTH || ![...code].every((character) => CODE_ALPHABET.includes(character)))
    throw new LinkError('invalid-code', 'a pairing code has 8 characters of 1-9 and A-Z without I, O and U')
  return code
}

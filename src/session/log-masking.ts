// Pure. The last line of defence before something is printed or logged: what looks like a number, a code or a key is
// masked, whoever put it there.
import { maskPhone } from '../phone/mask.ts'

const CODE_CHARACTER = '[1-9A-HJ-NP-TV-Z]'
const CODE_WITH_DASH = new RegExp(`(?<![\\w-])${CODE_CHARACTER}{4}-${CODE_CHARACTER}{4}(?![\\w-])`, 'g')
const BARE_CODE = new RegExp(`(?<!\\w)${CODE_CHARACTER}{8}(?!\\w)`, 'g')
/** Base64, base64url and hex alike: 32 characters hold 16 bytes in hex, 24 in base64. */
const LONG_RUN = /[A-Za-z0-9+/_-]{32,}={0,2}/g
/** A plus, then digits with the separators that people write. */
const WRITTEN_NUMBER = /\+\d(?:[ ().-]{0,2}\d){6,14}(?!\d)/g
/** No telephone number is shorter, and no duration in ms or size in this program is longer. */
const LONG_DIGITS = /\d{7,}/g

/** Bytes as lists: `<Buffer 0a 1b …>` of Node's inspect, `10, 27, …`. Eight of them at least. */
const HEX_LIST = /(?<![0-9A-Za-z])(?:[0-9a-f]{2}[ ,:]\s?){7,}[0-9a-f]{2}(?![0-9A-Za-z])/gi
const DECIMAL_LIST = /(?<![\d.])(?:\d{1,3},\s*){7,}\d{1,3}(?![\d.])/g

/** For log lines, where nothing of the kind is wanted. */
export function maskSecrets(text: string): string {
  const withoutKeys = text
    .replace(LONG_RUN, (run) => (looksLikeKey(run) ? `[${run.length} characters]` : run))
    .replace(HEX_LIST, '[bytes]')
    .replace(DECIMAL_LIST, '[bytes]')
  return maskNumbers(withoutKeys.replace(CODE_WITH_DASH, '••••-••••')).replace(BARE_CODE, '••••••••')
}

/** For messages to people: telephone numbers only. */
export function maskNumbers(text: string): string {
  return text
    .replace(WRITTEN_NUMBER, (written) => maskPhone(`+${written.replace(/\D/g, '')}`))
    .replace(LONG_DIGITS, maskPhone)
}

/**
 * Paths and long names are left readable. 31 neighbours of random base64 change their class about 20 times, and fewer than
 * 8 times in 1 of 100,000 keys; a path changes it a few times.
 */
function looksLikeKey(run: string): boolean {
  if (/^[0-9a-f]+$/i.test(run)) return true
  const classes = [...run.replace(/[^A-Za-z0-9]/g, '')].map(classOf)
  return classes.filter((kind, at) => at > 0 && kind !== classes[at - 1]).length >= 8
}

function classOf(character: string): 'digit' | 'upper' | 'lower' {
  if (character <= '9') return 'digit'
  return character <= 'Z' ? 'upper' : 'lower'
}

import { foldCharacters } from './characters.ts'
import type { PhoneRefused } from './result.ts'
import { refuse } from './result.ts'

/** What stands on the paper, before any numbering plan is asked. */
export type Written =
  /** With a plus, or in a form that is international by itself: a JID, a wa.me link. */
  | {
      readonly form: 'international'
      readonly digits: string
      /** Of `+49 (0)170…`: the digits without the zero in brackets. */
      readonly withoutZero?: string
    }
  /** Without a plus: national, or international with the plus left out. */
  | { readonly form: 'local'; readonly digits: string }

const LONGEST_INPUT = 100

const ACCOUNT_JID = /^\+?(\d{5,20})(?:[:.]\d{1,3}){0,2}@(?:s\.whatsapp\.net|c\.us)$/i
const WA_ME = /^(?:https?:\/\/)?(?:www\.)?wa\.me\/\+?(\d{5,20})\/?(?:\?.*)?$/i
const SEND_LINK =
  /^(?:(?:https?:\/\/)?(?:www|api|web)\.whatsapp\.com\/send|whatsapp:\/\/send)\/?\?(?:.*&)?phone=(?:\+|%2B)?(\d{5,20})(?:&.*)?$/i
const ANY_LINK = /:\/\/|^(?:www\.)?wa\.me\/|whatsapp\.com/i
const SCHEME = /^(?:tel|whatsapp)\s*:\s*/i
const EXTENSION =
  /\d\s*(?:[x×#]|;?\s*ext(?:ension|ensión|n)?\.?|ramal|anexo|interno|int\.?|poste|доб\.?)[\s.:=]*\d{1,9}\s*$/iu
const PLAIN = /^[0-9+ ().\-/]*$/

/** The forms that name an account by themselves; undefined for everything else. */
function readAddress(text: string): Written | PhoneRefused | undefined {
  const digits = (ACCOUNT_JID.exec(text) ?? WA_ME.exec(text) ?? SEND_LINK.exec(text))?.[1]
  if (digits !== undefined) return { form: 'international', digits }
  if (text.includes('@')) {
    return refuse(
      'not-a-phone-number',
      'This is not the address of a phone number. ' +
        'Write the number itself, with + and the country code, or an address that ends in @s.whatsapp.net.',
    )
  }
  if (ANY_LINK.test(text)) {
    return refuse(
      'not-a-phone-number',
      'There is no phone number in this link. Write the number itself, with + and the country code.',
    )
  }
  return undefined
}

function readPluses(text: string, digits: string): Written | PhoneRefused {
  const first = text.indexOf('+')
  if (first === -1) return { form: 'local', digits }
  const leads = !/\d/.test(text.slice(0, first))
  if (leads && text.indexOf('+', first + 1) === -1) {
    const withoutZero = text.replace(/\(\s*0\s*\)/, '').replace(/\D/g, '')
    return withoutZero === digits ? { form: 'international', digits } : { form: 'international', digits, withoutZero }
  }
  const numbers = text.split('+').filter((part) => part.replace(/\D/g, '').length > 4)
  if (numbers.length > 1) return refuse('several-numbers', 'There is more than one number here. Write one of them.')
  return refuse('misplaced-plus', 'Write one + only, at the beginning, before the country code.', [digits])
}

export function readWritten(input: string): Written | PhoneRefused {
  if (typeof input !== 'string') return refuse('not-text', 'Give the number as text, with + and the country code.')
  if (input.length > LONGEST_INPUT) return refuse('input-too-long', 'This is too long. Write one phone number only.')

  const text = foldCharacters(input).trim()
  const address = readAddress(text)
  if (address !== undefined) return address

  const body = text.replace(SCHEME, '')
  if (EXTENSION.test(body)) {
    return refuse('extension', 'Leave out the extension: WhatsApp knows whole numbers only.')
  }
  if (/\p{L}/u.test(body)) {
    return refuse('letters', 'Write the number in digits only: no letters, and no words before or after it.')
  }
  if (!PLAIN.test(body)) {
    return refuse(
      'unexpected-character',
      'There is a character here that is no part of a phone number. Write digits, with + and the country code.',
    )
  }
  const digits = body.replace(/\D/g, '')
  if (digits === '') return refuse('empty', 'Write a phone number with + and the country code, as in +1 202 555 0123.')
  return readPluses(body, digits)
}

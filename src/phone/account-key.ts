import { ARGENTINA_NUMBER, BRAZIL_AREA } from './area-codes.ts'

/**
 * Spellings of one account. The limit of codes and the lock of a live code count accounts, not spellings
 * (see `createLimiter`).
 *
 * - Brazil: between 2012 and 2016 Anatel put a 9 before every mobile number. Accounts registered before kept the old
 *   JID (Baileys issue 1997, whatsmeow issue 874). Mobile numbers began with 6 to 9; landlines (2 to 5) got no ninth
 *   digit, and 9 2… to 9 5… are new mobiles with no short form, so neither folds. Eight digits with 70 and 77 to 79
 *   were Nextel radios, which kept eight; that network closed in March 2018, so no living account is lost by it.
 * - Mexico: 52 and 521 (mexico.ts).
 * - Argentina: 54 and 549 (argentina.ts): one ten-digit number is never both a landline and another one's mobile.
 */
interface Fold {
  readonly spelling: RegExp
  /** All spellings; the first is the key. */
  readonly spellings: (...groups: readonly string[]) => readonly string[]
}

const FOLDS: readonly Fold[] = [
  {
    spelling: new RegExp(`^55(${BRAZIL_AREA})9?([6-9]\\d{7})$`),
    spellings: (area = '', number = '') => [`55${area}9${number}`, `55${area}${number}`],
  },
  { spelling: /^521?([2-9]\d{9})$/, spellings: (number = '') => [`52${number}`, `521${number}`] },
  {
    spelling: new RegExp(`^549?(${ARGENTINA_NUMBER})$`),
    spellings: (number = '') => [`549${number}`, `54${number}`],
  },
]

function spellingsOf(digits: string): readonly string[] {
  for (const fold of FOLDS) {
    const match = fold.spelling.exec(digits)
    if (match !== null) return fold.spellings(...match.slice(1))
  }
  return [digits]
}

/** `digits`: international, without the plus. The answer is digits too, and its own key. */
export function accountKeyOf(digits: string): string {
  return spellingsOf(digits)[0] ?? digits
}

/**
 * The other spellings of an account, in E.164: what to try when a code was accepted but the phone never answered.
 * Empty for all numbers but Brazilian mobiles, Mexican and Argentine ones. `e164` may come with or without the plus.
 */
export function otherSpellings(e164: string): readonly string[] {
  const digits = e164.replace(/^\+/, '')
  return spellingsOf(digits)
    .filter((spelling) => spelling !== digits)
    .map((spelling) => `+${spelling}`)
}

// Pure. What a person does on the phone to link it, in WhatsApp's own menu words.
import { LinkError } from '../errors.ts'
import { checkedCode, displayCode } from '../linking/pairing-code.ts'
import { arabic } from './arabic.ts'
import { english } from './english.ts'
import { hindi } from './hindi.ts'
import { indonesian } from './indonesian.ts'
import { portuguese } from './portuguese.ts'
import { spanish } from './spanish.ts'
import type { Wording } from './wording.ts'

export type InstructionLanguage = 'en' | 'pt' | 'es' | 'ar' | 'id' | 'hi'
export type PhonePlatform = 'android' | 'ios'

export interface InstructionOptions {
  /** As a `code` event gives it; dash and case do not matter. */
  readonly code: string
  /** Left out: the steps name both. */
  readonly platform?: PhonePlatform | undefined
  /** Default `en`. All but English wait for a review by someone who speaks them. */
  readonly language?: InstructionLanguage | undefined
}

/** Every language, with the source of its menu words and whether it was reviewed. */
export const WORDINGS: Readonly<Record<InstructionLanguage, Wording>> = {
  en: english,
  pt: portuguese,
  es: spanish,
  ar: arabic,
  id: indonesian,
  hi: hindi,
}

/**
 * The steps on the phone, one sentence each, in order: five taps, then the notification as the other way, then a warning
 * against linking for strangers. Number them as you like; show them next to the code. The code is in the fifth as
 * `ABCD-EFGH` (in Arabic between U+2066 and U+2069, which keep it left-to-right).
 *
 * @throws LinkError `invalid-code`; `invalid-options` for a platform or language that is not one of the above
 */
export function instructions(options: InstructionOptions): readonly string[] {
  const wording = wordingOf(options.language ?? 'en')
  const code = displayCode(checkedCode(options.code))
  return [
    wording.openWhatsApp,
    wording.openLinkedDevices[platformOf(options.platform)](wording.menu),
    wording.tapLinkDevice(wording.menu),
    wording.tapLinkWithPhoneNumber(wording.menu),
    wording.typeCode(code),
    wording.orTapNotification,
    wording.stopIfUnknown,
  ]
}

function wordingOf(language: string): Wording {
  if (Object.hasOwn(WORDINGS, language)) return WORDINGS[language as InstructionLanguage]
  throw new LinkError('invalid-options', `language must be one of ${Object.keys(WORDINGS).join(', ')}`)
}

function platformOf(platform: PhonePlatform | undefined): PhonePlatform | 'either' {
  if (platform === undefined) return 'either'
  if (platform === 'android' || platform === 'ios') return platform
  throw new LinkError('invalid-options', 'platform must be android or ios; leave it out for both')
}

import type { InstructionLanguage } from '../../instructions/instructions.ts'
import { arabic } from './arabic.ts'
import { english } from './english.ts'
import { hindi } from './hindi.ts'
import { indonesian } from './indonesian.ts'
import { portuguese } from './portuguese.ts'
import { spanish } from './spanish.ts'
import type { Words } from './words.ts'

export const WORDS: Readonly<Record<InstructionLanguage, Words>> = {
  en: english,
  pt: portuguese,
  es: spanish,
  ar: arabic,
  id: indonesian,
  hi: hindi,
}

export const LANGUAGES = Object.keys(WORDS) as readonly InstructionLanguage[]

export function directionOf(language: InstructionLanguage): 'ltr' | 'rtl' {
  return language === 'ar' ? 'rtl' : 'ltr'
}

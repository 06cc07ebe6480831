// Pure. What is wrong with a number, in the few kinds that a person can mend.
import type { PhoneReason } from '../../phone/result.ts'
import type { NumberFault } from '../words/words.ts'

export const NUMBER_FAULTS: Readonly<Record<PhoneReason, NumberFault>> = {
  'not-text': 'empty',
  empty: 'empty',
  'input-too-long': 'digitsOnly',
  letters: 'digitsOnly',
  'unexpected-character': 'digitsOnly',
  extension: 'digitsOnly',
  'not-a-phone-number': 'digitsOnly',
  'several-numbers': 'one',
  'misplaced-plus': 'plusFirst',
  'unknown-country': 'countryCode',
  'missing-country-code': 'countryCode',
  'leading-zero': 'countryCode',
  'unknown-calling-code': 'unknownCode',
  ambiguous: 'which',
  'too-short': 'short',
  'too-long': 'long',
  'impossible-length': 'length',
  'trunk-prefix': 'trunkZero',
  'mobile-prefix': 'mobilePrefix',
  'missing-area-code': 'areaCode',
  'missing-zero': 'missingZero',
  'old-number': 'old',
}

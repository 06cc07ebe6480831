// The message into the account's own chat: what was linked, when, how to stop it. Plain text, in the page's language.

import type { InstructionLanguage } from '../instructions/instructions.ts'
import type { Wording } from '../instructions/wording.ts'
import { isolated, leftToRight } from './isolated.ts'
import { moment } from './time.ts'
import { WORDS } from './words/languages.ts'

export interface Note {
  readonly operator: { readonly name: string; readonly contact: string }
  readonly deviceName: string
  /** RFC 3339. */
  readonly linkedAt: string
  readonly language: InstructionLanguage
  readonly wording: Wording
}

export function noteText({ operator, deviceName, linkedAt, language, wording }: Note): string {
  const { note, stopPlace } = WORDS[language]
  const device = isolated(deviceName)
  return [
    note.linked(device, isolated(operator.name)),
    note.when(moment(linkedAt, language)),
    note.stop(stopPlace(wording.menu), device),
    note.contact(leftToRight(operator.contact)),
  ].join('\n')
}

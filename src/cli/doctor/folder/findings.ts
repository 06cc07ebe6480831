// Pure. All that can be said about a folder of Baileys.
import { error, type Finding, note } from '../finding.ts'
import { count, quoted } from '../words.ts'
import type { FolderFacts } from './facts.ts'
import { keyFindings } from './keys.ts'
import { loginFindings } from './login.ts'
import { surroundingFindings } from './surroundings.ts'

/** `now`: ms since the epoch. */
export function folderFindings(facts: FolderFacts, program: string, now: number): readonly Finding[] {
  if (facts.trouble !== undefined)
    return [
      error(
        'folder-unreadable',
        `${sentenceOf(facts.trouble)}.`,
        'Give the path of the folder that useMultiFileAuthState made: the one that holds creds.json.',
      ),
    ]
  const login = loginFindings(facts, program)
  const found = [...login, ...keyFindings(facts), ...surroundingFindings(facts, program, now)]
  return found.some(({ severity }) => severity === 'error') || login.every(({ code }) => code !== 'login')
    ? found
    : [...found, importable(facts, program)]
}

function importable({ folder, files }: FolderFacts, program: string): Finding {
  const left = files.filter(({ reason }) => reason !== undefined).length
  const aside = left === 0 ? '' : `, and leave ${count(left, 'file')} aside`
  return note(
    'importable',
    `An import would take the login with ${count(files.length - left, 'key')}${aside}: sealed, in one file.`,
    `${program} import ${quoted(folder)}`,
  )
}

function sentenceOf(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

// Pure. What an import did, and what to do with the folder now.
import type { ImportReport } from '../../store/contract.ts'
import { maskedFile } from '../../store/folder/broken.ts'
import { maskedNumberOf } from '../printing/masking.ts'
import type { Message } from '../printing/printer.ts'

export interface Imported {
  readonly session: string
  readonly folder: string
  readonly report: ImportReport
  readonly program: string
}

/** Files that are listed by name; of more only the number is told. */
const LISTED = 8

export function importMessage({ session, folder, report: { jid, keys, skipped } }: Imported): Message {
  return { type: 'imported', session, jid, keys, folder, skipped: skipped.map(masked) }
}

export function importText({ session, report: { jid, keys } }: Imported): string {
  return `Imported ${maskedNumberOf(jid)} as session ${session}, with ${keys.toLocaleString('en')} ${keys === 1 ? 'key' : 'keys'}.`
}

/** Undefined when every file found its place. */
export function skippedText({ report: { skipped } }: Imported): string | undefined {
  if (skipped.length === 0) return undefined
  const files = skipped.slice(0, LISTED).map(masked)
  const rest = skipped.length - files.length
  return [
    `${skipped.length === 1 ? '1 file was' : `${skipped.length} files were`} not taken over:`,
    ...files.map(({ file, reason }) => `- ${file}: ${reason}`),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
  ].join('\n')
}

export function afterImport({ session, folder, program }: Imported): string {
  return [
    '',
    'What to do now:',
    ' 1. Stop the bot that uses the folder, for good: two programs on one login throw each other out.',
    ` 2. Connect it from here:  ${program} connect ${session}`,
    ` 3. Once it was online, delete ${folder}: the login lies there in clear.`,
  ].join('\n')
}

/** File names hold telephone numbers. */
function masked({ file, reason }: ImportReport['skipped'][number]): { readonly file: string; readonly reason: string } {
  return { file: maskedFile(file), reason }
}

// Pure. Whether the keys of a folder are whole, and whether any are missing.
import type { AuthenticationCreds } from 'baileys'
import { isSigned } from '../../../store/credentials.ts'
import { maskedFile } from '../../../store/folder/broken.ts'
import { error, type Finding, note, ok, warning } from '../finding.ts'
import { count, quoted, some } from '../words.ts'
import type { FileFacts, FolderFacts } from './facts.ts'

export function keyFindings(facts: FolderFacts): readonly Finding[] {
  const keys = facts.files.filter(({ key, reason }) => key !== undefined && reason === undefined)
  const whole = keys.filter(({ defect }) => defect === undefined)
  return [
    ...brokenKeys(keys, facts.folder),
    ...(isLogin(facts.credentials.value) ? missingKeys(facts.credentials.value, whole) : []),
    ...(whole.length === 0 ? [] : [ok('keys', `${count(whole.length, 'key is', 'keys are')} whole: ${tally(whole)}.`)]),
  ]
}

function isLogin(value: unknown): value is AuthenticationCreds {
  return typeof value === 'object' && value !== null && isSigned(value as AuthenticationCreds)
}

const LOST = 'so some messages stay unreadable, and an import refuses the folder.'

function brokenKeys(keys: readonly FileFacts[], folder: string): readonly Finding[] {
  const empty = keys.filter(({ defect }) => defect === 'is empty')
  const broken = keys.filter(({ defect }) => defect !== undefined && defect !== 'is empty')
  const found: Finding[] = []
  if (empty.length > 0)
    found.push(
      error(
        'keys-empty',
        `${count(empty.length, 'key file is', 'key files are')} empty (${names(empty)}) since a write was cut off, ${LOST}`,
        `Stop the bot, then take them away: find ${quoted(folder)} -name '*.json' -size 0 -delete`,
      ),
    )
  if (broken.length > 0)
    found.push(
      error(
        'keys-broken',
        `${count(broken.length, 'key file')} cannot be read (${described(broken)}), ${LOST}`,
        'Stop the bot, then put them back from a backup or move them out of the folder.',
      ),
    )
  return found
}

function missingKeys(credentials: AuthenticationCreds, whole: readonly FileFacts[]): readonly Finding[] {
  const idsOf = (type: string): ReadonlySet<string> =>
    new Set(whole.flatMap(({ key }) => (key?.type === type ? [key.id] : [])))
  return [
    ...missingPreKeys(credentials, idsOf('pre-key')),
    ...missingStateKeys(credentials, idsOf('app-state-sync-key')),
  ]
}

function missingPreKeys(credentials: AuthenticationCreds, ids: ReadonlySet<string>): readonly Finding[] {
  const { nextPreKeyId, firstUnuploadedPreKeyId } = credentials
  if (ids.size === 0 && nextPreKeyId > 1)
    return [
      warning(
        'pre-keys-exhausted',
        'No pre-key is left in the folder: first messages of new contacts cannot be read.',
        'Connect the bot once: Baileys uploads fresh ones when WhatsApp has few.',
      ),
    ]
  const waiting = Array.from({ length: Math.min(10_000, nextPreKeyId - firstUnuploadedPreKeyId) }, (_, at) =>
    String(firstUnuploadedPreKeyId + at),
  )
  const missing = waiting.filter((id) => !ids.has(id))
  if (missing.length === 0) return []
  return [
    warning(
      'pre-keys-missing',
      `${count(missing.length, 'pre-key')} that creds.json counts as made and not uploaded ${missing.length === 1 ? 'is' : 'are'} not in the folder.`,
      'Was only a part of the folder copied? Copy all of it, while the bot is stopped.',
    ),
  ]
}

function missingStateKeys(credentials: AuthenticationCreds, ids: ReadonlySet<string>): readonly Finding[] {
  const { myAppStateKeyId } = credentials
  const partly = 'Was only a part of the folder copied? Copy all of it, while the bot is stopped.'
  if (myAppStateKeyId && !ids.has(myAppStateKeyId))
    return [
      warning(
        'app-state-key-missing',
        'The key that chats’ settings are synchronised with (app state) is missing: archiving, muting and the like will fail.',
        partly,
      ),
    ]
  if (ids.size > 0) return []
  return [
    note(
      'app-state-keys-missing',
      'There is no key for synchronising chats’ settings (app state) yet, as before the first login is finished.',
      'Connect the bot once, and let it run for a minute.',
    ),
  ]
}

function names(files: readonly FileFacts[]): string {
  return some(files.map(({ name }) => maskedFile(name)))
}

function described(files: readonly FileFacts[]): string {
  return some(files.map(({ name, defect }) => `${maskedFile(name)} ${defect}`))
}

/** `812 pre-key, 3 session`. */
function tally(files: readonly FileFacts[]): string {
  const counts = new Map<string, number>()
  for (const { key } of files) counts.set(key?.type ?? '', (counts.get(key?.type ?? '') ?? 0) + 1)
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  return some(
    sorted.map(([type, number]) => `${number.toLocaleString('en')} ${type}`),
    5,
  )
}

// Pure. Whether the login of a folder can be used: creds.json.
import type { AuthenticationCreds } from 'baileys'
import { isSigned } from '../../../store/credentials.ts'
import { checkedCredentials } from '../../../store/folder/check.ts'
import { maskedNumberOf } from '../../printing/masking.ts'
import { error, type Finding, note, ok, warning } from '../finding.ts'
import { quoted } from '../words.ts'
import type { FolderFacts } from './facts.ts'

/** What is read of credentials that may be anything. */
type Maybe = { readonly me?: { readonly id?: unknown; readonly lid?: unknown }; readonly registered?: unknown }

export function loginFindings(facts: FolderFacts, program: string): readonly Finding[] {
  const { credentials, files, folder } = facts
  const anew = `Log the device out on the phone, if it is listed there, and link anew: ${program} link`
  if (credentials.size === undefined) {
    if (files.length === 0)
      return [error('folder-empty', 'The folder is empty: there is no login in it.', `${program} link`)]
    return [
      error(
        'creds-missing',
        'There is no creds.json in the folder, so there is no login in it.',
        `Examine the folder that useMultiFileAuthState made: ${program} doctor <folder>`,
      ),
    ]
  }
  const lost = `Stop the bot, and put creds.json back from a backup. Without one: ${anew.charAt(0).toLowerCase()}${anew.slice(1)}`
  if (credentials.size === 0)
    return [
      error('creds-empty', 'creds.json is empty: a write was cut off, and the login that was in it is lost.', lost),
    ]
  if (credentials.defect !== undefined) return [error('creds-broken', `creds.json ${credentials.defect}.`, lost)]
  const value = credentials.value as Maybe | null
  if (typeof value !== 'object' || value === null)
    return [error('creds-broken', 'creds.json does not hold credentials.', lost)]
  const begin = `Delete the folder (rm -r ${quoted(folder)}) and link: ${program} link`
  if (!value.me?.id)
    return [warning('never-linked', 'No link was ever finished in this folder: creds.json names no account.', begin)]
  if (!isSigned(value as AuthenticationCreds))
    return [
      error(
        'half-linked',
        'creds.json names an account that never signed this device, so the next login ends in 401.',
        begin,
      ),
    ]
  const checked = checkedCredentials(value)
  if (!checked.ok) return [error('creds-damaged', `creds.json ${checked.defect.what}.`, lost)]
  return [
    ok('login', `creds.json holds a whole login of ${maskedNumberOf(checked.credentials.me?.id ?? '')}.`),
    ...registration(value, facts, program),
    ...hiddenIdentity(checked.credentials, facts, program),
  ]
}

/** Links by QR code leave it false, and the bots of many tutorials ask for a code whenever it is. */
function registration({ registered }: Maybe, { folder }: FolderFacts, program: string): readonly Finding[] {
  if (registered !== false) return []
  return [
    note(
      'not-registered',
      'creds.json says “registered: false” although the account is linked, as after a QR code: a bot that asks for a pairing code whenever it reads that would overwrite the login.',
      `Have the bot look at creds.account instead, or move the session here: ${program} import ${quoted(folder)}`,
    ),
  ]
}

/** Since 2025 messages are addressed to the hidden identity (LID); which one belongs to a number is told in two places. */
function hiddenIdentity({ me }: AuthenticationCreds, { files }: FolderFacts, program: string): readonly Finding[] {
  const [own, hidden] = [partsOf(me?.id), partsOf(me?.lid)]
  const connect = `Connect once, so that WhatsApp tells it again; if messages stay unreadable, link anew: ${program} link`
  if (hidden === undefined)
    return [
      note(
        'lid-missing',
        'creds.json does not know the hidden identity (LID) of the account, as in folders of older versions of Baileys.',
        'Nothing: the next login brings it.',
      ),
    ]
  if (own?.device !== hidden.device)
    return [
      warning(
        'lid-mismatch',
        'The number and the hidden identity (LID) in creds.json name different devices.',
        connect,
      ),
    ]
  const mapped = files.find(({ key }) => key?.type === 'lid-mapping' && key.id === own?.user)?.value
  if (typeof mapped !== 'string' || mapped === hidden.user) return []
  return [
    warning(
      'lid-mismatch',
      'The hidden identity (LID) in creds.json is not the one that the keys have for this number.',
      connect,
    ),
  ]
}

function partsOf(jid: string | undefined): { readonly user: string; readonly device: string } | undefined {
  const [, user, device = '0'] = /^(\d+)(?:_\d+)?(?::(\d+))?@/.exec(jid ?? '') ?? []
  return user === undefined ? undefined : { user, device }
}

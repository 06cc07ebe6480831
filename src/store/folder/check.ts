// Pure. Whether credentials from a folder are whole: signed by the account, and every key of the right length.
import type { AuthenticationCreds } from 'baileys'
import { isSigned } from '../credentials.ts'
import type { Defect } from './broken.ts'

const NEVER_LINKED = 'The link of this folder was never finished, so there is nothing to import. Link the session anew.'
export const CREDENTIALS_LOST =
  'Stop the bot that uses the folder and try again. If creds.json stays as it is, restore it from a backup, or remove ' +
  'the device on the phone and link the session anew.'

export type CheckedCredentials =
  | { readonly ok: true; readonly credentials: AuthenticationCreds }
  | { readonly ok: false; readonly defect: Defect }

export function checkedCredentials(value: unknown): CheckedCredentials {
  if (!isObject(value)) return damaged('does not hold credentials')
  if (at(value, 'me.id') === undefined || at(value, 'me.id') === '')
    return neverLinked('names no account: never linked')
  const credentials = value as unknown as AuthenticationCreds // the checks below prove it, member by member
  if (!isSigned(credentials)) return neverLinked('is half-linked: it names an account that has not signed this device')
  const wrong = firstDefect(value)
  return wrong === undefined ? { ok: true, credentials } : damaged(`is damaged: ${wrong}`)
}

/** Lengths in bytes. Public keys of accounts may lead with their type, 05. */
const KEYS: readonly (readonly [path: string, ...lengths: number[]])[] = [
  ...['noiseKey', 'signedIdentityKey', 'signedPreKey.keyPair'].flatMap((pair): [string, number][] => [
    [`${pair}.public`, 32],
    [`${pair}.private`, 32],
  ]),
  ['signedPreKey.signature', 64],
]

/** Folders from before pairing codes lack the first; Baileys needs neither once it is linked. */
const KEYS_IF_THERE: typeof KEYS = [
  ['pairingEphemeralKeyPair.public', 32],
  ['pairingEphemeralKeyPair.private', 32],
  ['advSecretKey', 32],
  ['account.accountSignatureKey', 32, 33],
]

/** Baileys' protobuf classes write these as base64 without a mark. */
const SIGNATURES: typeof KEYS = [
  ['account.accountSignature', 64],
  ['account.deviceSignature', 64],
]

const COUNTERS = ['registrationId', 'signedPreKey.keyId', 'nextPreKeyId', 'firstUnuploadedPreKeyId']

function firstDefect(value: Readonly<Record<string, unknown>>): string | undefined {
  const there = KEYS_IF_THERE.filter(([path]) => (at(value, path) ?? null) !== null)
  for (const [path, ...lengths] of [...KEYS, ...SIGNATURES, ...there]) {
    const found = lengthOf(at(value, path), path)
    if (!lengths.includes(found ?? -1)) return `${path} ${lengthDefect(found, lengths)}`
  }
  if (lengthOf(at(value, 'account.details'), 'account.details') === undefined) return 'account.details is missing'
  const counter = COUNTERS.find((path) => !isCounter(at(value, path)))
  if (counter !== undefined) return `${counter} is not a number`
  if (!/^\d+(?:_\d+)?(?::\d+)?@[a-z.]+$/.test(String(at(value, 'me.id')))) return 'me.id is not a JID'
  const { lid } = value['me'] as { readonly lid?: unknown }
  if (lid !== undefined && lid !== null && typeof lid !== 'string') return 'me.lid is not a JID'
  return undefined
}

function lengthDefect(found: number | undefined, lengths: readonly number[]): string {
  if (found === undefined) return 'is missing'
  return found === 0 ? 'is empty' : `has ${found} bytes instead of ${lengths.join(' or ')}`
}

const IN_TEXT: ReadonlySet<string> = new Set(['advSecretKey'])

function lengthOf(value: unknown, path: string): number | undefined {
  if (value instanceof Uint8Array) return value.length
  const mayBeText = path.startsWith('account.') || IN_TEXT.has(path)
  return mayBeText && typeof value === 'string' ? Buffer.from(value, 'base64').length : undefined
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value)
}

function isCounter(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

function damaged(what: string): CheckedCredentials {
  return { ok: false, defect: { what, advice: CREDENTIALS_LOST } }
}

function neverLinked(what: string): CheckedCredentials {
  return { ok: false, defect: { what, advice: NEVER_LINKED } }
}

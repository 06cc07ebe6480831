// All that the command line reads from the environment, checked in one place (contract, "Environment").
import { readFileSync } from 'node:fs'
import { LinkError } from '../errors.ts'
import { LOG_LEVELS, type LogLevel } from './printing/log.ts'

export type Variables = Readonly<Record<string, string | undefined>>

export interface Environment {
  /** The address for openStore(). */
  readonly store: string
  /** 32 bytes; undefined: the store has its own. */
  readonly key?: Uint8Array
  readonly previousKeys: readonly Uint8Array[]
  /** Undefined: WhatsApp. */
  readonly endpoint?: { readonly url: string; readonly rootKey: Uint8Array }
  readonly log: LogLevel
}

const DEFAULT_STORE = 'sqlite:./.paircode/sessions.db'

/**
 * @param readFile only for PAIRCODE_KEY_FILE
 * @throws LinkError `invalid-options`, which names the variable and never repeats its value
 */
export function readEnvironment(
  variables: Variables,
  readFile: (path: string) => Uint8Array = (path) => readFileSync(path),
): Environment {
  const key = readKey(variables, readFile)
  const endpoint = readEndpoint(variables)
  return {
    store: settingOf(variables, 'PAIRCODE_STORE') ?? DEFAULT_STORE,
    previousKeys: readPreviousKeys(variables),
    log: readLogLevel(variables),
    ...(key === undefined ? {} : { key }),
    ...(endpoint === undefined ? {} : { endpoint }),
  }
}

/** `FOO=` in a shell or a compose file means: not set. */
function settingOf(variables: Variables, name: string): string | undefined {
  const value = variables[name]?.trim()
  return value === '' ? undefined : value
}

function readKey(variables: Variables, readFile: (path: string) => Uint8Array): Uint8Array | undefined {
  const inline = settingOf(variables, 'PAIRCODE_KEY')
  const path = settingOf(variables, 'PAIRCODE_KEY_FILE')
  if (inline !== undefined && path !== undefined)
    throw wrong('PAIRCODE_KEY and PAIRCODE_KEY_FILE are both set', 'Unset one of the two.')
  if (inline !== undefined) return keyOf(inline, 'PAIRCODE_KEY')
  return path === undefined ? undefined : keyFromFile(path, readFile)
}

/** The file holds the base64 text, as PAIRCODE_KEY would, or the 32 bytes themselves. */
function keyFromFile(path: string, readFile: (path: string) => Uint8Array): Uint8Array {
  let content: Uint8Array
  try {
    content = readFile(path)
  } catch (cause) {
    throw wrong('the file that PAIRCODE_KEY_FILE names cannot be read', 'Check its path and its rights.', cause)
  }
  if (content.length === 32) return Uint8Array.from(content)
  return keyOf(Buffer.from(content).toString('utf8').trim(), 'the file that PAIRCODE_KEY_FILE names')
}

function readPreviousKeys(variables: Variables): readonly Uint8Array[] {
  const old = settingOf(variables, 'PAIRCODE_KEY_OLD')
  return old === undefined ? [] : old.split(',').map((key) => keyOf(key.trim(), 'PAIRCODE_KEY_OLD'))
}

function keyOf(text: string, name: string): Uint8Array {
  const key = fromBase64(text)
  if (key?.length === 32) return key
  throw wrong(`${name} must be 32 bytes in base64`, 'Make a fresh one with: openssl rand -base64 32')
}

function readEndpoint(variables: Variables): Environment['endpoint'] {
  const url = settingOf(variables, 'PAIRCODE_ENDPOINT')
  const rootKey = settingOf(variables, 'PAIRCODE_ROOT_KEY')
  if (url === undefined && rootKey === undefined) return undefined
  const both = 'Set both as `paircode emulator` prints them, or none of them for WhatsApp.'
  if (url === undefined) throw wrong('PAIRCODE_ROOT_KEY is set, but PAIRCODE_ENDPOINT is not', both)
  if (rootKey === undefined) throw wrong('PAIRCODE_ENDPOINT is set, but PAIRCODE_ROOT_KEY is not', both)
  const bytes = fromBase64(rootKey)
  if (bytes?.length !== 32) throw wrong('PAIRCODE_ROOT_KEY must be 32 bytes in base64', both)
  if (!URL.canParse(url)) throw wrong('PAIRCODE_ENDPOINT must be a ws:// or wss:// address', both)
  return { url, rootKey: bytes }
}

function readLogLevel(variables: Variables): LogLevel {
  const given = settingOf(variables, 'PAIRCODE_LOG')?.toLowerCase() ?? 'silent'
  const level = LOG_LEVELS.find((known) => known === given)
  if (level !== undefined) return level
  throw wrong(`PAIRCODE_LOG must be one of ${LOG_LEVELS.join(', ')}`, 'Correct it, or leave it out for no log.')
}

/** Buffer.from() takes anything and skips what it does not know: only what comes out again as it went in is base64. */
function fromBase64(text: string): Uint8Array | undefined {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  const bytes = Buffer.from(plain, 'base64')
  return bytes.toString('base64').replace(/=+$/, '') === plain ? Uint8Array.from(bytes) : undefined
}

function wrong(message: string, advice: string, cause?: unknown): LinkError {
  return new LinkError('invalid-options', message, cause === undefined ? { advice } : { advice, cause })
}

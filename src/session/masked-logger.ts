// What Baileys logs at trace level are whole stanzas, keys and numbers; what it logs in errors, whatever went wrong. So
// no logger is handed on as it is: everything passes through here first. Numbers are masked, codes and keys taken out,
// bytes told by their count alone.
import { type Logger, silentLogger } from '../lib/logger.ts'
import { maskSecrets } from './log-masking.ts'

const METHODS = ['trace', 'debug', 'info', 'warn', 'error'] as const
type Method = (typeof METHODS)[number]
const LEVELS: readonly string[] = [...METHODS, 'fatal', 'silent']

/** Deeper than anything that is logged on purpose. */
const MAX_DEPTH = 12
/** Short texts under such a name do not look like a secret, and are one. */
const SECRET_NAME = /secret|private|privkey|password|passphrase|token|pairing_?code|authorization/i

const masking = new WeakSet<Logger>()

/** The same logger, to which no secret gets. Its level is the given logger's. */
export function maskedLogger(logger: Logger): Logger {
  if (logger === silentLogger || masking.has(logger)) return logger
  const write =
    (method: Method) =>
    (first: unknown, message?: unknown): void => {
      if (isOff(logger.level, method)) return
      if (message === undefined) logger[method](maskedValue(first))
      else logger[method](maskedValue(first), String(maskedValue(message)))
    }
  const safe: Logger = {
    get level() {
      return logger.level
    },
    set level(level) {
      logger.level = level
    },
    child: (bindings) => maskedLogger(logger.child(maskedValue(bindings) as object)),
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
  masking.add(safe)
  return safe
}

/**
 * Saves the masking of what is not logged. A level with a name of its own counts as on. Warnings and errors are few: what
 * becomes of them is left to the logger.
 */
function isOff(level: string, method: Method): boolean {
  if (method === 'warn' || method === 'error' || !LEVELS.includes(level)) return false
  return LEVELS.indexOf(method) < LEVELS.indexOf(level)
}

/** A copy of plain objects, arrays and masked text: no getter, no `toJSON` and no class of anybody's is left in it. */
export function maskedValue(value: unknown, above: readonly object[] = []): unknown {
  if (typeof value === 'string') return maskSecrets(value)
  if (typeof value === 'number' || typeof value === 'bigint') return maskedNumber(value)
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
  if (typeof value !== 'object' || value === null) return value
  const length = byteLength(value)
  if (length !== undefined) return `[${length} bytes]`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : value.toISOString()
  if (above.includes(value)) return '[circular]'
  if (above.length >= MAX_DEPTH) return '[deeper]'
  const inside = [...above, value]
  if (Array.isArray(value)) return value.map((member) => maskedValue(member, inside))
  if (value instanceof Map) return maskedMembers([...value], inside)
  if (value instanceof Set) return [...value].map((member) => maskedValue(member, inside))
  if (value instanceof Error) return maskedMembers(partsOf(value), inside)
  return maskedMembers(Object.entries(value), inside)
}

function maskedMembers(members: readonly (readonly [unknown, unknown])[], inside: readonly object[]): object {
  return Object.fromEntries(
    members.map(([name, value]) => {
      const text = String(name)
      const isSecret = SECRET_NAME.test(text) && (typeof value === 'string' || typeof value === 'number')
      return [maskSecrets(text), isSecret ? '[redacted]' : maskedValue(value, inside)]
    }),
  )
}

/** `name`, `message`, `stack` and `cause` are not enumerable. `type` is what pino calls the class. */
function partsOf(error: Error): readonly (readonly [string, unknown])[] {
  const { name, message, stack, cause } = error
  const known: readonly (readonly [string, unknown])[] = [
    ['type', name],
    ['message', message],
    ['stack', stack],
    ...(cause === undefined ? [] : ([['cause', cause]] as const)),
  ]
  const names = known.map(([part]) => part)
  return [...known, ...Object.entries(error).filter(([part]) => !names.includes(part))]
}

function maskedNumber(value: number | bigint): unknown {
  const text = String(value)
  const hidden = maskSecrets(text)
  return hidden === text && typeof value === 'number' ? value : hidden
}

/** Bytes in every form that they have in a process, or have after JSON. */
function byteLength(value: object): number | undefined {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength
  if (Array.isArray(value)) return value.length >= 8 && value.every(isByte) ? value.length : undefined
  if (!('type' in value) || value.type !== 'Buffer' || !('data' in value)) return undefined
  return Array.isArray(value.data) || typeof value.data === 'string' ? value.data.length : undefined
}

function isByte(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255
}

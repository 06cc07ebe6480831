// What PAIRCODE_LOG asks for: pino lines on stderr. Masked here, in the logger, so that nobody has to remember it.
import type { Logger } from '../../lib/logger.ts'
import { maskSecrets } from '../../session/log-masking.ts'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Where finished lines go. */
export interface LineSink {
  write(line: string): unknown
}

/** A logger that masks telephone numbers, pairing codes, keys and bytes of any kind in all that it writes. */
export async function createLog(level: LogLevel, sink: LineSink): Promise<Logger> {
  const { pino } = await import('pino')
  // No process id and host name in each line; the time as text, since a number of that length is masked.
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  return pino(options, { write: (line: string) => sink.write(maskLogLine(line)) }) as Logger
}

/** One JSON line in, one JSON line out. A line that is not JSON is masked as text. */
export function maskLogLine(line: string): string {
  try {
    return `${JSON.stringify(masked(JSON.parse(line)))}\n`
  } catch {
    return maskSecrets(line)
  }
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskSecrets(value)
  if (typeof value === 'number') return maskedNumber(value)
  if (typeof value !== 'object' || value === null) return value
  const length = byteLength(value)
  if (length !== undefined) return `[${length} bytes]`
  if (Array.isArray(value)) return value.map(masked)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [maskSecrets(key), masked(inner)]))
}

function maskedNumber(value: number): number | string {
  const text = String(value)
  const hidden = maskSecrets(text)
  return hidden === text ? value : hidden
}

/** JSON knows no bytes: Buffers arrive as `{type, data}`, typed arrays as `{"0": …}`, arrays of bytes as they are. */
function byteLength(value: object): number | undefined {
  if (Array.isArray(value)) return value.length >= 8 && value.every(isByte) ? value.length : undefined
  if ('type' in value && value.type === 'Buffer' && 'data' in value) return lengthOfData(value.data)
  const keys = Object.keys(value)
  const isTypedArray =
    keys.length > 0 && keys.every((key, at) => key === String(at)) && Object.values(value).every(isByte)
  return isTypedArray ? keys.length : undefined
}

function lengthOfData(data: unknown): number {
  return Array.isArray(data) || typeof data === 'string' ? data.length : 0
}

function isByte(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255
}

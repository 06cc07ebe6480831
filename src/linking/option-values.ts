// Pure. Values that a caller gave, checked one by one.
import { LinkError } from '../errors.ts'

export function choice<Value extends string>(
  given: unknown,
  name: string,
  values: readonly Value[],
  fallback: Value,
): Value {
  if (given === undefined) return fallback
  const found = values.find((value) => value === given)
  if (found === undefined) throw invalid(`${name} must be one of ${values.join(', ')}`)
  return found
}

export function flag(given: unknown, name: string, fallback: boolean): boolean {
  if (given === undefined) return fallback
  if (typeof given !== 'boolean') throw invalid(`${name} must be true or false`)
  return given
}

export function wholeNumber(given: unknown, name: string, fallback: number, least: number, most: number): number {
  if (given === undefined) return fallback
  if (typeof given !== 'number' || !Number.isSafeInteger(given) || given < least || given > most)
    throw invalid(`${name} must be a whole number from ${least} to ${most}`)
  return given
}

/** An object (or function) that has these methods, or nothing. */
export function capable(given: unknown, name: string, methods: readonly string[]): void {
  if (given === undefined) return
  if (!isObject(given)) throw invalid(`${name} must be an object`)
  const missing = methods.find((method) => typeof given[method] !== 'function')
  if (missing !== undefined) throw invalid(`${name} has no ${missing}()`)
}

export function text(given: unknown, name: string): void {
  if (given !== undefined && typeof given !== 'string') throw invalid(`${name} must be text`)
}

function isObject(given: unknown): given is Record<string, unknown> {
  return (typeof given === 'object' && given !== null) || typeof given === 'function'
}

export function invalid(message: string, cause?: unknown): LinkError {
  return new LinkError('invalid-options', message, { advice: `Correct this: ${message}.`, cause })
}

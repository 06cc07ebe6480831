// Pure. What is said about an error, whoever threw it.
import { LinkError, PaircodeError } from '../errors.ts'
import { maskNumbers } from './masking.ts'

/** Not an error code of the library: something happened that nobody foresaw. */
export const UNEXPECTED = 'unexpected'

export interface DescribedError {
  readonly code: string
  readonly message: string
  readonly advice: string
  readonly status?: number
  readonly retryAfterMs?: number
}

export function describeError(thrown: unknown): DescribedError {
  if (!(thrown instanceof PaircodeError)) return unexpected(thrown)
  const { code, message, advice } = thrown
  return { code, message: maskNumbers(message), advice, ...(thrown instanceof LinkError ? numbersOf(thrown) : {}) }
}

function numbersOf({ status, retryAfterMs }: LinkError): Pick<DescribedError, 'status' | 'retryAfterMs'> {
  return {
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

function unexpected(thrown: unknown): DescribedError {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return {
    code: UNEXPECTED,
    message: maskNumbers(message === '' ? 'something failed without saying what' : message),
    advice: 'Try again. If it stays, run it with PAIRCODE_LOG=debug and report what it says.',
  }
}

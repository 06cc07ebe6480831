// Pure. What is said about an error, whoever threw it.
import { LinkError, PaircodeError } from '../../errors.ts'
import { maskNumbers } from '../../session/log-masking.ts'
import { ConnectionStopped } from '../session/connection-stopped.ts'
import { EXPLANATIONS, UNEXPECTED } from './explanations.ts'

export interface DescribedError {
  readonly code: string
  readonly message: string
  readonly advice: string
  readonly status?: number
  readonly retryAfterMs?: number
}

export function describeError(thrown: unknown): DescribedError {
  if (thrown instanceof ConnectionStopped) return stopped(thrown)
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

function stopped({ reason, until, advice }: ConnectionStopped): DescribedError {
  const { happened, todo } = EXPLANATIONS[reason]
  const message = until === undefined ? happened : `${happened} It lasts until ${until.toISOString()}.`
  return { code: reason, message, advice: advice ?? todo.join(' ') }
}

function unexpected(thrown: unknown): DescribedError {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return {
    code: UNEXPECTED,
    message: maskNumbers(message === '' ? 'something failed without saying what' : message),
    advice: 'Try again. If it stays, run it with PAIRCODE_LOG=debug and report what it says.',
  }
}

// Pure. What the shell learns (contract, "Command line": exit codes).
import { type ErrorCode, PaircodeError } from '../errors.ts'
import { ConnectionStopped } from './session/connection-stopped.ts'

/** 75 is `EX_TEMPFAIL` of sysexits.h: the same command can succeed later. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 75

export const DONE: ExitCode = 0
const OTHER: ExitCode = 1
export const WRONG_USAGE: ExitCode = 2
export const CANCELLED: ExitCode = 5

const OF_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  'invalid-phone': WRONG_USAGE,
  'invalid-code': WRONG_USAGE,
  'invalid-device': WRONG_USAGE,
  'invalid-session': WRONG_USAGE,
  'invalid-options': WRONG_USAGE,
  rejected: 3,
  forbidden: 3,
  'not-available': 3,
  'passkey-required': 3,
  'verification-failed': 3,
  'untrusted-server': 3,
  'outdated-version': 3,
  expired: 4,
  cancelled: CANCELLED,
  'rate-limited': 75,
  'code-outstanding': 75,
  'session-busy': 75,
  network: 75,
  'server-error': 75,
  'session-exists': OTHER,
  'store-error': OTHER,
  'wrong-key': OTHER,
  'newer-schema': OTHER,
  'not-a-store': OTHER,
  'not-linked': OTHER,
  'lease-lost': OTHER,
  'broken-folder': OTHER,
}

/** For whatever was thrown. What is not ours is 1; an end that is an error code too has the exit code of that error. */
export function exitCodeOf(thrown: unknown): ExitCode {
  const code = codeOf(thrown)
  return code !== undefined && Object.hasOwn(OF_ERROR, code) ? OF_ERROR[code as ErrorCode] : OTHER
}

function codeOf(thrown: unknown): string | undefined {
  if (thrown instanceof ConnectionStopped) return thrown.reason
  return thrown instanceof PaircodeError ? thrown.code : undefined
}

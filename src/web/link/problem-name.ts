// Pure. From an error's code to the words for people: few, since a person can do few things about it.
import type { PageProblem } from '../../server/pages.ts'
import type { ProblemName } from '../words/words.ts'

const NAMES: Readonly<Record<string, ProblemName>> = {
  rejected: 'rejected',
  forbidden: 'forbidden',
  'not-available': 'not-available',
  'passkey-required': 'passkey-required',
  'verification-failed': 'verification-failed',
  'untrusted-server': 'untrusted',
  'outdated-version': 'untrusted',
  expired: 'expired',
  cancelled: 'cancelled',
  network: 'network',
  'server-error': 'network',
  'timed-out': 'network',
  'session-busy': 'busy',
  'code-outstanding': 'busy',
  'session-exists': 'session-exists',
  'do-not-prompt': 'do-not-prompt',
  'invalid-phone': 'invalid-phone',
  'not-found': 'not-found',
  'not-allowed': 'not-allowed',
  'untrusted-origin': 'untrusted-origin',
  'unknown-host': 'untrusted-origin',
  'shutting-down': 'fault',
  'store-error': 'fault',
  'internal-error': 'fault',
}

/** Undefined: the code is for programs, and has no words of its own here. */
export function problemName({ code, reason, byServer }: PageProblem): ProblemName | undefined {
  if (code === 'cancelled' && byServer) return 'stopped'
  // WhatsApp's limit, and ours for the account, are about the number; the others about who asks.
  if (code === 'rate-limited') return reason === 'limit' ? 'too-often' : 'rate-limited'
  if (code === 'invitation-over') return OVER[reason ?? ''] ?? 'invitation-used'
  return Object.hasOwn(NAMES, code) ? NAMES[code] : undefined
}

const OVER: Readonly<Record<string, ProblemName>> = {
  expired: 'invitation-expired',
  used: 'invitation-used',
  elsewhere: 'invitation-elsewhere',
  revoked: 'invitation-revoked',
}

// What link() makes of its options before an attempt begins, for tests that begin one themselves.
import { resolveDevice } from '../../src/linking/device.ts'
import type { AttemptOptions } from '../../src/linking/link.ts'

/** The defaults of contract.md, as far as an attempt waits and asks. */
export const DEFAULTS = {
  notify: true,
  qr: false,
  refresh: 'auto',
  passkey: 'fail',
  maxCodes: 3,
  codeTtlMs: 180_000,
  timeoutMs: 600_000,
  connectTimeoutMs: 20_000,
} as const

/** Fixed, so that what is recorded with it stays the same; retries do not wait. */
export function checkedOptions(
  given: Partial<AttemptOptions['checked']> & Pick<AttemptOptions['checked'], 'session' | 'endpoint'>,
): AttemptOptions['checked'] {
  return {
    ...DEFAULTS,
    device: resolveDevice({ os: 'Windows' }, 'linux'),
    version: [2, 3000, 1043857760],
    country: 'US',
    fullHistory: true,
    retry: { attempts: 3, delayMs: 0, maxDelayMs: 0 },
    fixedCode: undefined,
    ...given,
  }
}

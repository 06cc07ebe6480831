import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../src/cli/exit-code.ts'
import { ConnectionStopped } from '../../src/cli/session/connection-stopped.ts'
import { ERROR_CODES, type ErrorCode, LinkError, PaircodeError, StoreError } from '../../src/errors.ts'

/** The table of the contract, read the other way round. */
const CONTRACT: Readonly<Record<number, readonly ErrorCode[]>> = {
  2: ['invalid-phone', 'invalid-code', 'invalid-device', 'invalid-session', 'invalid-options'],
  3: [
    'rejected',
    'forbidden',
    'not-available',
    'passkey-required',
    'verification-failed',
    'untrusted-server',
    'outdated-version',
  ],
  4: ['expired'],
  5: ['cancelled'],
  75: ['rate-limited', 'code-outstanding', 'session-busy', 'network', 'server-error'],
}

describe('the exit code', () => {
  it.each(Object.entries(CONTRACT).flatMap(([exit, codes]) => codes.map((code) => [code, Number(exit)] as const)))(
    'of %s is %i',
    (code, exit) => {
      expect(exitCodeOf(new PaircodeError(code, 'what happened'))).toBe(exit)
    },
  )

  it('of every other error code is 1', () => {
    const named = Object.values(CONTRACT).flat()
    const others = ERROR_CODES.filter((code) => !named.includes(code))
    expect(others.length).toBeGreaterThan(5)
    expect(others.map((code) => exitCodeOf(new PaircodeError(code, 'what happened')))).toEqual(others.map(() => 1))
  })

  it('of what is not ours is 1', () => {
    for (const thrown of [new Error('no'), 'text', undefined, null, { code: 'expired' }])
      expect(exitCodeOf(thrown)).toBe(1)
  })

  it('is that of the class derived from', () => {
    expect(exitCodeOf(new LinkError('expired', 'late'))).toBe(4)
    expect(exitCodeOf(new StoreError('wrong-key', 'key'))).toBe(1)
  })

  it.each([
    ['session-busy', 75],
    ['forbidden', 3],
    ['outdated-version', 3],
    ['logged-out', 1],
    ['temporary-ban', 1],
    ['replaced', 1],
    ['not-linked', 1],
  ] as const)('of a connection that stopped with %s is %i', (reason, exit) => {
    expect(exitCodeOf(new ConnectionStopped(reason))).toBe(exit)
  })
})

// Every row of the tables of docs/protocol.md section 10, as a linked session sees it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reconnectDelayMs, verdictOn } from '../../src/session/policy.ts'

describe('a failure instead of success', () => {
  test.each([
    [400, { kind: 'stop', reason: 'refused', forget: false }],
    [401, { kind: 'stop', reason: 'logged-out', forget: true }],
    [403, { kind: 'stop', reason: 'forbidden', forget: true }],
    [405, { kind: 'stop', reason: 'outdated-version', forget: false }],
    [406, { kind: 'stop', reason: 'forbidden', forget: true }],
    [409, { kind: 'stop', reason: 'refused', forget: false }],
    [413, { kind: 'stop', reason: 'refused', forget: false }],
    [414, { kind: 'stop', reason: 'refused', forget: false }],
    [415, { kind: 'stop', reason: 'refused', forget: false }],
    [418, { kind: 'stop', reason: 'refused', forget: false }],
    [501, { kind: 'stop', reason: 'refused', forget: false }],
    [999, { kind: 'stop', reason: 'refused', forget: false }],
    [undefined, { kind: 'stop', reason: 'refused', forget: false }],
  ])('reason %s', (reason, verdict) => {
    expect(verdictOn({ kind: 'failure', ...(reason === undefined ? {} : { reason }) }, true)).toEqual(verdict)
  })

  test.each([500, 503])('reason %i waits and tries again', (reason) => {
    expect(verdictOn({ kind: 'failure', reason }, true)).toMatchObject({ kind: 'wait', slow: false })
  })

  test('a ban keeps the credentials and says how long it lasts', () => {
    const verdict = verdictOn({ kind: 'failure', reason: 402, code: 101, expireS: 3_600 }, true)
    expect(verdict).toEqual({ kind: 'stop', reason: 'temporary-ban', forget: false, forMs: 3_600_000 })
  })

  test('without any login before, 401 means that the link never reached the phone', () => {
    expect(verdictOn({ kind: 'failure', reason: 401 }, false)).toMatchObject({
      reason: 'never-confirmed',
      forget: true,
    })
  })
})

describe('a stream error', () => {
  test('515 restarts at once', () => {
    expect(verdictOn({ kind: 'stream-error', code: 515 }, true)).toEqual({ kind: 'restart' })
  })

  test.each([516, 401])('%i is final', (code) => {
    expect(verdictOn({ kind: 'stream-error', code }, true)).toMatchObject({ reason: 'logged-out', forget: true })
  })

  test('429 waits long', () => {
    expect(verdictOn({ kind: 'stream-error', code: 429 }, true)).toMatchObject({ kind: 'wait', slow: true })
  })

  test('a session that was opened elsewhere is not fought over', () => {
    expect(verdictOn({ kind: 'replaced' }, true)).toEqual({ kind: 'stop', reason: 'replaced', forget: false })
    // Baileys' own number for it, should it ever come as one: a fight would go on for ever.
    expect(verdictOn({ kind: 'stream-error', code: 440 }, true)).toMatchObject({ reason: 'replaced', forget: false })
  })

  test('a removed device is unlinked, with or without a code', () => {
    expect(verdictOn({ kind: 'removed' }, true)).toMatchObject({ reason: 'logged-out', forget: true })
  })

  test.each([503, 500, undefined])('%s reconnects', (code) => {
    expect(verdictOn({ kind: 'stream-error', ...(code === undefined ? {} : { code }) }, true)).toMatchObject({
      kind: 'wait',
    })
  })
})

test('a bare close and a silent line reconnect', () => {
  expect(verdictOn({ kind: 'closed' }, true)).toMatchObject({ kind: 'wait' })
  expect(verdictOn({ kind: 'silent' }, true)).toMatchObject({ kind: 'wait' })
})

test('the delay grows with the failures, stays under its cap, and jitters over the whole range', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const delay = reconnectDelayMs(failures, false, random)
      expect(delay).toBeGreaterThanOrEqual(0)
      expect(delay).toBeLessThanOrEqual(Math.min(60_000, 1_000 * 2 ** Math.min(failures - 1, 20)))
      expect(reconnectDelayMs(failures, true, random)).toBeGreaterThanOrEqual(15_000)
      expect(reconnectDelayMs(failures, true, random)).toBeLessThanOrEqual(600_000)
    }),
  )
  expect(reconnectDelayMs(1, false, 0)).toBe(0)
  expect(reconnectDelayMs(1, false, 1)).toBe(1_000)
})

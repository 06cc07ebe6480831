import { describe, expect, it } from 'vitest'
import { describeError } from '../../../src/cli/printing/described-error.ts'
import { errorLines } from '../../../src/cli/printing/error-lines.ts'
import { ConnectionStopped } from '../../../src/cli/session/connection-stopped.ts'
import { adviceFor, LinkError, StoreError } from '../../../src/errors.ts'

describe('an error, described', () => {
  it('has its code, its message and its advice', () => {
    expect(describeError(new StoreError('wrong-key', 'the key is wrong'))).toEqual({
      code: 'wrong-key',
      message: 'the key is wrong',
      advice: adviceFor('wrong-key'),
    })
  })

  it('has WhatsApp’s number and the wait where there are any', () => {
    const error = new LinkError('rate-limited', 'too often', { status: 429, retryAfterMs: 60_000, advice: 'Wait.' })
    expect(describeError(error)).toEqual({
      code: 'rate-limited',
      message: 'too often',
      advice: 'Wait.',
      status: 429,
      retryAfterMs: 60_000,
    })
  })

  it('masks a number that somebody put into the message', () => {
    expect(describeError(new Error('no route to +12025550123')).message).toBe('no route to +1••••••••23')
    expect(describeError(new LinkError('network', 'lost 12025550123')).message).not.toContain('12025550123')
  })

  it('is a fault of ours when nobody foresaw it', () => {
    for (const thrown of [
      new TypeError('x is not a function'),
      'text',
      undefined,
      Object.assign(new Error('x'), { message: '' }),
    ]) {
      const { code, message, advice } = describeError(thrown)
      expect(code).toBe('unexpected')
      expect(message).not.toBe('')
      expect(advice).toContain('PAIRCODE_LOG')
    }
  })

  it('is the end of a connection, with the end of a ban', () => {
    const until = new Date(Date.UTC(2026, 0, 2))
    const { code, message, advice } = describeError(new ConnectionStopped('temporary-ban', { until }))
    expect(code).toBe('temporary-ban')
    expect(message).toContain('2026-01-02T00:00:00.000Z')
    expect(advice).toMatch(/wait/i)
  })
})

describe('an error, printed', () => {
  const error = describeError(new LinkError('forbidden', 'WhatsApp does not allow this link (403)', { status: 403 }))

  it('is one sentence on what happened, the advice, and last the line to type', () => {
    const { happened, advice, explain } = errorLines(error, 'paircode', 100)
    expect(happened).toEqual(['✗ WhatsApp does not allow this link (403).'])
    expect(advice.join(' ')).toContain('Open WhatsApp on the phone')
    expect(explain).toBe('  paircode explain forbidden')
  })

  it('says how long to wait', () => {
    const { advice } = errorLines({ ...error, retryAfterMs: 61_000 }, 'paircode', 100)
    expect(advice.join(' ')).toContain('in 61 seconds')
  })

  it('does not say the same twice', () => {
    const cancelled = describeError(new LinkError('cancelled', 'the link was cancelled'))
    expect(errorLines(cancelled, 'paircode', 100).advice).toEqual(['  Start again when you are ready.'])
    const fault = describeError(new LinkError('server-error', 'WhatsApp had a fault of its own (500)'))
    expect(errorLines(fault, 'paircode', 100).advice).toEqual(['  Try again in a few minutes.'])
  })

  it('fits narrow terminals, but for the line to type', () => {
    const { happened, advice } = errorLines(error, 'paircode', 40)
    for (const line of [...happened, ...advice]) expect(line.length).toBeLessThanOrEqual(40)
  })
})

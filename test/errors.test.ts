import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  adviceFor,
  ERROR_CODES,
  type ErrorCode,
  LinkError,
  type LinkErrorCode,
  PaircodeError,
  StoreError,
  type StoreErrorCode,
} from '../src/errors.ts'

/** The codes of the public contract. */
const LINK_CODES: readonly LinkErrorCode[] = [
  'invalid-phone',
  'invalid-code',
  'invalid-device',
  'invalid-session',
  'invalid-options',
  'session-exists',
  'session-busy',
  'code-outstanding',
  'rate-limited',
  'rejected',
  'forbidden',
  'not-available',
  'passkey-required',
  'verification-failed',
  'untrusted-server',
  'outdated-version',
  'expired',
  'cancelled',
  'network',
  'server-error',
  'store-error',
]
const STORE_CODES: readonly StoreErrorCode[] = [
  'store-error',
  'wrong-key',
  'newer-schema',
  'not-a-store',
  'not-linked',
  'lease-lost',
  'broken-folder',
]
const CODES: readonly ErrorCode[] = [...new Set<ErrorCode>([...LINK_CODES, ...STORE_CODES])]

describe('the codes', () => {
  it('are those of the public contract, each with advice', () => {
    expect([...ERROR_CODES].sort()).toEqual([...CODES].sort())
  })

  it.each(['', 'unknown', 'toString', 'constructor', '__proto__', 'NETWORK'])('%j is none of them', (code) => {
    expect(adviceFor(code)).toBeUndefined()
  })
})

describe.each(CODES)('the advice for %s', (code) => {
  const advice = adviceFor(code) ?? ''

  it('is whole sentences: a capital first, a full stop last', () => {
    expect(advice).toMatch(/^[A-Z].*\.$/)
    expect(advice).toBe(advice.trim())
    expect(advice).not.toMatch(/ {2}|\n|\.\.|[{}<>]|undefined|TODO/)
  })

  it('is short enough to be read', () => {
    expect(advice.length).toBeGreaterThan(20)
    expect(advice.length).toBeLessThan(200)
  })

  it('holds no number that could be a telephone’s, but for the example of invalid-phone', () => {
    const withoutExample = code === 'invalid-phone' ? advice.replace('+44 20 7946 0123', '') : advice
    expect(withoutExample.replaceAll(/[ ().-]/g, '')).not.toMatch(/\d{7}/)
  })

  it('is what an error of this code says', () => {
    expect(new PaircodeError(code, 'what happened').advice).toBe(advice)
  })
})

describe('the advice that tells what to do', () => {
  it.each<[ErrorCode, RegExp]>([
    ['not-available', /QR/],
    ['untrusted-server', /proxy|network/],
    ['outdated-version', /Update/],
    ['session-exists', /replace/],
    ['code-outstanding', /3 minutes/],
    ['rejected', /number.*asked too often|asked too often.*number/],
  ])('for %s', (code, expected) => {
    expect(adviceFor(code)).toMatch(expected)
  })
})

describe('an error', () => {
  const cause = new Error('underneath')
  const errors: readonly [PaircodeError, string][] = [
    [new PaircodeError('network', 'it failed', { cause }), 'PaircodeError'],
    [new LinkError('network', 'it failed', { cause }), 'LinkError'],
    [new StoreError('store-error', 'it failed', { cause }), 'StoreError'],
  ]

  it.each(errors)('is an Error and a PaircodeError with its name, message and cause: %s', (error, name) => {
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(PaircodeError)
    expect(error.name).toBe(name)
    expect(error.message).toBe('it failed')
    expect(String(error)).toBe(`${name}: it failed`)
    expect(error.cause).toBe(cause)
    expect(error.stack).toContain('errors.test.ts')
  })

  it('is of its own class and not of the other', () => {
    expect(new LinkError('network', 'x')).not.toBeInstanceOf(StoreError)
    expect(new StoreError('wrong-key', 'x')).not.toBeInstanceOf(LinkError)
    expect(new LinkError('network', 'x')).toBeInstanceOf(LinkError)
    expect(new StoreError('wrong-key', 'x')).toBeInstanceOf(StoreError)
  })

  it('has no cause when it was given none', () => {
    expect('cause' in new LinkError('network', 'x')).toBe(false)
    expect('cause' in new LinkError('network', 'x', { cause: undefined })).toBe(false)
  })

  it('may have a falsy cause', () => {
    expect(new LinkError('network', 'x', { cause: '' }).cause).toBe('')
    expect(new LinkError('network', 'x', { cause: null }).cause).toBeNull()
  })

  it('may say more than its code does', () => {
    const error = new LinkError('untrusted-server', 'x', { advice: 'Set the clock.' })
    expect(error.advice).toBe('Set the clock.')
    expect(error.code).toBe('untrusted-server')
  })
})

describe('a LinkError', () => {
  it('has WhatsApp’s number, the failed check and the wait where there are some', () => {
    const error = new LinkError('rate-limited', 'x', { status: 429, retryAfterMs: 60_000 })
    expect(error).toMatchObject({ code: 'rate-limited', status: 429, retryAfterMs: 60_000 })
    expect(new LinkError('untrusted-server', 'x', { reason: 'dates' }).reason).toBe('dates')
    expect(new LinkError('rate-limited', 'x', { status: 0, retryAfterMs: 0 })).toMatchObject({
      status: 0,
      retryAfterMs: 0,
    })
  })

  it('does not have what it was not given', () => {
    const names = Object.keys(new LinkError('network', 'x'))
    for (const name of ['status', 'reason', 'retryAfterMs']) expect(names).not.toContain(name)
  })

  it.each<LinkErrorCode>(['network', 'server-error', 'session-busy', 'code-outstanding', 'rate-limited', 'expired'])(
    '%s can succeed later without a change',
    (code) => {
      expect(new LinkError(code, 'x').retryable).toBe(true)
    },
  )

  it.each<LinkErrorCode>([
    'invalid-phone',
    'invalid-code',
    'invalid-device',
    'invalid-session',
    'invalid-options',
    'session-exists',
    'forbidden',
    'not-available',
    'untrusted-server',
    'outdated-version',
    'verification-failed',
  ])('%s cannot', (code) => {
    expect(new LinkError(code, 'x').retryable).toBe(false)
  })

  it('can be said to be the other way', () => {
    expect(new LinkError('rejected', 'x', { retryable: true }).retryable).toBe(true)
    expect(new LinkError('network', 'x', { retryable: false }).retryable).toBe(false)
  })
})

describe('an error that is written down', () => {
  const secret = 'ABCDEFGH-and-a-key-0123456789abcdef'
  const cause = Object.assign(new Error('low-level'), { creds: { noiseKey: secret } })
  const error = new LinkError('rejected', 'WhatsApp refused the code', { cause, status: 400, retryAfterMs: 5_000 })

  it('as JSON tells code and advice, and nothing of its cause', () => {
    const written = JSON.parse(JSON.stringify(error)) as Record<string, unknown>
    expect(written).toMatchObject({ code: 'rejected', advice: error.advice, status: 400, retryAfterMs: 5_000 })
    expect(Object.keys(written).sort()).toEqual(['advice', 'code', 'name', 'retryAfterMs', 'retryable', 'status'])
    expect(JSON.stringify(error)).not.toContain(secret)
    expect(JSON.stringify({ failed: [error] })).not.toContain(secret)
  })

  it('for people tells its name, message and code', () => {
    const printed = inspect(error)
    expect(printed).toContain('LinkError: WhatsApp refused the code')
    expect(printed).toContain("code: 'rejected'")
  })

  it('has no member for a code, a key or a number', () => {
    const source = readFileSync(new URL('../src/errors.ts', import.meta.url), 'utf8')
    const members = [...source.matchAll(/^ {2}(?:declare )?readonly (\w+)\??:/gm)].map(([, name]) => name)
    expect(new Set(members)).toEqual(
      new Set(['code', 'advice', 'cause', 'status', 'reason', 'retryable', 'retryAfterMs']),
    )
  })
})

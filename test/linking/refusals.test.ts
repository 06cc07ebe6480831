import { describe, expect, it } from 'vitest'
import { LinkError } from '../../src/errors.ts'
import { readHelloAnswer } from '../../src/linking/companion-hello.ts'
import { answersIq, type IqError, readIqAnswer } from '../../src/linking/iq.ts'
import { errorOfEnd, refusalOfFinish, refusalOfHello } from '../../src/linking/refusals.ts'
import type { ConnectionEnd } from '../../src/wire/ends.ts'
import { node } from '../../src/wire/nodes.ts'
import { helloAccepted, iqError, iqResult } from './server-stanzas.ts'

const error = (parts: { code?: number; text?: string; backoff?: number } = {}): IqError => {
  const answer = readIqAnswer(iqError('1', parts))
  if (answer.kind !== 'error') throw new Error('it is a result')
  return answer.error
}

describe('a refused code request', () => {
  const rows = [
    { code: 400, text: 'bad-request', becomes: 'rejected', retryable: true },
    { code: 403, text: 'forbidden', becomes: 'forbidden', retryable: false },
    { code: 429, text: 'rate-overlimit', becomes: 'rate-limited', retryable: true },
    { code: 452, text: 'feature-not-available', becomes: 'not-available', retryable: false },
    { code: 500, text: 'internal-server-error', becomes: 'server-error', retryable: true },
  ]

  it.each(rows)('with $code $text is $becomes', ({ code, text, becomes, retryable }) => {
    expect(refusalOfHello(error({ code, text }))).toMatchObject({ code: becomes, status: code, retryable })
  })

  it.each(rows)('with $code and no text goes by the code', ({ code, becomes }) => {
    expect(refusalOfHello(error({ code }))).toMatchObject({ code: becomes, status: code })
  })

  it.each(rows)('with $code and a text that contradicts it is unknown: rejected, the number kept', ({ code, text }) => {
    const others = rows.map((row) => row.text).filter((other) => other !== text)
    for (const other of [...others, '', 'something-else', text.toUpperCase()])
      expect(refusalOfHello(error({ code, text: other }))).toMatchObject({
        code: 'rejected',
        status: code,
        retryable: false,
      })
  })

  it.each([401, 404, 405, 406, 408, 451, 501, 503, 0, 999_999_999])(
    'with the unknown number %i is rejected, the number kept',
    (code) => {
      expect(refusalOfHello(error({ code, text: 'bad-request' }))).toMatchObject({
        code: 'rejected',
        status: code,
        retryable: false,
      })
    },
  )

  it('without a number, or with one that is none, is rejected', () => {
    const unnumbered = refusalOfHello(error())
    expect(unnumbered).toMatchObject({ code: 'rejected', retryable: false })
    expect(unnumbered.status).toBeUndefined()
    const answer = readIqAnswer(node('iq', { type: 'error' }, [node('error', { code: '4e2', text: 'forbidden' })]))
    expect(refusalOfHello(answer.kind === 'error' ? answer.error : error({ code: 1 })).status).toBeUndefined()
  })

  it('with 400 says both things that it can mean', () => {
    const { message, advice } = refusalOfHello(error({ code: 400 }))
    expect(`${message} ${advice}`).toMatch(/too often/)
    expect(`${message} ${advice}`).toMatch(/number/)
  })

  it('with 452 offers the QR code', () => {
    expect(refusalOfHello(error({ code: 452 })).advice).toMatch(/QR/)
  })

  it.each([400, 429, 500])('with %i and a backoff in seconds names it as the least wait', (code) => {
    expect(refusalOfHello(error({ code, backoff: 90 })).retryAfterMs).toBe(90_000)
    expect(refusalOfHello(error({ code })).retryAfterMs).toBeUndefined()
  })

  it('ignores a backoff that is no number', () => {
    const stanza = node('iq', { type: 'error' }, [node('error', { code: '429', backoff: 'soon' })])
    const answer = readIqAnswer(stanza)
    expect(refusalOfHello(answer.kind === 'error' ? answer.error : error({ backoff: 1 })).retryAfterMs).toBeUndefined()
  })

  it('always has advice and never a telephone number', () => {
    for (const code of [400, 403, 429, 452, 500, 777]) {
      const refusal = refusalOfHello(error({ code }))
      expect(refusal).toBeInstanceOf(LinkError)
      expect(refusal.advice.length).toBeGreaterThan(20)
      expect(`${refusal.message}${refusal.advice}`).not.toMatch(/\d{5}/)
    }
  })
})

describe('a refused companion_finish', () => {
  it.each([
    [400, 'rejected'],
    [500, 'server-error'],
    [403, 'rejected'],
    [429, 'rate-limited'],
    [777, 'rejected'],
  ])('with %i is %s', (code, becomes) => {
    expect(refusalOfFinish(error({ code }))).toMatchObject({ code: becomes, status: code })
  })

  it('without a number is rejected', () => {
    expect(refusalOfFinish(error())).toMatchObject({ code: 'rejected' })
    expect(refusalOfFinish(error()).status).toBeUndefined()
  })
})

describe('the end of a connection that had no account', () => {
  const failures = [
    { reason: 400, becomes: 'rejected' },
    { reason: 401, becomes: 'rejected' },
    { reason: 402, becomes: 'forbidden' },
    { reason: 403, becomes: 'forbidden' },
    { reason: 405, becomes: 'outdated-version' },
    { reason: 406, becomes: 'forbidden' },
    { reason: 409, becomes: 'rejected' },
    { reason: 413, becomes: 'rejected' },
    { reason: 414, becomes: 'rejected' },
    { reason: 415, becomes: 'rejected' },
    { reason: 418, becomes: 'rejected' },
    { reason: 501, becomes: 'rejected' },
    { reason: 999, becomes: 'rejected' },
  ]

  it.each(failures)(
    'by <failure reason="$reason"> is $becomes, which the attempt does not try again',
    ({ reason, becomes }) => {
      const ended = errorOfEnd({ kind: 'failure', reason })
      expect(ended).toMatchObject({ code: becomes, status: reason })
      expect(ended.code === 'rejected' ? ended.retryable : false).toBe(false)
    },
  )

  it.each([500, 503])('by <failure reason="%i"> is server-error, to be tried again', (reason) => {
    expect(errorOfEnd({ kind: 'failure', reason })).toMatchObject({
      code: 'server-error',
      status: reason,
      retryable: true,
    })
  })

  it('by <failure> without a reason is rejected', () => {
    expect(errorOfEnd({ kind: 'failure' })).toMatchObject({ code: 'rejected', retryable: false })
  })

  it('by a temporary ban says how long to wait', () => {
    expect(errorOfEnd({ kind: 'failure', reason: 402, code: 101, expireS: 3600 })).toMatchObject({
      retryAfterMs: 3_600_000,
    })
  })

  const lost: readonly ConnectionEnd[] = [
    { kind: 'closed' },
    { kind: 'closed', cause: new Error('reset') },
    { kind: 'silent' },
    { kind: 'replaced' },
    { kind: 'removed' },
    { kind: 'stream-error' },
    { kind: 'stream-error', code: 515 },
    { kind: 'stream-error', code: 503 },
    { kind: 'stream-error', code: 500 },
    { kind: 'stream-error', code: 516 },
    { kind: 'stream-error', child: 'ack' },
    { kind: 'stream-error', child: 'xml-not-well-formed' },
  ]

  it.each(lost)('by %o is network, to be tried again', (end) => {
    expect(errorOfEnd(end)).toMatchObject({ code: 'network', retryable: true })
  })

  it('because what came cannot be read says so, and not that a line was lost', () => {
    const cause = new Error('no such token')
    const told = errorOfEnd({ kind: 'closed', cause, unreadable: true })
    expect(told).toMatchObject({ code: 'network', retryable: true, cause })
    expect(told.message).toContain('could not be read')
  })

  it('by stream error 429 is rate-limited', () => {
    expect(errorOfEnd({ kind: 'stream-error', code: 429 })).toMatchObject({ code: 'rate-limited', status: 429 })
  })

  it('before it opened keeps its own reason', () => {
    const untrusted = new LinkError('untrusted-server', 'not WhatsApp', { reason: 'dates' })
    expect(errorOfEnd({ kind: 'unopened', error: untrusted })).toBe(untrusted)
  })
})

describe('the answer to an IQ', () => {
  it('has its id, comes from WhatsApp, and is a result or an error', () => {
    expect(answersIq(iqResult('7'), '7')).toBe(true)
    expect(answersIq(iqError('7'), '7')).toBe(true)
    const others = [
      iqResult('8'),
      node('iq', { type: 'result', id: '7', from: '12025550123@s.whatsapp.net' }),
      node('iq', { type: 'result', id: '7' }),
      node('iq', { type: 'set', id: '7', from: 's.whatsapp.net' }),
      node('iq', { id: '7', from: 's.whatsapp.net' }),
      node('message', { type: 'result', id: '7', from: 's.whatsapp.net' }),
    ]
    expect(others.map((stanza) => answersIq(stanza, '7'))).toEqual(others.map(() => false))
  })

  it('answers nothing when nothing was asked', () => {
    expect(answersIq(node('iq', { type: 'result', from: 's.whatsapp.net' }), undefined)).toBe(false)
  })
})

describe('the answer to a code request', () => {
  it('is accepted with a ref, bytes or text', () => {
    expect(readHelloAnswer(helloAccepted('1', Buffer.from('ref')))).toEqual({
      kind: 'accepted',
      ref: Buffer.from('ref'),
    })
    const text = iqResult('1', [node('link_code_companion_reg', {}, [node('link_code_pairing_ref', {}, '12345')])])
    expect(readHelloAnswer(text)).toEqual({ kind: 'accepted', ref: Buffer.from('12345') })
  })

  it.each([
    ['nothing', undefined],
    ['another child', [node('x')]],
    ['no ref', [node('link_code_companion_reg')]],
    ['an empty ref', [node('link_code_companion_reg', {}, [node('link_code_pairing_ref', {}, new Uint8Array(0))])]],
    [
      'a ref beside and not within',
      [node('link_code_companion_reg'), node('link_code_pairing_ref', {}, Buffer.from('ref'))],
    ],
  ])('has no ref with %s in it', (_, content) => {
    expect(readHelloAnswer(iqResult('1', content))).toEqual({ kind: 'no-ref' })
  })

  it('is refused with type error, also when it carries a ref', () => {
    const both = {
      ...helloAccepted('1', Buffer.from('ref')),
      attrs: { type: 'error', id: '1', from: 's.whatsapp.net' },
    }
    expect(readHelloAnswer(both).kind).toBe('refused')
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ConnectionEnd, harmlessText, isRestart, readEnd } from '../../src/wire/ends.ts'
import { type Node, node } from '../../src/wire/nodes.ts'
import { someStanza } from './stanzas.ts'

// The two tables of docs/protocol.md section 10, row by row.

const failure = (attrs: Record<string, string>): ConnectionEnd | undefined => readEnd(node('failure', attrs))
const streamError = (attrs: Record<string, string>, children?: readonly Node[]): ConnectionEnd | undefined =>
  readEnd(node('stream:error', attrs, children))

describe('<failure>', () => {
  it.each([400, 401, 402, 403, 405, 406, 409, 413, 414, 415, 418, 500, 501, 503])('keeps the reason %i', (reason) => {
    expect(failure({ reason: String(reason) })).toEqual({ kind: 'failure', reason })
  })

  it.each([101, 102, 103, 104, 106])('of a temporary ban keeps its code %i and its seconds', (code) => {
    expect(failure({ reason: '402', code: String(code), expire: '86400' })).toEqual({
      kind: 'failure',
      reason: 402,
      code,
      expireS: 86_400,
    })
  })

  it('with a reason that nobody knows keeps it', () => {
    expect(failure({ reason: '777' })).toEqual({ kind: 'failure', reason: 777 })
  })

  it('carries on without what it does not have', () => {
    expect(failure({})).toEqual({ kind: 'failure' })
    expect(failure({ reason: '403', url: 'https://example.org', location: 'rva' })).toEqual({
      kind: 'failure',
      reason: 403,
    })
  })

  it('keeps what WhatsApp says in words: the message, or the header and text of a locked account', () => {
    expect(failure({ reason: '403', message: 'text' })).toMatchObject({ text: 'text' })
    const locked = { logout_message_header: 'Account locked', logout_message_subtext: 'Open WhatsApp to see why.' }
    expect(failure({ reason: '403', ...locked, logout_message_locale: 'en' })).toEqual({
      kind: 'failure',
      reason: 403,
      text: 'Account locked: Open WhatsApp to see why.',
    })
  })

  it.each(['', ' ', '-1', '1.5', '1e3', '0x191', '401 ', 'four', '99999999999', 'NaN', '٤٠١'])(
    'with %j for a number is one without a number',
    (text) => {
      expect(failure({ reason: text, code: text, expire: text })).toEqual({ kind: 'failure' })
    },
  )
})

describe('<stream:error>', () => {
  it('with conflict "replaced": the session is open elsewhere', () => {
    expect(streamError({}, [node('conflict', { type: 'replaced' })])).toEqual({ kind: 'replaced' })
  })

  it('with code 409: the session is open elsewhere', () => {
    expect(streamError({ code: '409' })).toEqual({ kind: 'replaced' })
  })

  it.each(['device_removed', 'logged_out', 'something-new'])('with conflict %j: the device was removed', (type) => {
    expect(streamError({ code: '401' }, [node('conflict', { type })])).toEqual({ kind: 'removed' })
    expect(streamError({}, [node('conflict', { type })])).toEqual({ kind: 'removed' })
  })

  it('with device_removed, which Baileys takes for "replaced": the device was removed', () => {
    expect(streamError({}, [node('device_removed')])).toEqual({ kind: 'removed' })
    expect(streamError({ code: '401' }, [node('device_removed')])).toEqual({ kind: 'removed' })
  })

  it.each([515, 516, 401, 429, 500, 503, 599])('with code %i keeps it', (code) => {
    expect(streamError({ code: String(code) })).toEqual({ kind: 'stream-error', code })
  })

  it.each(['515', '516', '401', '503', '409'])('looks at conflict before its code %s', (code) => {
    const replaced = node('conflict', { type: 'replaced' })
    const removed = node('conflict', { type: 'device_removed' })
    expect(streamError({ code }, [replaced])).toEqual({ kind: 'replaced' })
    expect(streamError({ code }, [removed])).toEqual({ kind: 'removed' })
    expect(streamError({ code }, [node('text'), replaced])).toEqual({ kind: 'replaced' })
  })

  it('looks at its code before another child', () => {
    expect(streamError({ code: '515' }, [node('xml-not-well-formed')])).toMatchObject({
      kind: 'stream-error',
      code: 515,
    })
  })

  it.each(['ack', 'xml-not-well-formed', 'something-new'])('without a code keeps the name of its child <%s>', (tag) => {
    expect(streamError({}, [node(tag, { id: '77', class: 'receipt' })])).toMatchObject({
      kind: 'stream-error',
      child: tag,
    })
  })

  it('for an ack that we owe keeps the id of that stanza', () => {
    expect(JSON.stringify(streamError({}, [node('ack', { id: '77.55-1', class: 'notification' })]))).toContain(
      '77.55-1',
    )
  })

  it('without anything is an error of which nothing is known', () => {
    expect(streamError({})).toEqual({ kind: 'stream-error' })
    expect(streamError({ code: 'soon' }, [])).toEqual({ kind: 'stream-error' })
    expect(readEnd(node('stream:error', {}, 'text'))).toEqual({ kind: 'stream-error' })
    expect(readEnd(node('stream:error', {}, Buffer.from('bytes')))).toEqual({ kind: 'stream-error' })
  })
})

describe('words of the server', () => {
  it.each([
    ['plain words', 'plain words'],
    ['  two\n\tlines\u0007 and\u202e more ', 'two lines and more'],
    ['call +1 202 555 0123 now', 'call … now'],
    ['see https://example.org/?token=abc or mail a@example.org', 'see … or mail …'],
    [`key ${'A'.repeat(43)}= here`, 'key … here'],
    ['reason 403 of 2026', 'reason 403 of 2026'],
    ['x '.repeat(400), `${'x '.repeat(100)}`],
  ])('keep nothing that could be a secret, and stay on one line: %j', (text, kept) => {
    expect(harmlessText(text)).toBe(kept)
  })

  it('are nothing when nothing is left of them', () => {
    for (const text of [undefined, '', ' \n', '+12025550123', 'https://example.org'])
      expect(harmlessText(text)).toBeUndefined()
  })
})

describe('the end of the stream', () => {
  it('is a close', () => {
    expect(readEnd(node('xmlstreamend'))).toEqual({ kind: 'closed' })
  })
})

describe('isRestart', () => {
  it('is true for stream error 515 alone', () => {
    expect(isRestart({ kind: 'stream-error', code: 515 })).toBe(true)
    expect(isRestart({ kind: 'stream-error', code: 516 })).toBe(false)
    expect(isRestart({ kind: 'stream-error' })).toBe(false)
    expect(isRestart({ kind: 'failure', reason: 515 })).toBe(false)
    for (const kind of ['replaced', 'removed', 'closed', 'silent'] as const) expect(isRestart({ kind })).toBe(false)
  })
})

describe('every other stanza', () => {
  it.each([
    node('success'),
    node('iq', { type: 'error', id: '1' }, [node('error', { code: '515' })]),
    node('ib', {}, [node('downgrade_webclient')]),
    node('notification', { type: 'link_code_companion_reg' }),
    node('xmlstreamstart'),
  ])('is no end: $tag', (stanza) => {
    expect(readEnd(stanza)).toBeUndefined()
  })

  it('is no end, and no stanza throws', () => {
    fc.assert(
      fc.property(someStanza, (stanza) => {
        const isEnd = ['failure', 'stream:error', 'xmlstreamend'].includes(stanza.tag)
        expect(readEnd(stanza) !== undefined).toBe(isEnd)
        expect(readEnd({ ...stanza, tag: 'stream:error' })).toBeDefined()
        expect(readEnd({ ...stanza, tag: 'failure' })).toMatchObject({ kind: 'failure' })
      }),
    )
  })
})

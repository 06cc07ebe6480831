import { describe, expect, it } from 'vitest'
import { expiredText, retryText } from '../../../src/cli/link/event-words.ts'
import { linkMessage, pipeLinkView } from '../../../src/cli/link/pipe-view.ts'
import { linkedMessage, linkedText, nextSteps } from '../../../src/cli/link/report.ts'
import { createPipePrinter } from '../../../src/cli/printing/pipe-printer.ts'
import { LinkError } from '../../../src/errors.ts'
import type { LinkEvent } from '../../../src/linking/events.ts'

const JID = '12025550123:7@s.whatsapp.net'
const LID = '123456789012345:7@lid'
const WHEN = new Date(Date.UTC(2026, 0, 1))
const json = (event: LinkEvent) => JSON.parse(JSON.stringify(linkMessage(event)))

describe('a link’s events as JSON', () => {
  it.each<readonly [LinkEvent, object]>([
    [{ type: 'connecting' }, { type: 'connecting' }],
    [
      { type: 'code', code: 'ABCD-EFGH', expiresAt: WHEN, number: 2 },
      { type: 'code', code: 'ABCD-EFGH', expiresAt: '2026-01-01T00:00:00.000Z', number: 2 },
    ],
    [
      { type: 'qr', data: 'text', expiresAt: WHEN },
      { type: 'qr', data: 'text', expiresAt: '2026-01-01T00:00:00.000Z' },
    ],
    [{ type: 'confirming' }, { type: 'confirming' }],
    [
      { type: 'code-expired', reason: 'timeout', manual: false },
      { type: 'code-expired', reason: 'timeout', manual: false },
    ],
    [
      { type: 'passkey', options: { challenge: 'x' }, expiresAt: WHEN, respond: async () => {} },
      { type: 'passkey', options: { challenge: 'x' }, expiresAt: '2026-01-01T00:00:00.000Z' },
    ],
    [
      { type: 'verify', code: 'ABCD-EFGH', confirm: async () => {} },
      { type: 'verify', code: 'ABCD-EFGH' },
    ],
    [
      { type: 'online', jid: JID },
      { type: 'online', jid: JID },
    ],
  ])('%o', (event, expected) => {
    expect(json(event)).toEqual(expected)
  })

  it('carry the account and the hidden identity, which a program asks for', () => {
    const paired = { type: 'paired', jid: JID, lid: LID, platform: 'android' } as const
    expect(json(paired)).toEqual(paired)
  })

  it('describe the error of a retry', () => {
    const error = new LinkError('rejected', 'refused', { status: 400, retryAfterMs: 1 })
    expect(json({ type: 'retrying', attempt: 2, attempts: 3, inMs: 5000, error })).toMatchObject({
      attempt: 2,
      error: { code: 'rejected', status: 400 },
    })
  })

  it('leave the failure to the printer, which tells it once', () => {
    const written: string[] = []
    const view = pipeLinkView(
      createPipePrinter({ write: (text) => written.push(text) }, { write: () => {} }, 'paircode'),
    )
    view.show({ type: 'connecting' })
    view.show({ type: 'failed', error: new LinkError('expired', 'late') })
    view.close()
    expect(written).toEqual(['{"type":"connecting"}\n'])
  })
})

describe('a link’s events in words', () => {
  it.each(['timeout', 'refresh', 'unanswered', 'disconnected'] as const)(
    'a code that is over, %s, has a reason and a next step',
    (reason) => {
      expect(expiredText({ type: 'code-expired', reason, manual: false })).toMatch(/no longer works.*new one follows/s)
      expect(expiredText({ type: 'code-expired', reason, manual: true })).toMatch(/ask for the next one/)
    },
  )

  it('a retry names the cause, the wait and the count', () => {
    const error = new LinkError('network', 'the connection was lost')
    expect(retryText({ type: 'retrying', attempt: 2, attempts: 3, inMs: 5_000, error })).toBe(
      'The connection was lost. Next try in 5 seconds (2 of 3).',
    )
  })
})

describe('the end of a link', () => {
  const linked = { session: 'sales', jid: JID, lid: LID, deviceName: 'Acme Sales' }
  const ending = { linked, alreadyLinked: false, loggedIn: true, program: 'npx paircode' }

  it('says who was linked, what it is called on the phone, and what to type next', () => {
    expect(linkedText(ending)).toBe('Linked +1••••••••23 as session sales.')
    expect(nextSteps(ending)).toContain('Acme Sales')
    expect(nextSteps(ending)).toContain('npx paircode connect sales')
  })

  it('says that nothing was done when it was linked before', () => {
    const again = { ...ending, alreadyLinked: true }
    expect(linkedText(again)).toContain('Nothing was changed')
    expect(nextSteps(again)).toContain('--replace')
  })

  it('says that the login is still to be done', () => {
    expect(nextSteps({ ...ending, loggedIn: false })).toContain('not logged in yet')
  })

  it('is one JSON object, as the library gives it', () => {
    expect(linkedMessage(ending)).toEqual({
      type: 'linked',
      session: 'sales',
      jid: JID,
      lid: LID,
      deviceName: 'Acme Sales',
      alreadyLinked: false,
    })
  })
})

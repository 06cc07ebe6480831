import { describe, expect, it } from 'vitest'
import { OPENING, type Scene, sceneAfter, typedInto } from '../../../src/cli/link/scene.ts'
import { LinkError } from '../../../src/errors.ts'
import type { LinkEvent } from '../../../src/linking/events.ts'

const NOW = Date.UTC(2026, 0, 1)
const CODE: LinkEvent = { type: 'code', code: 'ABCD-EFGH', expiresAt: new Date(NOW + 180_000), number: 1 }
const QR: LinkEvent = { type: 'qr', data: 'first', expiresAt: new Date(NOW + 60_000) }
const JID = '12025550123:1@s.whatsapp.net'

const following = (...events: readonly LinkEvent[]): Scene =>
  events.reduce((scene, event) => sceneAfter(scene, event, NOW), OPENING)

describe('the scene', () => {
  it('shows a code with its life', () => {
    expect(following(CODE)).toMatchObject({ code: { text: 'ABCD-EFGH', expiresAtMs: NOW + 180_000, lifeMs: 180_000 } })
  })

  it('keeps the code while the phone answers: it may have to be typed again', () => {
    const scene = following(CODE, { type: 'confirming' })
    expect(scene.code?.text).toBe('ABCD-EFGH')
    expect(scene.status).not.toBe(following(CODE).status)
  })

  it.each(['timeout', 'refresh', 'unanswered', 'disconnected'] as const)(
    'takes a code away that is over: %s',
    (reason) => {
      expect(following(CODE, { type: 'code-expired', reason, manual: false }).code).toBeUndefined()
    },
  )

  it('asks for Enter only when the person must ask', () => {
    expect(following(CODE, { type: 'code-expired', reason: 'refresh', manual: true }).asksForEnter).toBe(true)
    expect(following(CODE, { type: 'code-expired', reason: 'refresh', manual: false }).asksForEnter).toBe(false)
    expect(following(CODE, { type: 'code-expired', reason: 'refresh', manual: true }, CODE).asksForEnter).toBe(false)
  })

  it('shows code and QR side by side, and the newest QR', () => {
    const scene = following(CODE, QR, { ...QR, data: 'second' })
    expect(scene.code?.text).toBe('ABCD-EFGH')
    expect(scene.qr?.data).toBe('second')
    expect(following(QR, CODE).qr?.data).toBe('first')
  })

  it('keeps the QR when a code ends', () => {
    expect(following(QR, CODE, { type: 'code-expired', reason: 'timeout', manual: false }).qr?.data).toBe('first')
  })

  it('counts down to the next try, and shows nothing that is dead meanwhile', () => {
    const error = new LinkError('rejected', 'refused')
    const scene = following(QR, CODE, { type: 'retrying', attempt: 2, attempts: 3, inMs: 5_000, error })
    expect(scene).toMatchObject({ resumesAtMs: NOW + 5_000 })
    expect(scene.code).toBeUndefined()
    expect(scene.qr).toBeUndefined()
  })

  it.each<LinkEvent>([
    { type: 'connecting' },
    { type: 'paired', jid: JID },
    { type: 'online', jid: JID },
    { type: 'failed', error: new LinkError('expired', 'late') },
    { type: 'passkey', options: {}, expiresAt: new Date(NOW), respond: async () => {} },
    { type: 'verify', code: 'ABCD-EFGH', confirm: async () => {} },
  ])('takes code and QR away at $type', (event) => {
    const scene = following(QR, CODE, event)
    expect(scene.code).toBeUndefined()
    expect(scene.qr).toBeUndefined()
  })

  it('says that the code belongs on the phone when somebody types here', () => {
    expect(typedInto(following(CODE)).typedHere).toBe(true)
    expect(typedInto(OPENING).typedHere).toBe(false)
    expect(sceneAfter(typedInto(following(CODE)), { type: 'confirming' }, NOW).typedHere).toBe(false)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildAck, readNotification } from '../../src/linking/notifications.ts'
import { type Node, node } from '../../src/wire/nodes.ts'
import { toHex } from './keys.ts'
import { notification, passkeyRequest, primaryHello, refreshCode, registrationRefresh } from './server-stanzas.ts'

const REF = Buffer.from('a reference')

describe('an ack', () => {
  it('has the id and the type of the notification, and goes to whom it came from', () => {
    expect(buildAck(notification('link_code_companion_reg', [node('x')], 'n-7'))).toEqual(
      node('ack', { class: 'notification', id: 'n-7', to: 's.whatsapp.net', type: 'link_code_companion_reg' }),
    )
  })

  it('echoes participant and recipient, and nothing else', () => {
    const attrs = {
      from: '12025550123@s.whatsapp.net',
      participant: '12025550124@s.whatsapp.net',
      recipient: '12025550125@s.whatsapp.net',
      t: '1780000000',
      offline: '1',
    }
    const ack = buildAck(notification('devices', [node('x')], 'n-8', attrs))
    expect(ack).toEqual(
      node('ack', {
        class: 'notification',
        id: 'n-8',
        to: attrs.from,
        type: 'devices',
        participant: attrs.participant,
        recipient: attrs.recipient,
      }),
    )
    expect(ack.attrs).not.toHaveProperty('from')
    expect(ack).not.toHaveProperty('content')
  })

  it('leaves out what the notification had not', () => {
    expect(buildAck(node('notification', { id: '1' }))).toEqual(node('ack', { class: 'notification', id: '1' }))
  })
})

describe('primary_hello', () => {
  it('carries the ref, the wrapped key and the phone’s identity', () => {
    const read = readNotification(
      primaryHello({ ref: REF, wrapped: Buffer.alloc(80, 1), identity: Buffer.alloc(32, 2) }),
    )
    if (read.kind !== 'primary-hello') throw new Error(`it is ${read.kind}`)
    expect(toHex(read.hello.ref)).toBe(toHex(REF))
    expect(toHex(read.hello.wrappedEphemeral)).toBe('01'.repeat(80))
    expect(toHex(read.hello.identity)).toBe('02'.repeat(32))
  })

  it('may have its ref as text, as WhatsApp’s dictionary makes it', () => {
    const stanza = notification('link_code_companion_reg', [
      node('link_code_companion_reg', { stage: 'primary_hello' }, [
        node('primary_identity_pub', {}, Buffer.alloc(32)),
        node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, Buffer.alloc(80)),
        node('link_code_pairing_ref', {}, '12345678'),
      ]),
    ])
    const read = readNotification(stanza)
    expect(read.kind === 'primary-hello' && Buffer.from(read.hello.ref).toString()).toBe('12345678')
  })

  it.each(['ref', 'wrapped', 'identity', 'child'] as const)('without its %s is nothing to do', (without) => {
    expect(readNotification(primaryHello({ without }))).toEqual({ kind: 'other' })
  })

  it.each([
    ['wrapped key of 79 bytes', { wrapped: Buffer.alloc(79) }],
    ['wrapped key of 81 bytes', { wrapped: Buffer.alloc(81) }],
    ['empty wrapped key', { wrapped: Buffer.alloc(0) }],
    ['identity of 31 bytes', { identity: Buffer.alloc(31) }],
    ['identity of 33 bytes', { identity: Buffer.alloc(33, 5) }],
  ])('with an %s is nothing to do', (_, parts) => {
    expect(readNotification(primaryHello(parts))).toEqual({ kind: 'other' })
  })
})

describe('refresh_code', () => {
  it.each([
    [undefined, false],
    ['false', false],
    ['', false],
    ['true', true],
  ])('with force_manual_refresh=%j is manual: %s', (force, manual) => {
    const read = readNotification(refreshCode(REF, force))
    expect(read).toMatchObject({ kind: 'refresh-code', manual })
    expect(read.kind === 'refresh-code' && toHex(read.ref)).toBe(toHex(REF))
  })

  it('without a ref is nothing to do', () => {
    const stanza = notification('link_code_companion_reg', [node('link_code_companion_reg', { stage: 'refresh_code' })])
    expect(readNotification(stanza)).toEqual({ kind: 'other' })
  })
})

describe('companion_reg_refresh', () => {
  it.each(['companion_reg_refresh', 'pair-device-rotate-qr'])('asks for a new secret with the child %s', (child) => {
    expect(readNotification(registrationRefresh(child))).toEqual({ kind: 'refresh-registration' })
  })

  it.each([
    ['another child', [node('x')]],
    ['no child', undefined],
  ])('with %s is nothing to do', (_, content) => {
    expect(readNotification(notification('companion_reg_refresh', content))).toEqual({ kind: 'other' })
  })
})

describe('a passkey request', () => {
  it('is one when WhatsApp sends it, with options or without', () => {
    expect(readNotification(passkeyRequest())).toEqual({
      kind: 'passkey-request',
      options: expect.stringContaining('"rpId":"whatsapp.com"'),
    })
    expect(readNotification(notification('passkey_prologue_request'))).toEqual({
      kind: 'passkey-request',
      options: undefined,
    })
  })

  it('is nothing to do when it comes from another', () => {
    expect(readNotification(passkeyRequest('12025550123@s.whatsapp.net'))).toEqual({ kind: 'other' })
    expect(readNotification(node('notification', { type: 'passkey_prologue_request', id: '1' }))).toEqual({
      kind: 'other',
    })
  })
})

describe('any other notification', () => {
  it.each(['devices', 'server_sync', 'w:gp2', 'primary_hello', ''])('of type %j is nothing to do', (type) => {
    expect(readNotification(notification(type, [node('x')]))).toEqual({ kind: 'other' })
  })

  it('is nothing to do whatever its stage is', () => {
    for (const stage of ['companion_hello', 'companion_finish', 'PRIMARY_HELLO', '']) {
      const stanza = notification('link_code_companion_reg', [node('link_code_companion_reg', { stage }, [])])
      expect(readNotification(stanza)).toEqual({ kind: 'other' })
    }
  })

  it('never throws, whatever its shape is', () => {
    const words = [
      'link_code_companion_reg',
      'companion_reg_refresh',
      'link_code_pairing_ref',
      'primary_identity_pub',
      'stage',
      'primary_hello',
    ]
    const { tree } = fc.letrec<{ tree: Node; content: Node['content'] }>((tie) => ({
      tree: fc.record(
        {
          tag: fc.oneof(fc.constantFrom(...words), fc.string()),
          attrs: fc.dictionary(
            fc.constantFrom('type', 'stage', 'id', 'from'),
            fc.constantFrom(...words, 's.whatsapp.net'),
          ),
          content: tie('content'),
        },
        { requiredKeys: ['tag', 'attrs'] },
      ) as fc.Arbitrary<Node>,
      content: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.uint8Array({ maxLength: 90 }),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    }))
    fc.assert(
      fc.property(tree, (stanza) => {
        readNotification({ ...stanza, tag: 'notification' })
        return buildAck(stanza).tag === 'ack'
      }),
      { numRuns: 500 },
    )
  })
})

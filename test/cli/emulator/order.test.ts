import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ORDERS, type Order, readOrder } from '../../../src/cli/emulator/order.ts'
import { STAGES } from '../../../src/emulator/faults.ts'

describe('orders', () => {
  it.each<readonly [string, Order]>([
    ['', { kind: 'nothing' }],
    ['help', { kind: 'help' }],
    ['quit', { kind: 'quit' }],
    ['phone +12025550123', { kind: 'phone', number: '+12025550123', platform: 'android', passkey: false }],
    ['phone +1 202 555 0123 ios passkey', { kind: 'phone', number: '+12025550123', platform: 'ios', passkey: true }],
    ['enter ABCD-EFGH', { kind: 'enter', number: undefined, code: 'ABCD-EFGH' }],
    ['enter +1 202 555 0123 ABCD-EFGH', { kind: 'enter', number: '+12025550123', code: 'ABCD-EFGH' }],
    ['scan https://wa.me/x#a,b', { kind: 'scan', number: undefined, data: 'https://wa.me/x#a,b' }],
    [
      'send "+1 202 555 0124" +12025550123 Hello  there',
      { kind: 'send', from: '+1 202 555 0124', to: '+12025550123', text: 'Hello there' },
    ],
    ['devices', { kind: 'devices', number: undefined }],
    ['unlink +12025550123 1:2@x', { kind: 'unlink', number: '+12025550123', jid: '1:2@x' }],
    ['fail companion_hello 403', { kind: 'fail', at: 'companion_hello', code: 403, times: 1 }],
    ['fail login 401 3', { kind: 'fail', at: 'login', code: 401, times: 3 }],
    ['hold companion_hello', { kind: 'hold', at: 'companion_hello', ms: undefined }],
    ['hold companion_hello 2.5', { kind: 'hold', at: 'companion_hello', ms: 2500 }],
    ['disconnect handshake', { kind: 'disconnect', at: 'handshake', times: 1 }],
    ['tamper pair_success hmac 0', { kind: 'tamper', at: 'pair_success', with: 'hmac', times: 0 }],
    ['stream-error 503', { kind: 'stream-error', code: 503, target: undefined }],
    ['stream-error 503 +1 202 555 0123', { kind: 'stream-error', code: 503, target: '+12025550123' }],
    ['advance 180', { kind: 'advance', ms: 180_000 }],
  ])('%s', (line, order) => {
    expect(readOrder(line)).toEqual(order)
  })

  it.each([
    'dance',
    'toString',
    'phone',
    'enter',
    'scan',
    'send +12025550124',
    'unlink +12025550123',
    'fail nowhere 403',
    'fail companion_hello',
    'fail companion_hello 403 often',
    'hold',
    'hold companion_hello soon',
    'disconnect',
    'tamper pair_success everything',
    'stream-error',
    'advance',
  ])('a wrong one is told what is right: %s', (line) => {
    expect(readOrder(line)).toMatchObject({ kind: 'wrong', message: expect.stringMatching(/\S+ \S+/) })
  })

  it('no line throws', () => {
    fc.assert(
      fc.property(fc.string(), (line) => {
        expect(readOrder(line).kind).toBeTypeOf('string')
      }),
    )
  })

  it('help names every order and stage', () => {
    for (const word of ['phone', 'enter', 'scan', 'send', 'fail', 'hold', 'tamper', 'advance', 'quit', ...STAGES])
      expect(ORDERS).toContain(word)
  })
})

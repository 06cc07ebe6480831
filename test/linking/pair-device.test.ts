import { buildPairingQRData } from 'baileys/lib/Utils/companion-reg-client-utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveDevice } from '../../src/linking/device.ts'
import { buildPairDeviceAnswer, qrText, readPairDevice, refLifetimeMs } from '../../src/linking/pair-device.ts'
import { node } from '../../src/wire/nodes.ts'
import { pairDevice, SIX_REFS } from './server-stanzas.ts'

describe('pair-device', () => {
  it('gives its refs in order', () => {
    expect(readPairDevice(pairDevice())).toEqual(SIX_REFS)
  })

  it('gives refs that came as text, and no other child', () => {
    const content = [
      node('ref', {}, '2@text'),
      node('noise', {}, 'x'),
      node('ref', {}, Buffer.from('2@bytes')),
      node('ref'),
    ]
    const stanza = node('iq', { type: 'set', id: '1', from: 's.whatsapp.net' }, [node('pair-device', {}, content)])
    expect(readPairDevice(stanza)).toEqual(['2@text', '2@bytes'])
  })

  it('gives 16 refs at most, and none that no picture can hold', () => {
    const long = 'r'.repeat(1025)
    const many = Array.from({ length: 4_000 }, (_, at) => `2@${at}`)
    const refs = [long, ...many].map((ref) => node('ref', {}, ref))
    const stanza = node('iq', { type: 'set', id: '1', from: 's.whatsapp.net' }, [node('pair-device', {}, refs)])
    expect(readPairDevice(stanza)).toEqual(many.slice(0, 16))
  })

  it.each([
    [
      'comes from another',
      node('iq', { type: 'set', id: '1', from: '12025550123@s.whatsapp.net' }, pairDevice().content),
    ],
    ['says not from whom', node('iq', { type: 'set', id: '1' }, pairDevice().content)],
    ['is a result', node('iq', { type: 'result', id: '1', from: 's.whatsapp.net' }, pairDevice().content)],
    ['is no iq', node('message', { type: 'set', id: '1', from: 's.whatsapp.net' }, pairDevice().content)],
    ['has no such child', node('iq', { type: 'set', id: '1', from: 's.whatsapp.net' }, [node('pair-success')])],
    ['has no content', node('iq', { type: 'set', id: '1', from: 's.whatsapp.net' })],
  ])('is another stanza when it %s', (_, stanza) => {
    expect(readPairDevice(stanza)).toBeUndefined()
  })

  it('is answered with a result without children', () => {
    expect(buildPairDeviceAnswer(pairDevice([], 'q-1'))).toEqual(
      node('iq', { to: 's.whatsapp.net', type: 'result', id: 'q-1' }),
    )
  })
})

describe('the refs', () => {
  it('of a list of six live 60 s and then 20 s each: 160 s together', () => {
    const lives = SIX_REFS.map((_, index) => refLifetimeMs(index, 6))
    expect(lives).toEqual([60_000, 20_000, 20_000, 20_000, 20_000, 20_000])
    expect(lives.reduce((sum, ms) => sum + ms)).toBe(160_000)
  })

  it('of any other list live 20 s each', () => {
    for (const count of [1, 2, 3, 4, 5, 7, 12])
      expect(Array.from({ length: count }, (_, index) => refLifetimeMs(index, count))).toEqual(
        Array(count).fill(20_000),
      )
  })
})

describe('the QR text', () => {
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const browser = fc.constantFrom('Chrome', 'Edge', 'Firefox', 'Opera', 'Safari')
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

  it('is what Baileys draws of the same keys', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        bytes32,
        bytes32,
        bytes32,
        browser,
        (ref, noise, identity, advSecret, name) => {
          const ours = qrText({
            ref,
            noisePublicKey: noise,
            identityPublicKey: identity,
            advSecret,
            companionPlatformId: resolveDevice({ browser: name }, 'linux').companionPlatformId,
          })
          return (
            ours === buildPairingQRData(ref, base64(noise), base64(identity), base64(advSecret), ['Linux', name, '1'])
          )
        },
      ),
    )
  })

  it('has standard base64 with padding', () => {
    const ff = new Uint8Array(32).fill(255)
    const text = qrText({
      ref: '2@r',
      noisePublicKey: ff,
      identityPublicKey: ff,
      advSecret: ff,
      companionPlatformId: '1',
    })
    const key = `${'/'.repeat(42)}8=`
    expect(text).toBe(`https://wa.me/settings/linked_devices#2@r,${key},${key},${key},1`)
  })
})

import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { LinkError } from '../../src/errors.ts'
import { checkedEndpoint, type Endpoint, isWhatsApp, WHATSAPP } from '../../src/wire/endpoint.ts'
import { hexOf } from './hex.ts'

const rootKey = randomBytes(32)
const refusalOf = (endpoint: unknown): unknown => {
  try {
    checkedEndpoint(endpoint as Endpoint)
  } catch (error) {
    return error
  }
  return undefined
}

describe('without an endpoint', () => {
  it('it is WhatsApp, with its root key', () => {
    expect(checkedEndpoint(undefined)).toBe(WHATSAPP)
    expect(WHATSAPP.url).toBe('wss://web.whatsapp.com/ws/chat')
    expect(hexOf(WHATSAPP.rootKey)).toBe('142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b')
    expect(isWhatsApp(WHATSAPP)).toBe(true)
  })
})

describe('another root key', () => {
  it.each([
    'ws://127.0.0.1:8080/ws/chat',
    'ws://127.0.0.1',
    'wss://127.0.0.1:8443/',
    'ws://127.255.255.254:1',
    'ws://127.1:80/',
    'ws://2130706433/',
    'ws://0x7f.0.0.1/',
    'ws://0177.0.0.1/',
    'ws://127.0.0.1./',
    'ws://[::1]:8080/',
    'ws://[0:0:0:0:0:0:0:1]/',
    'ws://localhost:8080',
    'ws://LOCALHOST/',
    'wss://localhost/ws/chat',
  ])('is accepted for the loopback address %s', (url) => {
    const endpoint = checkedEndpoint({ url, rootKey })
    expect(hexOf(endpoint.rootKey)).toBe(hexOf(rootKey))
    expect(new URL(endpoint.url).href).toBe(new URL(url).href)
    expect(isWhatsApp(endpoint)).toBe(false)
  })

  it.each([
    'wss://web.whatsapp.com/ws/chat',
    'wss://example.org/',
    'wss://127.0.0.1.example.org/',
    'wss://127.0.0.1.nip.io/',
    'wss://localhost.example.org/',
    'wss://example.org/127.0.0.1',
    'wss://example.org/?127.0.0.1',
    'wss://example.org?@127.0.0.1',
    'wss://example.org/@127.0.0.1',
    'wss://127.0.0.1@example.org/',
    'wss://localhost:80@example.org/',
    'wss://127.0.0.1%2f@example.org/',
    'wss://example.org\\@127.0.0.1/',
    'wss://0.0.0.0/',
    'wss://0/',
    'wss://126.255.255.255/',
    'wss://128.0.0.1/',
    'wss://1270.0.0.1.example/',
    'wss://192.168.0.1/',
    'wss://10.127.0.0/',
    'wss://[::]/',
    'wss://[::2]/',
    'wss://[::ffff:192.168.0.1]/',
    'wss://[fe80::1]/',
    'wss://127.0.0.1.localhost.example/',
    'wss://xn--localhost-.example/',
  ])('is refused for %s', (url) => {
    expect(refusalOf({ url, rootKey })).toMatchObject({ code: 'invalid-options' })
  })

  it.each([0, 1, 31, 33, 64])('is refused with %i bytes', (length) => {
    expect(refusalOf({ url: 'ws://127.0.0.1/', rootKey: randomBytes(length) })).toMatchObject({
      code: 'invalid-options',
    })
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', rootKey.toString('base64')],
    ['an array', [...rootKey]],
    ['an array buffer', new ArrayBuffer(32)],
    ['a wider array', new Uint16Array(32)],
  ])('is refused as %s', (_what, given) => {
    expect(refusalOf({ url: 'ws://127.0.0.1/', rootKey: given })).toMatchObject({ code: 'invalid-options' })
  })

  it('is copied, so that what the caller does to it later changes nothing', () => {
    const given = Buffer.from(rootKey)
    const endpoint = checkedEndpoint({ url: 'ws://127.0.0.1/', rootKey: given })
    given.fill(0)
    expect(hexOf(endpoint.rootKey)).toBe(hexOf(rootKey))
  })
})

describe("WhatsApp's own root key", () => {
  it('may be given with any wss address, a proxy or a mirror', () => {
    const endpoint = checkedEndpoint({ url: 'wss://relay.example.org/ws', rootKey: Uint8Array.from(WHATSAPP.rootKey) })
    expect(endpoint.url).toBe('wss://relay.example.org/ws')
    expect(isWhatsApp(endpoint)).toBe(true)
  })
})

describe('the address', () => {
  it.each([
    'ws://web.whatsapp.com/ws/chat',
    'ws://example.org/',
    'ws://127.0.0.1.example.org/',
    'ws://127.0.0.1@example.org/',
    'ws://0.0.0.0/',
    'ws://192.168.0.1/',
  ])('%s is refused: without TLS beyond loopback, whatever the key', (url) => {
    expect(refusalOf({ url, rootKey: WHATSAPP.rootKey })).toMatchObject({ code: 'invalid-options' })
    expect(refusalOf({ url, rootKey })).toMatchObject({ code: 'invalid-options' })
  })

  it.each([
    'http://127.0.0.1/',
    'https://web.whatsapp.com/ws/chat',
    'file:///etc/hosts',
    'javascript:alert(1)',
    '127.0.0.1:8080',
    '//127.0.0.1/',
    'ws://',
    'ws://127.0.0.256/',
    'ws://127.0.0.1:99999/',
    'ws://[::1/',
    '',
    ' ',
    'nonsense',
  ])('%j is refused', (url) => {
    expect(refusalOf({ url, rootKey })).toMatchObject({ code: 'invalid-options' })
  })

  it.each(['ws://127.0.0.1/#fragment', 'wss://localhost/ws/chat#a'])(
    '%s is refused here, where ws would throw its own error later',
    (url) => {
      expect(refusalOf({ url, rootKey })).toMatchObject({ code: 'invalid-options' })
    },
  )

  it.each([undefined, null, 5, {}, ['ws://127.0.0.1/'], new URL('ws://127.0.0.1/')])('%s is no text', (url) => {
    expect(refusalOf({ url, rootKey })).toMatchObject({ code: 'invalid-options' })
  })

  it.each([null, 5, 'ws://127.0.0.1/', []])('an endpoint of %j is refused with the same error', (endpoint) => {
    expect(refusalOf(endpoint)).toMatchObject({ code: 'invalid-options' })
  })
})

describe('the error', () => {
  it('says which option is wrong, and not what was given', () => {
    const refusals = [
      refusalOf({ url: 'wss://someone:hunter2@example.org/', rootKey }),
      refusalOf({ url: 'http://someone:hunter2@127.0.0.1/', rootKey }),
      refusalOf({ url: 'ws://someone:hunter2@127.0.0.1/', rootKey: rootKey.subarray(1) }),
    ]
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(LinkError)
      expect(String(refusal)).toMatch(/endpoint\.(url|rootKey)|root key/)
      expect(String(refusal)).not.toContain('hunter2')
      expect(String(refusal)).not.toContain(hexOf(rootKey).slice(0, 8))
    }
  })
})

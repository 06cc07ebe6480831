import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCompanionHello } from '../../src/emulator/companion-hello.ts'
import { node } from '../../src/wire/nodes.ts'

interface Parts {
  readonly jid: string
  readonly push: string
  readonly wrapped: Uint8Array
  readonly noiseKey: Uint8Array
  readonly platformId: string
  readonly display: string
  readonly nonce: Uint8Array | string
}

const GOOD: Parts = {
  jid: '12025550123@s.whatsapp.net',
  push: 'true',
  wrapped: new Uint8Array(80),
  noiseKey: new Uint8Array(32),
  platformId: '1',
  display: 'Chrome (Windows)',
  nonce: Uint8Array.of(0),
}

function hello(changes: Partial<Parts> = {}, without?: string) {
  const parts = { ...GOOD, ...changes }
  const attrs = { jid: parts.jid, stage: 'companion_hello', should_show_push_notification: parts.push }
  const children = [
    node('link_code_pairing_wrapped_companion_ephemeral_pub', {}, parts.wrapped),
    node('companion_server_auth_key_pub', {}, parts.noiseKey),
    node('companion_platform_id', {}, Buffer.from(parts.platformId)),
    node('companion_platform_display', {}, Buffer.from(parts.display)),
    node('link_code_pairing_nonce', {}, parts.nonce),
  ]
  return node(
    'link_code_companion_reg',
    attrs,
    children.filter(({ tag }) => tag !== without),
  )
}

test('a hello as WhatsApp Web sends it is read', () => {
  expect(readCompanionHello(hello())).toEqual({
    digits: '12025550123',
    wrappedEphemeral: GOOD.wrapped,
    noiseKey: GOOD.noiseKey,
    display: 'Chrome (Windows)',
    push: true,
  })
})

test('without the wish for a notification the phone is not to be notified', () => {
  expect(readCompanionHello(hello({ push: 'false' }))?.push).toBe(false)
})

test.each([Uint8Array.of(0), Uint8Array.of(0x30), '0'])('the nonce may be the byte 0 or the character 0', (nonce) => {
  expect(readCompanionHello(hello({ nonce }))).toBeDefined()
})

test('each browser and system that WhatsApp Web spells is accepted, with each platform id', () => {
  for (const browser of ['Chrome', 'Edge', 'Firefox', 'IE', 'Opera', 'Safari'])
    for (const os of ['Windows', 'Mac OS', 'Linux', 'Ubuntu'])
      expect(readCompanionHello(hello({ display: `${browser} (${os})` }))).toBeDefined()
  for (let id = 1; id <= 9; id++) expect(readCompanionHello(hello({ platformId: String(id) }))).toBeDefined()
})

test.each([
  'Acme (Windows)',
  'Chrome (Acme)',
  'Chrome',
  'chrome (Windows)',
  'Chrome (Windows) ',
  'Desktop (Windows)',
  '',
])('the display “%s” is refused', (display) => {
  expect(readCompanionHello(hello({ display }))).toBeUndefined()
})

test.each(['0', '10', 'c', '', ' 1'])('the platform id “%s” is refused', (platformId) => {
  expect(readCompanionHello(hello({ platformId }))).toBeUndefined()
})

test.each([
  '+12025550123@s.whatsapp.net',
  '02025550123@s.whatsapp.net',
  '120255@s.whatsapp.net',
  '12025550123:1@s.whatsapp.net',
  '12025550123@lid',
  '12025550123',
  '1202555012345678@s.whatsapp.net',
])('the JID %s is refused', (jid) => {
  expect(readCompanionHello(hello({ jid }))).toBeUndefined()
})

test('a part of another size is refused', () => {
  expect(readCompanionHello(hello({ wrapped: new Uint8Array(79) }))).toBeUndefined()
  expect(readCompanionHello(hello({ noiseKey: new Uint8Array(33) }))).toBeUndefined()
  expect(readCompanionHello(hello({ nonce: new Uint8Array(2) }))).toBeUndefined()
  expect(readCompanionHello(hello({ nonce: '1' }))).toBeUndefined()
})

test('every child is needed', () => {
  for (const { tag } of hello().content as readonly { tag: string }[])
    expect(readCompanionHello(hello({}, tag))).toBeUndefined()
})

test('no display but the listed ones is ever accepted', () => {
  const listed = /^(Chrome|Edge|Firefox|IE|Opera|Safari) \((Windows|Mac OS|Linux|Ubuntu)\)$/
  fc.assert(
    fc.property(fc.string(), fc.string(), (browser, os) => {
      const display = `${browser} (${os})`
      fc.pre(!listed.test(display))
      expect(readCompanionHello(hello({ display }))).toBeUndefined()
    }),
  )
})

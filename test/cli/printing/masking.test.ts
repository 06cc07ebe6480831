import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskedNumberOf, maskJid } from '../../../src/cli/printing/masking.ts'
import { CODE_ALPHABET } from '../../../src/linking/pairing-code.ts'
import { maskNumbers, maskSecrets } from '../../../src/session/log-masking.ts'

const NUMBER = '12025550123'
const CODE_CHARACTERS = fc.array(fc.constantFrom(...CODE_ALPHABET), { minLength: 8, maxLength: 8 })

describe('numbers', () => {
  it.each([
    [`+${NUMBER}`, '+1••••••••23'],
    ['+1 202 555 0123', '+1••••••••23'],
    ['+1 (202) 555-0123', '+1••••••••23'],
    [`call ${NUMBER} now`, 'call •••••••••23 now'],
    [`${NUMBER}@s.whatsapp.net`, '•••••••••23@s.whatsapp.net'],
    [`id=${NUMBER}x`, 'id=•••••••••23x'],
  ])('%s becomes %s', (text, masked) => {
    expect(maskNumbers(text)).toBe(masked)
  })

  it.each(['took 600000 ms', '2026-01-01T12:00:00.123Z', 'port 65535', 'code 403', 'try 2 of 3', ''])(
    'what is none stays: %s',
    (text) => {
      expect(maskNumbers(text)).toBe(text)
    },
  )

  it('no run of seven digits survives, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^\d{7,15}$/), fc.string(), (before, digits, after) => {
        expect(maskNumbers(before + digits + after)).not.toMatch(/\d{7}/)
      }),
    )
  })

  it('masking twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const once = maskNumbers(`+${NUMBER} ${text}`)
        expect(maskNumbers(once)).toBe(once)
      }),
    )
  })
})

describe('secrets', () => {
  it('pairing codes are hidden, with and without their dash', () => {
    fc.assert(
      fc.property(CODE_CHARACTERS, (characters) => {
        const code = characters.join('')
        const shown = `${code.slice(0, 4)}-${code.slice(4)}`
        for (const text of [code, shown, `code: ${shown},`, `"${code}"`]) {
          const masked = maskSecrets(text)
          expect(masked).not.toContain(code)
          expect(masked).not.toContain(shown)
        }
      }),
    )
  })

  it('keys are hidden in base64, base64url and hex', () => {
    for (let round = 0; round < 500; round += 1)
      for (const encoding of ['base64', 'base64url', 'hex'] as const) {
        const key = randomBytes(32).toString(encoding)
        expect(maskSecrets(`key=${key};`)).not.toContain(key.slice(0, 16))
      }
  })

  it.each([
    '/srv/bots/acme-sales/node_modules/paircode/dist/session/connect.js:12:3',
    'at Object.handshakeWithServerAndClient (file:///srv/bots/node_modules/ws/lib/websocket.js:10:1)',
    'the connection to WhatsApp was lost',
    'link_code_companion_reg companion_hello',
  ])('what is none can be read: %s', (text) => {
    expect(maskSecrets(text)).toBe(text)
  })
})

describe('a JID', () => {
  it.each([
    [`${NUMBER}@s.whatsapp.net`, '1••••••••23@s.whatsapp.net'],
    [`${NUMBER}:12@s.whatsapp.net`, '1••••••••23:12@s.whatsapp.net'],
    ['status@broadcast', 'status@broadcast'],
  ])('%s becomes %s', (jid, masked) => {
    expect(maskJid(jid)).toBe(masked)
  })

  it('hides a hidden identity as well', () => {
    expect(maskJid('123456789012345@lid')).toMatch(/^\d*•+45@lid$/)
  })

  it('names the number behind it, masked; behind a hidden identity is none', () => {
    expect(maskedNumberOf(`${NUMBER}:3@s.whatsapp.net`)).toBe('+1••••••••23')
    expect(maskedNumberOf(NUMBER)).toBe('+1••••••••23')
    expect(maskedNumberOf('123456789012345:1@lid')).toBe('a hidden number')
  })
})

import { randomBytes } from 'node:crypto'
import { buildPairingQRData } from 'baileys/lib/Utils/companion-reg-client-utils.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseQr } from '../../src/emulator/qr.ts'

const keys = [randomBytes(32), randomBytes(32), randomBytes(32)] as const
const [noise, identity, secret] = keys.map((key) => key.toString('base64')) as [string, string, string]
const read = { ref: '2@abc', noiseKey: keys[0], identity: keys[1], advSecret: keys[2] }

test('the text that Baileys shows is read', () => {
  expect(parseQr(buildPairingQRData('2@abc', noise, identity, secret, ['Mac OS', 'Chrome', '1']))).toEqual(read)
})

test('the prefix may be missing', () => {
  expect(parseQr(`2@abc,${noise},${identity},${secret},1`)).toEqual(read)
})

test.each([
  ['nothing', ''],
  ['a missing part', `2@abc,${noise},${identity},${secret}`],
  ['a part too many', `2@abc,${noise},${identity},${secret},1,2`],
  ['no ref', `,${noise},${identity},${secret},1`],
  ['a short key', `2@abc,${noise.slice(4)},${identity},${secret},1`],
  ['url-safe base64', `2@abc,${'_'.repeat(43)}=,${identity},${secret},1`],
  ['platform id 0', `2@abc,${noise},${identity},${secret},0`],
  ['another link', `https://example.org/#2@abc,${noise},${identity},${secret},1`],
])('%s is not a QR code for linking', (name, text) => {
  if (name === 'another link') expect(parseQr(text)?.ref).not.toBe('2@abc')
  else expect(parseQr(text)).toBeUndefined()
})

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseQr(text)))
})

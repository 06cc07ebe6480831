import { getCompanionPlatformId } from 'baileys/lib/Utils/companion-reg-client-utils.js'
import { proto } from 'baileys/WAProto/index.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DeviceOptions, resolveDevice } from '../../src/linking/device.ts'
import { linkErrorOf } from './link-errors.ts'

const named = (name: unknown) => resolveDevice({ name } as DeviceOptions, 'linux')

describe('a device that says nothing of itself', () => {
  it.each([
    ['linux', 'Linux'],
    ['darwin', 'Mac OS'],
    ['win32', 'Windows'],
    ['freebsd', 'Linux'],
    ['android', 'Linux'],
  ])('on %s is Paircode, Chrome on %s', (platform, os) => {
    expect(resolveDevice(undefined, platform)).toEqual({
      name: 'Paircode',
      browser: 'Chrome',
      os,
      display: `Chrome (${os})`,
      companionPlatformId: '1',
      platformType: 1,
    })
  })
})

describe('the two number spaces of section 1.5', () => {
  it.each([
    ['Chrome', '1', 1],
    ['Edge', '2', 6],
    ['Firefox', '3', 2],
    ['Opera', '5', 4],
    ['Safari', '6', 5],
  ] as const)('%s has the companion platform id %s and the platform type %i', (browser, id, type) => {
    const device = resolveDevice({ browser }, 'linux')
    expect(device).toMatchObject({ companionPlatformId: id, platformType: type, display: `${browser} (Linux)` })
    expect(getCompanionPlatformId(['Linux', browser, '1'])).toBe(id)
    expect(proto.DeviceProps.PlatformType[browser.toUpperCase() as 'CHROME']).toBe(type)
  })
})

describe('the display', () => {
  const browsers = ['Chrome', 'Edge', 'Firefox', 'Opera', 'Safari'] as const
  const systems = ['Windows', 'Mac OS', 'Linux'] as const

  it('is Browser (OS) in WhatsApp’s words, whatever the name is', () => {
    for (const browser of browsers)
      for (const os of systems)
        expect(resolveDevice({ name: 'Acme Sales', browser, os }, 'linux').display).toBe(`${browser} (${os})`)
  })

  it.each<[unknown, string]>([
    [{ browser: 'My Bot' }, 'a brand'],
    [{ browser: 'chrome' }, 'another case'],
    [{ browser: 'IE' }, 'a browser that we do not offer'],
    [{ browser: 'constructor' }, 'a word of JavaScript'],
    [{ browser: 1 }, 'a number'],
    [{ os: 'Ubuntu' }, 'a distribution'],
    [{ os: 'macOS' }, 'another spelling'],
    [{ os: 'Acme' }, 'a brand'],
    [{ os: 7 }, 'a number'],
  ])('cannot be made of %o (%s)', (options) => {
    const error = linkErrorOf(() => resolveDevice(options as DeviceOptions, 'linux'))
    expect(error.code).toBe('invalid-device')
    expect(error.advice.length).toBeGreaterThan(20)
  })
})

describe('a name', () => {
  it.each([
    'Acme Sales',
    'Müller & Söhne',
    'Ölçü Bot №5',
    'Пекарня «Весна»',
    'متجر السعادة',
    '株式会社アクメ',
    'हिन्दी बॉट',
    'Bot 🤖',
    '❤️ Flowers',
    '👍🏽 Service',
    '🇧🇷 Vendas',
    "Ann's Shop (Lisbon) – desk #2",
    'Metal Works',
    'Metaverse Meetup',
    'Chromatic Prints',
    'Appleton Bakery',
    'Safari Tours Kenya',
    'Edge of Town Pizza',
    'Brave Hearts Clinic',
    'What a Day!',
  ])('may be %s', (name) => {
    expect(named(name).name).toBe(name)
  })

  it('loses the space around it', () => expect(named('  Acme Sales \t').name).toBe('Acme Sales'))

  it('has 1 to 64 characters, counted as people count them and not as UTF-16 does', () => {
    expect(named('x').name).toBe('x')
    expect(named('x'.repeat(64)).name).toHaveLength(64)
    expect([...named('🤖'.repeat(64)).name]).toHaveLength(64)
    expect([...named('ü'.normalize('NFC').repeat(64)).name]).toHaveLength(64)
    for (const name of ['', '   ', 'x'.repeat(65), '🤖'.repeat(65)]) {
      expect(linkErrorOf(() => named(name)).code).toBe('invalid-device')
    }
  })

  it.each([7, true, {}, ['Acme']].map((name) => ({ name })))('cannot be $name', ({ name }) => {
    expect(linkErrorOf(() => named(name)).code).toBe('invalid-device')
  })

  it.each([
    ['a line feed', 'Acme\nSales'],
    ['a tab', 'Acme\tSales'],
    ['a null byte', 'Acme\0'],
    ['an escape', 'Acme\u001b[31m'],
    ['a C1 control', 'Acme\u0085Sales'],
    ['a line separator', 'Acme\u2028Sales'],
    ['a paragraph separator', 'Acme\u2029Sales'],
    ['a right-to-left override', 'Acme\u202eselaS'],
    ['a left-to-right isolate', 'Acme\u2066Sales\u2069'],
    ['an Arabic letter mark', 'Acme\u061c'],
    ['a zero-width space', 'Ac\u200bme'],
    ['a soft hyphen', 'Ac\u00adme'],
    ['a word joiner', 'Ac\u2060me'],
    ['a byte-order mark', 'Ac\ufeffme'],
    ['a lone surrogate', 'Acme \ud83e'],
    ['a private-use character', 'Acme \ue000'],
    ['a tag character', 'Acme\u{e0041}'],
  ])('must not hold %s', (_, name) => {
    const error = linkErrorOf(() => named(name))
    expect(error.code).toBe('invalid-device')
    expect(error.message).not.toContain(name)
  })
})

describe('a name that poses as another', () => {
  const impostors = [
    'WhatsApp',
    'whatsapp',
    'WHATSAPP',
    'whats app',
    'Whats-App',
    'What.s.App',
    'W h a t s A p p',
    'WhatsApp Web',
    'My WhatsApp Bot',
    'WhatsApp Business',
    'Wh4tsApp',
    'WhatsApp2',
    'WhаtsАрр', // Cyrillic а, А, р, р
    'ԜһаtѕАрр', // all Cyrillic but t
    'ＷｈａｔｓＡｐｐ',
    '𝗪𝗵𝗮𝘁𝘀𝗔𝗽𝗽',
    'Ⓦⓗⓐⓣⓢⓐⓟⓟ',
    'ŴhàtsÁpp',
    'What\u200bsApp',
    'What\u200dsApp',
    'What\u00adsApp',
    'Meta',
    'META',
    'Meta Support',
    'Мета', // Cyrillic М, е, т, а
    'ΜΕΤΑ', // Greek capitals: the same shapes as META
    'Facebook',
    'Facebook Support',
    'FACEB00K',
    'Fаcebооk', // Cyrillic а, о, о
    'Google',
    'Google Chrome',
    'ɡoogle', // Latin script g
    'Gооgle', // Cyrillic о, о
    'Chrome',
    'Chromium',
    'Firefox',
    'Mozilla Firefox',
    'Microsoft Edge',
    'Edge',
    'Safari',
    'Apple Safari',
    'Opera',
    'Opera Browser',
    'Brave Browser',
  ]

  it.each(impostors)('is refused: %s', (name) => {
    const error = linkErrorOf(() => named(name))
    expect(error.code).toBe('invalid-device')
    expect(error.retryable).toBe(false)
  })

  it('is refused with anything before, after or between its letters that is no letter', () => {
    const filler = fc.constantFrom('', ' ', '-', '.', '_', '·', '’', '🤖')
    fc.assert(
      fc.property(fc.array(filler, { minLength: 9, maxLength: 9 }), (fillers) => {
        const name = [...'WhatsApp'].map((letter, at) => (fillers[at] ?? '') + letter).join('') + (fillers[8] ?? '')
        return linkErrorOf(() => named(name)).code === 'invalid-device'
      }),
    )
  })
})

describe('any name', () => {
  it('is taken as it is, or refused with invalid-device; never another end', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.anything()), (name) => {
        try {
          const taken = named(name).name
          return taken === (typeof name === 'string' ? name.trim() : 'Paircode')
        } catch (error) {
          return (
            linkErrorOf(() => {
              throw error
            }).code === 'invalid-device'
          )
        }
      }),
      { numRuns: 500 },
    )
  })
})

import { describe, expect, it } from 'vitest'
import { LinkError } from '../../src/errors.ts'
import { type InstructionLanguage, instructions, WORDINGS } from '../../src/instructions/instructions.ts'

const CODE = 'ABCD-EFGH'
const LANGUAGES = Object.keys(WORDINGS) as InstructionLanguage[]

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (thrown) {
    return thrown
  }
  return undefined
}

describe('the steps on the phone', () => {
  it('name the menus of Android from the top', () => {
    expect(instructions({ code: CODE, platform: 'android' })).toEqual([
      'Open WhatsApp on the phone that has this number.',
      'Tap ⋮ at the top, then “Linked devices”.',
      'Tap “Link a device”, and unlock the phone if it asks.',
      'Tap “Link with phone number instead”.',
      'Type these 8 characters: ABCD-EFGH',
      'Or tap the notification from WhatsApp on the phone, and type the same 8 characters there.',
      'If someone sent you here and you do not know them, stop.',
    ])
  })

  it('differ on iPhone only in the way to Linked devices', () => {
    const android = instructions({ code: CODE, platform: 'android' })
    const ios = instructions({ code: CODE, platform: 'ios' })
    expect(ios[1]).toBe('Tap “Settings”, then “Linked devices”.')
    expect(ios.filter((step, at) => step !== android[at])).toEqual([ios[1]])
  })

  it('name both platforms when none is given', () => {
    const step = instructions({ code: CODE })[1] ?? ''
    expect(step).toContain('⋮')
    expect(step).toContain('Settings')
  })

  it('are English unless another language is asked for', () => {
    expect(instructions({ code: CODE })).toEqual(instructions({ code: CODE, language: 'en' }))
    expect(instructions({ code: CODE, language: 'pt' })).not.toEqual(instructions({ code: CODE }))
  })

  it('write the code as it is shown, however it was given', () => {
    expect(instructions({ code: 'abcdefgh' })).toEqual(instructions({ code: CODE }))
  })
})

describe.each(LANGUAGES)('in %s', (language) => {
  const { menu } = WORDINGS[language]
  const all = (platform?: 'android' | 'ios'): string => instructions({ code: CODE, platform, language }).join('\n')

  it.each(['android', 'ios', undefined] as const)(
    'every menu word is there, in the order of the taps (%s)',
    (platform) => {
      const words = [menu.linkedDevices, menu.linkDevice, menu.linkWithPhoneNumber, CODE]
      const at = words.map((word) => all(platform).indexOf(word))
      expect(at).not.toContain(-1)
      expect([...at].sort((a, b) => a - b)).toEqual(at)
    },
  )

  it('the code stands there once, and it is 8 of something', () => {
    expect(all().split(CODE)).toHaveLength(2)
    expect(all()).toContain('8')
  })

  it('iPhone has Settings, Android has ⋮', () => {
    expect(all('ios')).toContain(menu.settings)
    expect(all('ios')).not.toContain('⋮')
    expect(all('android')).toContain('⋮')
    expect(all('android')).not.toContain(menu.settings)
  })

  it('there are seven sentences, none of them empty or doubled', () => {
    const steps = instructions({ code: CODE, language })
    expect(steps).toHaveLength(7)
    expect(new Set(steps).size).toBe(7)
    expect(steps.every((step) => step.trim() === step && step.length > 10)).toBe(true)
  })

  it('the source of the menu words is named with its date', () => {
    expect(WORDINGS[language].source).toMatch(/\d{4}-\d{2}-\d{2}/)
  })
})

describe('languages', () => {
  it('other than English count as unreviewed', () => {
    expect(LANGUAGES.filter((language) => WORDINGS[language].reviewed)).toEqual(['en'])
  })

  it('English never calls the characters digits', () => {
    for (const platform of ['android', 'ios', undefined] as const)
      expect(instructions({ code: CODE, platform }).join(' ')).not.toMatch(/digit|number code/i)
  })

  it('Arabic isolates the code, so that it stays left-to-right', () => {
    expect(instructions({ code: CODE, language: 'ar' })[4]).toContain(`\u2066${CODE}\u2069`)
  })
})

describe('what cannot be is refused', () => {
  it.each([
    ['a code that is too short', { code: 'ABC' }, 'invalid-code'],
    ['a code with characters that no code has', { code: 'OOOO-UUUU' }, 'invalid-code'],
    ['a language that is not there', { code: CODE, language: 'xx' as 'en' }, 'invalid-options'],
    ['a language by the name of a property', { code: CODE, language: 'toString' as 'en' }, 'invalid-options'],
    ['a platform that is not there', { code: CODE, platform: 'kaios' as 'ios' }, 'invalid-options'],
  ])('%s', (_what, options, code) => {
    const thrown = thrownBy(() => instructions(options))
    expect(thrown).toBeInstanceOf(LinkError)
    expect(thrown).toMatchObject({ code })
  })

  it('and the refusal does not repeat the code', () => {
    expect(String(thrownBy(() => instructions({ code: 'OOOO-UUUU' })))).not.toContain('OOOO')
  })
})

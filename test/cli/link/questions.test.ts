import { describe, expect, it } from 'vitest'
import { askPhone } from '../../../src/cli/link/ask-phone.ts'
import { createPhoneReading } from '../../../src/cli/link/phone-reading.ts'
import { defaultSessionName, freeSessionName } from '../../../src/cli/link/session-names.ts'
import { settledSession } from '../../../src/cli/link/settled-session.ts'
import type { LinkWishes } from '../../../src/cli/link/wishes.ts'
import type { Questions } from '../../../src/cli/terminal/questions.ts'
import type { SessionInfo, Store } from '../../../src/store/contract.ts'

const READING = await createPhoneReading({ country: undefined, lenient: false, emulator: true })

/** Answers in order; a text that is refused is told, and the next answer is taken for its correction. */
function answers(...script: readonly string[]) {
  const left = [...script]
  const asked: string[] = []
  const ask: Questions = {
    async text({ message, initial, check }) {
      asked.push(initial === undefined ? message : `${message} [${initial}]`)
      for (;;) {
        const answer = left.shift()
        if (answer === undefined) throw new Error(`no answer left for: ${message}`)
        const refused = check(answer)
        if (refused === undefined) return answer
        asked.push(`! ${refused}`)
      }
    },
    confirm: () => Promise.reject(new Error('nothing here is to be confirmed')),
    async choose(message, choices) {
      asked.push(message)
      const answer = left.shift()
      const chosen = choices.find(({ label }) => label === answer)
      if (chosen === undefined)
        throw new Error(`${answer} is not among ${choices.map(({ label }) => label).join(', ')}`)
      return chosen.value
    },
  }
  return { ask, asked }
}

describe('asking for the number', () => {
  it('takes it in any formatting', async () => {
    const { ask } = answers('+1 (202) 555-0123')
    expect(await askPhone(ask, READING)).toBe('+12025550123')
  })

  it('lets a slip be corrected on the spot, and says what is wrong', async () => {
    const { ask, asked } = answers('hello', '+1 202 555 0123')
    expect(await askPhone(ask, READING)).toBe('+12025550123')
    expect(asked[1]).toMatch(/^! \S.+\.$/)
  })

  it('offers what was probably meant', async () => {
    const { ask, asked } = answers('2025550123', '+1 202 555 0123')
    expect(await askPhone(ask, READING)).toBe('+12025550123')
    expect(asked[1]).toContain('Did you mean')
  })

  it('lets it be typed again when none of the offers is right', async () => {
    const { ask, asked } = answers('2025550123', 'None of these: type it again', '+1 202 555 0124')
    expect(await askPhone(ask, READING)).toBe('+12025550124')
    expect(asked[2]).toContain('[2025550123]')
  })

  it('begins with what was given on the command line, and says why it will not do', async () => {
    const { ask, asked } = answers('+1 202 555 0123')
    expect(await askPhone(ask, READING, '+1 202 555')).toBe('+12025550123')
    expect(asked[0]).toMatch(/country code first: \[\+1 202 555\]$/)
    expect(asked[0]?.length).toBeGreaterThan(60)
  })
})

describe('reading the number', () => {
  it('an example number has a phone only with the emulator', async () => {
    const real = await createPhoneReading({ country: undefined, lenient: false, emulator: false })
    expect(real.parse('+1 202 555 0123')).toMatchObject({ ok: false, problem: 'that is an example number' })
    expect(READING.parse('+1 202 555 0123')).toEqual({ ok: true, e164: '+12025550123' })
  })

  it('heeds the country, and what is taken anyway', async () => {
    const local = await createPhoneReading({ country: 'us', lenient: false, emulator: true })
    expect(local.parse('(202) 555-0123')).toEqual({ ok: true, e164: '+12025550123' })
    expect(READING.parse('+1 202 555')).toMatchObject({ ok: false })
    const lenient = await createPhoneReading({ country: undefined, lenient: true, emulator: true })
    expect(lenient.parse('+1 202 555 0')).toMatchObject({ ok: true })
  })
})

describe('the name of a session', () => {
  it.each([
    [undefined, 'main'],
    ['Acme Sales', 'acme-sales'],
    ['Café Olé!', 'cafe-ole'],
    ['日本', 'main'],
    ['--x--', 'x'],
    ['a'.repeat(200), 'a'.repeat(60)],
  ])('for a device called %s is %s', (device, name) => {
    expect(defaultSessionName(device)).toBe(name)
  })

  it('gets a number when it is taken', () => {
    expect(freeSessionName('main', new Set())).toBe('main')
    expect(freeSessionName('main', new Set(['main', 'main-2']))).toBe('main-3')
  })
})

describe('which session it is', () => {
  const info = (session: string, state: SessionInfo['state'] = 'linked'): SessionInfo => ({
    session,
    state,
    jid: '12025550123:1@s.whatsapp.net',
    deviceName: 'Paircode',
    createdAt: new Date(0),
  })
  const store = (...sessions: readonly SessionInfo[]) =>
    ({
      list: async () => sessions,
      get: async (name: string) => sessions.find(({ session }) => session === name),
    }) as unknown as Store
  const wishes: LinkWishes = { phone: '+12025550123', session: 'main', sessionIsGuessed: true, ask: undefined }

  it('the one that was named or guessed', async () => {
    expect(await settledSession(wishes, false, store())).toEqual({ session: 'main', alreadyLinked: false })
  })

  it('linked already, when the number is the same', async () => {
    expect(await settledSession(wishes, false, store(info('main')))).toEqual({ session: 'main', alreadyLinked: true })
  })

  it('never one that is linked to another number, in silence', async () => {
    const other = { ...wishes, phone: '+12025550124' }
    const settled = settledSession(other, false, store(info('main')))
    await expect(settled).rejects.toMatchObject({
      code: 'session-exists',
      advice: expect.stringContaining('--replace'),
    })
    await expect(settled).rejects.not.toThrow(/\d{7}/)
  })

  it('with --replace whatever is there', async () => {
    const other = { ...wishes, phone: '+12025550124' }
    expect(await settledSession(other, true, store(info('main')))).toEqual({ session: 'main', alreadyLinked: false })
  })

  it.each(['unconfirmed', 'logged-out', 'bad-session'] as const)(
    'a session that is %s is linked again',
    async (state) => {
      expect(await settledSession(wishes, false, store(info('main', state)))).toMatchObject({ alreadyLinked: false })
    },
  )

  it('when people are asked, a free name is proposed, and a wrong one refused', async () => {
    const { ask, asked } = answers('Not A Name', 'sales')
    expect(await settledSession({ ...wishes, ask }, false, store(info('main')))).toMatchObject({ session: 'sales' })
    expect(asked[0]).toContain('[main-2]')
    expect(asked[1]).toMatch(/^! /)
  })
})

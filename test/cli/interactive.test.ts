import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type Phone, startEmulator } from '../../src/emulator/index.ts'
import { type Person, type Situation, sitDown } from './support/person.ts'
import { widest } from './support/terminal-buffer.ts'

const CODE = /Type these 8 characters: (\S{4}-\S{4})/
const MASKED = '+1••••••••23'

let emulator: Emulator
let phone: Phone
let folder: string

beforeEach(async () => {
  emulator = await startEmulator()
  phone = emulator.addPhone('+1 202 555 0123')
  folder = mkdtempSync(join(tmpdir(), 'paircode-person-'))
})
afterEach(async () => {
  await emulator.stop()
  rmSync(folder, { recursive: true, force: true })
})

const sit = (args: readonly string[], situation: Situation = {}): Person =>
  sitDown(args, {
    ...situation,
    env: {
      PAIRCODE_STORE: `sqlite:${join(folder, 'sessions.db')}`,
      PAIRCODE_ENDPOINT: emulator.endpoint.url,
      PAIRCODE_ROOT_KEY: Buffer.from(emulator.endpoint.rootKey).toString('base64'),
      ...situation.env,
    },
  })

function leftAlone(person: Person): void {
  expect(person.terminal.cursorIsHidden).toBe(false)
  expect(person.isRaw()).toBe(false)
  expect(person.forced()).toBe(false)
}

describe('a person links without having read anything', () => {
  it('is asked, corrected, shown the code and told what to do next', async () => {
    const person = sit(['link'])
    await person.sees(/unofficial/)
    await person.sees(/How do you want to link/)
    person.types('\r')
    await person.sees(/country code first/)
    person.types('2025550123\r')
    await person.sees(/Did you mean/)
    await person.sees(/\+1 202 555 0123/)
    person.types('\r')
    await person.sees(/shall the session be called/)
    person.types('\r')
    await person.sees(/theft of the whole disk/)
    const code = (await person.sees(CODE))[1] ?? ''
    await person.sees(/valid for 2:5\d/)
    await phone.enterCode(code)
    await person.sees(/✓ Linked \+1•+23 as session main/)
    await person.sees(/paircode connect main/)
    expect(await person.exitCode).toBe(0)
    expect(person.terminal.text).not.toContain(code)
    leftAlone(person)
  })

  it('can choose the QR code', async () => {
    const person = sit(['link'], { rows: 60 })
    await person.sees(/How do you want to link/)
    person.types('\u001b[B\r')
    await person.sees(/shall the session be called/)
    person.types('\r')
    await person.sees(/Point the camera at this picture/)
    await person.sees(/█▄▄▄▄▄/)
    person.types('\u0003')
    expect(await person.exitCode).toBe(5)
    leftAlone(person)
  })

  it('can leave at any question with Ctrl-C, and nothing was touched', async () => {
    const person = sit(['link'])
    await person.sees(/How do you want to link/)
    person.types('\u0003')
    expect(await person.exitCode).toBe(5)
    expect(person.errors()).toContain('paircode explain cancelled')
    leftAlone(person)
  })
})

describe('a person who gave the number', () => {
  it('is asked for nothing', async () => {
    const person = sit(['link', '+1 202 555 0123', '--session', 'sales'])
    await person.sees(new RegExp(`Linking ${MASKED.replace('+', '\\+')} as session sales`))
    await person.sees(CODE)
    person.types('\u0003')
    expect(await person.exitCode).toBe(5)
  })

  it('is asked again when it cannot be one, with what is wrong', async () => {
    const person = sit(['link', '+1 202 555'])
    await person.sees(/\S+\. The number of the WhatsApp/)
    person.types('\u0003')
    expect(await person.exitCode).toBe(5)
  })

  it('cancels with Ctrl-C: the code is gone, the terminal is as it was, exit 5', async () => {
    const person = sit(['link', '+1 202 555 0123'])
    const code = (await person.sees(CODE))[1] ?? ''
    expect(person.isRaw()).toBe(true)
    expect(person.terminal.cursorIsHidden).toBe(true)
    person.types('\u0003')
    expect(await person.exitCode).toBe(5)
    expect(person.terminal.text).not.toContain(code)
    expect(person.errors().trimEnd().split('\n').at(-1)).toContain('paircode explain cancelled')
    await expect(phone.enterCode(code)).rejects.toMatchObject({ code: 'no-request' })
    leftAlone(person)
  })

  it('forces the end with a second Ctrl-C', async () => {
    const person = sit(['link', '+1 202 555 0123'])
    await person.sees(CODE)
    person.types('\u0003')
    person.types('\u0003')
    await person.exitCode
    expect(person.forced()).toBe(true)
  })

  it('gets a new code with Enter when WhatsApp wants a person to ask', async () => {
    emulator.tamper({ at: 'companion_hello', with: 'refresh-manual' })
    const person = sit(['link', '+1 202 555 0123'])
    await person.sees(/Press Enter for a new code/)
    person.types('\r')
    await phone.enterCode((await person.sees(CODE))[1] ?? '')
    expect(await person.exitCode).toBe(0)
  })

  it('reads what WhatsApp refused, what to do, and the line to type', async () => {
    emulator.fail({ at: 'companion_hello', code: 403 })
    const person = sit(['link', '+1 202 555 0123'])
    expect(await person.exitCode).toBe(3)
    const lines = person
      .errors()
      .split('\n')
      .filter((line) => line.trim() !== '')
    expect(lines[0]).toContain('WhatsApp does not allow this link (403).')
    expect(lines.at(-1)).toContain('paircode explain forbidden')
    leftAlone(person)
  })

  it('is told that it is linked already', async () => {
    const first = sit(['link', '+1 202 555 0123'])
    await phone.enterCode((await first.sees(CODE))[1] ?? '')
    expect(await first.exitCode).toBe(0)
    const again = sit(['link', '+1 202 555 0123'])
    expect(await again.exitCode).toBe(0)
    expect(again.terminal.text).toContain('is linked already, as +1••••••••23. Nothing was changed.')
    const list = sit(['sessions'])
    expect(await list.exitCode).toBe(0)
    expect(list.terminal.text).toMatch(/SESSION +STATE[\s\S]*main +linked/)
  })
})

describe('a person and a linked session', () => {
  async function linkMain(): Promise<void> {
    const person = sit(['link', '+1 202 555 0123'])
    await phone.enterCode((await person.sees(CODE))[1] ?? '')
    expect(await person.exitCode).toBe(0)
  }

  it('is asked before it is removed, where Enter alone means no, and told what is left to do', async () => {
    await linkMain()
    const doubting = sit(['remove', 'main'])
    await doubting.sees(/the phone goes on listing the device[\s\S]*paircode logout main/)
    await doubting.sees(/Remove session main, \+1•+23, “Paircode” \(linked\)\?/)
    doubting.types('\r')
    expect(await doubting.exitCode).toBe(5)
    expect(doubting.errors()).toContain('paircode explain cancelled')
    leftAlone(doubting)

    const sure = sit(['remove', 'main'])
    await sure.sees(/Remove session main/)
    sure.types('y')
    expect(await sure.exitCode).toBe(0)
    expect(sure.terminal.text).toMatch(/✓ Removed session main[\s\S]*paircode restore main/)

    const back = sit(['restore', 'main'])
    expect(await back.exitCode).toBe(0)
    expect(back.terminal.text).toMatch(/✓ Restored session main: \+1•+23, “Paircode”[\s\S]*paircode connect main/)
  })

  it('reads how it is, what the doctor finds, and how it was logged out', async () => {
    await linkMain()
    const status = sit(['status', 'main'])
    expect(await status.exitCode).toBe(0)
    expect(status.terminal.text).toMatch(/Session main: linked[\s\S]*In use +no[\s\S]*paircode connect main/)

    const doctor = sit(['doctor'], { columns: 60 })
    expect(await doctor.exitCode).toBe(0)
    expect(doctor.terminal.text).toMatch(/✓ Session main, \+1•+23, is linked[\s\S]*Nothing is wrong\.$/)
    expect(widest(doctor.terminal.lines)).toBeLessThanOrEqual(60)

    const logout = sit(['logout', 'main'])
    expect(await logout.exitCode).toBe(0)
    expect(logout.terminal.text).toMatch(
      /asking WhatsApp[\s\S]*✓ Logged session main out[\s\S]*paircode link --session main/,
    )
    expect(phone.linkedDevices()).toEqual([])
  })
})

describe('a narrow terminal', () => {
  it('of 40 columns shows everything that is needed', async () => {
    const person = sit(['link', '+1 202 555 0123'], { columns: 40, rows: 24 })
    await person.sees(/\S \S \S \S - \S \S \S \S/)
    await person.sees(CODE)
    await person.sees(/valid for/)
    person.types('\u0003')
    expect(await person.exitCode).toBe(5)
  })
})

describe('the demo', () => {
  it('lets the person be the phone and the contact', async () => {
    const person = sitDown(['demo'])
    await person.sees(/You are the phone/)
    const code = (await person.sees(CODE))[1] ?? ''
    person.types('nonsense\r')
    await person.sees(/8 characters of 1-9/)
    person.types(`\u0015${code}\r`)
    await person.sees(/The bot is online/)
    await person.sees(/You are a contact/)
    person.types('\u0015Good morning\r')
    await person.sees(/answers with an echo: Good morning/)
    await person.sees(/The contact reads: Good morning/)
    expect(await person.exitCode).toBe(0)
    expect(person.terminal.text).toContain('With your own phone')
    leftAlone(person)
  })

  it('lets a mistyped code be typed again', async () => {
    const person = sitDown(['demo'])
    const code = (await person.sees(CODE))[1] ?? ''
    await person.sees(/You are the phone/)
    person.types('2222-2222\r')
    await person.sees(/could not open it/)
    await person.sees(/You are the phone[\s\S]*could not open it[\s\S]*You are the phone/)
    person.types(`${code}\r`)
    await person.sees(/You are a contact/)
    person.types('\u0003')
    expect(await person.exitCode).toBe(5)
  })

  it('says why WhatsApp refused', async () => {
    const person = sitDown(['demo', '--auto', '--refuse', '403'])
    expect(await person.exitCode).toBe(3)
    expect(person.errors()).toContain('paircode explain forbidden')
  })
})

describe('a person who operates a server', () => {
  const TOKEN = /paircode_[0-9a-f]{16}_[A-Za-z0-9_-]{43}/

  it('is shown the address, the store, the next line to type, and once the token, which works', async () => {
    const person = sit(['serve', '--port', '0'], { columns: 120 })
    const [token] = await person.sees(TOKEN)
    const [, url] = await person.sees(/✓ Paircode listens on (http:\/\/127\.0\.0\.1:\d+)\. Ctrl-C stops it\./)
    await person.sees(/Sessions: sqlite:\S+sessions\.db/)
    await person.sees(/paircode token create --scope links,codes,sessions --name my-app/)
    const answer = await fetch(`${url}/v1/tokens`, { headers: { Authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(200)
    person.interrupts()
    await person.sees(/✓ Closed\./)
    expect(await person.exitCode).toBe(0)
    leftAlone(person)

    const later = sit(['serve', '--port', '0'], { columns: 120 })
    await later.sees(/Paircode listens on/)
    expect(later.terminal.text).not.toMatch(TOKEN)
    later.interrupts()
    expect(await later.exitCode).toBe(0)
  })

  it('makes, sees and revokes a token', async () => {
    const made = sit(['token', 'create', '--name', 'shop'], { columns: 120 })
    await made.sees(TOKEN)
    const [, id = ''] = await made.sees(/paircode token revoke ([0-9a-f]{16})/)
    expect(await made.exitCode).toBe(0)
    const list = sit(['token', 'list'])
    await list.sees(new RegExp(`${id}  links sessions`))
    await list.sees(/shop, made just now/)
    expect(await list.exitCode).toBe(0)
    const revoked = sit(['token', 'revoke', id])
    await revoked.sees(/It works no more/)
    expect(await revoked.exitCode).toBe(0)
    const empty = sit(['token', 'list'])
    await empty.sees(/paircode token create/)
    expect(await empty.exitCode).toBe(0)
  })
})

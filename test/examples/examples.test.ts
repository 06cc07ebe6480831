import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type Phone, startEmulator } from '../../src/emulator/index.ts'
import { EXAMPLES, notBuilt, type Program, startExample } from './programs.ts'

const PHONE = '+1 202 555 0123'
const CONTACT = '+1 202 555 0147'
const CODE = /\b[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}\b/
const TESTED = [
  'echo-bot.ts',
  'keep-your-own-baileys.ts',
  'link-page.ts',
  'qr-in-terminal.ts',
  'test-with-emulator.test.ts',
]
const files = readdirSync(EXAMPLES).filter((file) => file.endsWith('.ts'))

describe('the examples', () => {
  it('are all run by the tests below', () => {
    expect(files.sort()).toEqual(TESTED)
  })

  it.each(files)('%s fits on a screen: 40 lines at most', (file) => {
    expect(readFileSync(join(EXAMPLES, file), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(40)
  })
})

describe.skipIf(notBuilt !== '')(`run by a reader${notBuilt}`, { timeout: 180_000 }, () => {
  let emulator: Emulator
  let phone: Phone
  let contact: Phone
  let folder: string
  let env: Readonly<Record<string, string>>
  let running: Program[] = []

  const start = (name: string, more: Readonly<Record<string, string>> = {}): Program => {
    const program = startExample(name, { ...env, ...more })
    running.push(program)
    return program
  }

  beforeEach(async () => {
    emulator = await startEmulator()
    phone = emulator.addPhone(PHONE)
    contact = emulator.addPhone(CONTACT, { name: 'Ada' })
    folder = await mkdtemp(join(tmpdir(), 'paircode-examples-'))
    env = {
      PHONE,
      PAIRCODE_STORE: `sqlite:${join(folder, 'sessions.db')}`,
      PAIRCODE_ENDPOINT: emulator.endpoint.url,
      PAIRCODE_ROOT_KEY: Buffer.from(emulator.endpoint.rootKey).toString('base64'),
    }
  })
  afterEach(async () => {
    await Promise.all(running.map((program) => program.kill()))
    running = []
    await emulator.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('the echo bot links, answers, stops on Ctrl+C, and connects the next time without a code', async () => {
    const first = start('echo-bot.ts')
    await phone.enterCode(await first.says(CODE))
    await first.says(/^online$/m)
    await contact.send(PHONE, 'hello')
    expect((await contact.received()).text).toBe('echo: hello')
    expect(await first.interrupt()).toBe(0)
    expect(first.output()).toContain('stopped: closed')

    const second = start('echo-bot.ts')
    await second.says(/^online$/m)
    await contact.send(PHONE, 'again')
    expect((await contact.received()).text).toBe('echo: again')
    expect(second.output()).not.toMatch(CODE)
    expect(phone.linkedDevices()).toMatchObject([{ name: 'Echo bot' }])
  })

  it('the echo bot says what to do when WhatsApp refuses, and fails', async () => {
    emulator.fail({ at: 'companion_hello', code: 452 })
    const program = start('echo-bot.ts')
    await program.says(/Link by QR code instead/)
    expect(await program.ended).toBe(1)
  })

  it('the QR example shows a picture and ends when a phone has scanned it', async () => {
    const program = start('qr-in-terminal.ts')
    const text = await program.says(/https:\/\/wa\.me\/settings\/linked_devices#\S+/)
    expect(program.output()).toMatch(/█[▀▄█ ]{20}/)
    await phone.scanQr(text)
    await program.says(/Linked as QR bot\./)
    expect(await program.ended).toBe(0)
  })

  it('a bot with its own Baileys socket links, logs in, receives, and starts again from the store', async () => {
    const first = start('keep-your-own-baileys.ts')
    await phone.enterCode(await first.says(CODE))
    await first.says(/^online$/m)
    await contact.send(PHONE, 'hello')
    await first.says(/messages: 1/)
    await first.kill()

    const second = start('keep-your-own-baileys.ts')
    await second.says(/^online$/m)
    expect(second.output()).not.toMatch(CODE)
    expect(phone.linkedDevices()).toHaveLength(1)
  })

  it('the app with a link page shows it to its owner alone, and runs the bot once it is linked', async () => {
    const program = start('link-page.ts', { PASSWORD: 'a password', PORT: '0' })
    const url = await program.says(/http:\/\/127\.0\.0\.1:\d+\/whatsapp\/link/)
    expect((await fetch(url)).status).toBe(401)
    const headers: Record<string, string> = {
      Authorization: `Basic ${Buffer.from('owner:a password').toString('base64')}`,
      'Sec-Fetch-Site': 'same-origin',
    }
    const post = (path: string, form = {}): Promise<Response> =>
      fetch(url + path, { method: 'POST', headers, body: new URLSearchParams(form), redirect: 'manual' })
    expect(await (await fetch(url, { headers })).text()).toContain('Acme Repairs')
    headers['Cookie'] = (await post('/begin')).headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await post('/code', { phone: PHONE })).status).toBe(303)
    const code = /data-code[^>]*>([^<]+)</.exec(await (await fetch(url, { headers })).text())?.[1] ?? ''
    await phone.enterCode(code)
    await program.says(/^online$/m)
    await program.kill()
    expect(phone.linkedDevices()).toMatchObject([{ name: 'Acme bot' }])
  })

  it('the test that a bot author would write passes', async () => {
    const program = start('test-with-emulator.test.ts')
    expect([await program.ended, program.output()]).toEqual([0, expect.stringMatching(/pass 2[\s\S]*fail 0/)])
  })
})

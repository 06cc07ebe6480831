import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Phone } from '../../../src/emulator/index.ts'
import { setCommandStage } from '../support/command-stage.ts'
import { defectsOf } from '../support/running-cli.ts'

const NUMBER = '+1 202 555 0123'
const MASKED = '+1••••••••23'

const stage = setCommandStage()
let phone: Phone
beforeEach(() => {
  phone = stage.emulator.addPhone(NUMBER)
})

const { run } = stage

async function linkMain(...args: readonly string[]) {
  const linking = run(['link', NUMBER, ...args])
  const { code } = await linking.event('code')
  await phone.enterCode(String(code))
  const ended = await linking.ended
  expect(ended).toMatchObject({ code: 0 })
  return ended
}

describe('paircode link in a pipe', () => {
  it('tells one JSON event a line until the first login is online, and exits 0', async () => {
    const ended = await linkMain()
    expect(ended.events.map(({ type }) => type)).toEqual([
      'connecting',
      'code',
      'confirming',
      'paired',
      'online',
      'linked',
    ])
    expect(ended.events[1]).toMatchObject({
      code: expect.stringMatching(/^[1-9A-Z]{4}-[1-9A-Z]{4}$/),
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      number: 1,
    })
    expect(ended.events.at(-1)).toMatchObject({ session: 'main', deviceName: 'Paircode', alreadyLinked: false })
    expect(defectsOf(ended)).toEqual([])
    expect(stage.emulator.logins).toHaveLength(1)
  })

  it('says on stderr, once, what the key beside the database protects', async () => {
    const ended = await linkMain()
    expect(ended.stderr).toContain('does not protect against the theft')
    expect((await run(['sessions']).ended).stderr).toBe('')
  })

  it('says that a session is linked already, and asks WhatsApp for nothing', async () => {
    await linkMain()
    const again = await run(['link', NUMBER]).ended
    expect(again).toMatchObject({ code: 0 })
    expect(again.events.at(-1)).toMatchObject({ type: 'linked', alreadyLinked: true })
    expect(stage.emulator.logins).toHaveLength(1)
  })

  it('does not take a session of another number for this one', async () => {
    await linkMain()
    const other = await run(['link', '+1 202 555 0124']).ended
    expect(other).toMatchObject({ code: 1 })
    expect(other.events.at(-1)).toMatchObject({ error: { code: 'session-exists' } })
    expect(other.stderr).toContain(MASKED)
  })

  it('gives the device the name that was asked for, and the session its name', async () => {
    const ended = await linkMain('--device-name', 'Acme Sales')
    expect(ended.events.at(-1)).toMatchObject({ session: 'acme-sales', deviceName: 'Acme Sales' })
    expect(phone.linkedDevices()).toMatchObject([{ name: 'Acme Sales' }])
  })

  it('takes a number that was not quoted', async () => {
    const linking = run(['link', '+1', '202', '555', '0123'])
    const { code } = await linking.event('code')
    await phone.enterCode(String(code))
    expect(await linking.ended).toMatchObject({ code: 0 })
  })

  it('takes a local number with its country', async () => {
    const linking = run(['link', '(202) 555-0123', '--country', 'US'])
    await linking.event('code')
  })

  it('with --no-wait it leaves the first login to another program', async () => {
    const ended = await linkMain('--no-wait')
    expect(ended.events.at(-1)).toMatchObject({ type: 'linked' })
    expect(stage.emulator.logins).toHaveLength(0)
    const bot = run(['connect', 'main'])
    for (;;) if ((await bot.event('state')).state === 'online') break
    expect(stage.emulator.logins).toHaveLength(1)
  })

  it('with --qr alone it links by a scan', async () => {
    const linking = run(['link', '--qr', '--session', 'scanned'])
    const { data } = await linking.event('qr')
    await phone.scanQr(String(data))
    const ended = await linking.ended
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.events.some(({ type }) => type === 'code')).toBe(false)
  })

  it('with a number and --qr it offers both', async () => {
    const linking = run(['link', NUMBER, '--qr'])
    await Promise.all([linking.event('code'), linking.event('qr')])
  })

  it('masks numbers, codes and keys in the log, and keeps the log off stdout', async () => {
    const linking = run(['link', NUMBER], { PAIRCODE_LOG: 'trace' })
    const code = String((await linking.event('code')).code)
    await phone.enterCode(code)
    const ended = await linking.ended
    expect(ended.stderr.split('\n').length).toBeGreaterThan(20)
    expect(defectsOf(ended)).toEqual([])
    expect(ended.stderr).not.toContain(code)
    expect(ended.stderr).not.toContain(code.replace('-', ''))
    expect(ended.stderr).not.toMatch(/[0-9a-f]{40}/)
  })
})

describe('paircode link is refused', () => {
  it.each([
    [403, 'forbidden', 3],
    [452, 'not-available', 3],
    [429, 'rate-limited', 75],
    [418, 'rejected', 3],
  ])('with %i: %s, exit %i, and the line to type for more', async (status, code, exit) => {
    stage.emulator.fail({ at: 'companion_hello', code: status })
    const ended = await run(['link', NUMBER]).ended
    expect(ended.code).toBe(exit)
    expect(ended.events.at(-1)).toMatchObject({
      type: 'failed',
      error: { code, status, message: expect.any(String), advice: expect.any(String) },
    })
    expect(ended.events.filter(({ type }) => type === 'failed')).toHaveLength(1)
    expect(ended.stderr.trimEnd().split('\n').at(-1)?.trim()).toBe(`paircode explain ${code}`)
    expect(defectsOf(ended)).toEqual([])
  })

  it('by an account that asks for a passkey: exit 3', async () => {
    const guarded = stage.emulator.addPhone('+1 202 555 0125', { passkey: true })
    const linking = run(['link', '+1 202 555 0125'])
    const { code } = await linking.event('code')
    void guarded.enterCode(String(code)).catch(() => {})
    expect(await linking.ended).toMatchObject({ code: 3 })
    expect((await linking.ended).events.at(-1)).toMatchObject({ error: { code: 'passkey-required' } })
  })

  it('by a server with another root key: exit 3, nothing sent', async () => {
    const ended = await run(['link', NUMBER], { PAIRCODE_ROOT_KEY: Buffer.alloc(32, 1).toString('base64') }).ended
    expect(ended).toMatchObject({ code: 3 })
    expect(ended.events.at(-1)).toMatchObject({ error: { code: 'untrusted-server' } })
  })

  it('when WhatsApp wants a person to ask for the next code, which a pipe has not: exit 4', async () => {
    stage.emulator.tamper({ at: 'companion_hello', with: 'refresh-manual' })
    const ended = await run(['link', NUMBER]).ended
    expect(ended).toMatchObject({ code: 4 })
    expect(ended.events.at(-1)).toMatchObject({ error: { code: 'expired' } })
  })
})

describe('wrong usage exits 2 before anything is touched:', () => {
  type Wrong = readonly [what: string, args: readonly string[], code: string, env: Record<string, string>]
  const WRONG: readonly Wrong[] = [
    ['a number that is none', ['link', '+1 202'], 'invalid-phone', {}],
    [
      'an example number without an emulator',
      ['link', NUMBER],
      'invalid-phone',
      { PAIRCODE_ENDPOINT: '', PAIRCODE_ROOT_KEY: '' },
    ],
    ['a name that poses as WhatsApp', ['link', NUMBER, '--device-name', 'WhatsApp Web'], 'invalid-device', {}],
    ['a session name that is none', ['link', NUMBER, '--session', 'Not A Name'], 'invalid-session', {}],
    ['no number, and nobody to ask', ['link'], 'invalid-options', {}],
    ['an option that is not there', ['link', NUMBER, '--jason'], 'invalid-options', {}],
    ['a country that is not there', ['link', '202 555 0123', '--country', 'XX'], 'invalid-phone', {}],
    ['a key that is none', ['link', NUMBER], 'invalid-options', { PAIRCODE_KEY: 'short' }],
    ['an endpoint without its root key', ['link', NUMBER], 'invalid-options', { PAIRCODE_ROOT_KEY: '' }],
  ]

  it.each(WRONG)('%s', async (_what, args, code, env) => {
    const ended = await run(args, env).ended
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.events.at(-1)).toMatchObject({ type: 'failed', error: { code } })
    expect(ended.stderr).toContain(`paircode explain ${code}`)
    expect(defectsOf(ended)).toEqual([])
    expect(existsSync(join(stage.folder, '.paircode'))).toBe(false)
  })
})

describe('cancelling', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends it with 5, and the code with it', async (signal) => {
    const linking = run(['link', NUMBER])
    const { code } = await linking.event('code')
    linking.child.kill(signal)
    const ended = await linking.ended
    expect(ended).toMatchObject({ code: 5 })
    expect(ended.events.at(-1)).toMatchObject({ error: { code: 'cancelled' } })
    await expect(phone.enterCode(String(code))).rejects.toMatchObject({ code: 'no-request' })
    expect((await run(['sessions']).ended).stdout).toBe('')
  })

  it('leaves the store free for the next link at once', async () => {
    const linking = run(['link', NUMBER])
    await linking.event('code')
    linking.child.kill('SIGINT')
    await linking.ended
    await linkMain()
  })

  it('the reader that has gone is nobody to work for', async () => {
    stage.emulator.hold({ at: 'primary_hello' })
    const linking = run(['link', NUMBER])
    const { code } = await linking.event('code')
    linking.child.stdout.destroy()
    void phone.enterCode(String(code)).catch(() => {})
    stage.emulator.streamError(503)
    expect(await linking.ended).toMatchObject({ code: 5 })
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import type { Phone } from '../../../src/emulator/index.ts'
import { setCommandStage } from '../support/command-stage.ts'
import { defectsOf, type RunningCli } from '../support/running-cli.ts'

const NUMBER = '+1 202 555 0123'

const stage = setCommandStage()
let phone: Phone
let contact: Phone
beforeEach(() => {
  phone = stage.emulator.addPhone(NUMBER)
  contact = stage.emulator.addPhone('+1 202 555 0124')
})

const { run } = stage

async function linkMain(): Promise<string> {
  const linking = run(['link', NUMBER])
  const { code } = await linking.event('code')
  const { jid } = await phone.enterCode(String(code))
  expect(await linking.ended).toMatchObject({ code: 0 })
  return jid
}

async function online(bot: RunningCli): Promise<void> {
  while ((await bot.event('state')).state !== 'online');
}

describe('paircode connect', () => {
  it('keeps a session online, comes back after a lost connection, and exits 0 on Ctrl-C', async () => {
    await linkMain()
    const bot = run(['connect', 'main'])
    await online(bot)
    stage.emulator.streamError(503)
    await online(bot)
    bot.child.kill('SIGINT')
    const ended = await bot.ended
    expect(ended).toMatchObject({ code: 0 })
    expect(defectsOf(ended)).toEqual([])
    expect(ended.events.some(({ state }) => state === 'waiting')).toBe(true)
  })

  it('with --echo it answers a text with the same text', async () => {
    await linkMain()
    const bot = run(['connect', 'main', '--echo'])
    await online(bot)
    await contact.send(NUMBER, 'Is anybody there?')
    expect(await contact.received()).toMatchObject({ text: 'Is anybody there?' })
    expect(await bot.event('echo')).toMatchObject({ text: 'Is anybody there?' })
    bot.child.kill('SIGINT')
    expect(defectsOf(await bot.ended)).toEqual([])
  })

  it('lists the session with the time it was online', async () => {
    await linkMain()
    const { events } = await run(['sessions']).ended
    expect(events).toMatchObject([{ type: 'session', session: 'main', state: 'linked', deviceName: 'Paircode' }])
    expect(events[0]?.lastOnlineAt).toEqual(expect.stringMatching(/Z$/))
  })

  it('says that it was logged out on the phone, with the line to type, and exits 1', async () => {
    const jid = await linkMain()
    const bot = run(['connect', 'main'])
    await online(bot)
    await phone.unlink(jid)
    const ended = await bot.ended
    expect(ended).toMatchObject({ code: 1 })
    expect(ended.events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'logged-out' } })
    expect(ended.stderr.trimEnd().split('\n').at(-1)?.trim()).toBe('paircode explain logged-out')
    expect((await run(['sessions', '--archived']).ended).events).toHaveLength(1)
  })

  it('does not share a session: the second one exits 75', async () => {
    await linkMain()
    const bot = run(['connect', 'main'])
    await online(bot)
    const second = await run(['connect', 'main']).ended
    expect(second).toMatchObject({ code: 75 })
    expect(second.events.at(-1)).toMatchObject({ error: { code: 'session-busy' } })
  })

  it.each([
    ['a session that is not there', ['connect', 'nobody'], 1, 'not-linked'],
    ['a name that is none', ['connect', 'Not A Name'], 2, 'invalid-session'],
    ['no name', ['connect'], 2, 'invalid-options'],
    ['a store that is none', ['connect', 'main', '--store', 'mysql:x'], 1, 'not-a-store'],
  ])('%s: exit code and reason', async (_what, args, exit, code) => {
    const ended = await run(args).ended
    expect(ended.code).toBe(exit)
    expect(ended.events.at(-1)).toMatchObject({ type: 'failed', error: { code } })
    expect(ended.stderr).toContain(`paircode explain ${code}`)
  })
})

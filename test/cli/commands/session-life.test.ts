// What becomes of a session after it was linked: each command as a process of its own, against the emulator.
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Phone } from '../../../src/emulator/index.ts'
import { link } from '../../../src/index.ts'
import { openStore } from '../../../src/store/index.ts'
import { setCommandStage } from '../support/command-stage.ts'
import { defectsOf, type Ended, type RunningCli } from '../support/running-cli.ts'

const NUMBER = '+1 202 555 0123'

// Up to nine processes after one another.
vi.setConfig({ testTimeout: 180_000 })

const stage = setCommandStage()
let phone: Phone
beforeEach(() => {
  phone = stage.emulator.addPhone(NUMBER)
})

const start = (...args: readonly string[]): RunningCli => stage.run(args)

/** Whatever it does: JSON on stdout and nothing else, and no number but a JID's. */
async function run(...args: readonly string[]): Promise<Ended> {
  const ended = await start(...args).ended
  expect(defectsOf(ended)).toEqual([])
  return ended
}

async function fails(args: readonly string[], exit: number, code: string): Promise<Ended> {
  const ended = await run(...args)
  expect([ended.code, ended.events.at(-1)]).toMatchObject([exit, { type: 'failed', error: { code } }])
  expect(ended.stderr.trimEnd().split('\n').at(-1)?.trim()).toBe(`paircode explain ${code}`)
  return ended
}

/** In this process, where the command would look for it: what the command makes of a link is tested elsewhere. */
async function linkMain(): Promise<string> {
  const store = await openStore(`sqlite:${join(stage.folder, '.paircode', 'sessions.db')}`)
  try {
    const linking = link({ session: 'main', phone: NUMBER, store, endpoint: stage.emulator.endpoint })
    const { jid } = await phone.enterCode((await linking.code()).code)
    await linking.result
    return jid
  } finally {
    await store.close()
  }
}

async function online(): Promise<RunningCli> {
  const bot = start('connect', 'main')
  while ((await bot.event('state')).state !== 'online');
  return bot
}

const names = async (...flags: readonly string[]): Promise<readonly unknown[]> =>
  (await run('sessions', ...flags)).events.map(({ session }) => session)

describe('asking about a session', () => {
  it('tells its state and who uses it', async () => {
    const jid = await linkMain()
    expect((await run('status', 'main')).events).toMatchObject([
      { type: 'session', session: 'main', state: 'linked', jid, deviceName: 'Paircode', heldBy: null, archived: 0 },
    ])
    const bot = await online()
    expect((await run('status', 'main')).events).toMatchObject([{ heldBy: { pid: bot.child.pid } }])
  })

  it.each([
    ['status', 'nobody'],
    ['logout', 'nobody'],
    ['remove', 'nobody', '--yes'],
    ['restore', 'nobody'],
    ['export', 'nobody', 'out'],
    ['connect', 'nobody'],
  ])('that is not there, in a place without a store: %s makes none', async (...args) => {
    await fails(args, 1, 'not-linked')
    expect(await names()).toEqual([])
    expect(readdirSync(stage.folder)).toEqual([])
  })

  it.each([
    [['status']],
    [['status', 'Not A Name']],
    [['logout', 'main', '--limit', 'soon']],
    [['export', 'main']],
    [['import']],
    [['restore', 'main', 'again']],
  ])('in the wrong way: %j', async (args) => {
    expect((await run(...args)).code).toBe(2)
  })
})

describe('paircode logout', () => {
  it('unlinks on WhatsApp, waits for the answer, and takes the session out of the store', async () => {
    const jid = await linkMain()
    expect(phone.linkedDevices()).toHaveLength(1)
    const ended = await run('logout', 'main')
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.events.map(({ type }) => type)).toEqual(['state', 'state', 'asking', 'logged-out'])
    expect(ended.events.at(-1)).toEqual({ type: 'logged-out', session: 'main', jid, alreadyUnlinked: false })
    expect(phone.linkedDevices()).toEqual([])
    expect(await names()).toEqual([])
  })

  it('is done as well when the phone had unlinked it before', async () => {
    await phone.unlink(await linkMain())
    const ended = await run('logout', 'main')
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.events.at(-1)).toMatchObject({ type: 'logged-out', alreadyUnlinked: true })
    expect(await names()).toEqual([])
  })

  it('leaves a session alone that a bot uses, and names that process: exit 75', async () => {
    await linkMain()
    const bot = await online()
    const { stderr } = await fails(['logout', 'main'], 75, 'session-busy')
    expect(stderr).toContain(`process ${bot.child.pid} on `)
    await fails(['remove', 'main', '--yes'], 75, 'session-busy')
    expect(phone.linkedDevices()).toHaveLength(1)
    expect(await names()).toEqual(['main'])
  })

  it('offline: gives up at its limit, the session stays, exit 75', async () => {
    await linkMain()
    await stage.emulator.stop()
    const ended = await fails(['logout', 'main', '--limit', '2'], 75, 'network')
    expect(ended.stderr).toContain('The session stays as it was')
    expect(ended.stderr).toContain('paircode remove main')
    expect(await names()).toEqual(['main'])
  })
})

describe('paircode remove and restore', () => {
  it('nobody can be asked in a pipe: --yes says that it shall go', async () => {
    await linkMain()
    const { stderr } = await fails(['remove', 'main'], 2, 'invalid-options')
    expect(stderr).toContain('paircode remove main --yes')
    expect((await run('remove', 'main', '--yes')).events).toMatchObject([{ type: 'removed', session: 'main' }])
    expect(phone.linkedDevices()).toHaveLength(1)
    expect(await names()).toEqual([])
    expect(await names('--archived')).toEqual(['main'])
  })

  it('what was removed comes back as it was, and goes online', async () => {
    const jid = await linkMain()
    await run('remove', 'main', '--yes')
    const restored = await run('restore', 'main')
    expect(restored).toMatchObject({ code: 0, events: [{ type: 'restored', session: 'main', state: 'linked', jid }] })
    await online()
    await fails(['restore', 'other'], 1, 'not-linked')
  })

  it('nothing is put over a session that is in use', async () => {
    await linkMain()
    await run('remove', 'main', '--yes')
    await linkMain()
    await fails(['restore', 'main'], 1, 'store-error')
  })
})

describe('paircode export and import', () => {
  it('carry a session out and in again, and refuse the same login twice', async () => {
    const jid = await linkMain()
    const exported = await run('export', 'main', 'auth_sales')
    expect(exported).toMatchObject({
      code: 0,
      events: [{ type: 'exported', session: 'main', jid, folder: 'auth_sales' }],
    })
    const folder = join(stage.folder, 'auth_sales')
    expect(existsSync(join(folder, 'creds.json'))).toBe(true)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    await fails(['export', 'main', 'auth_sales'], 1, 'store-error')
    await fails(['import', 'auth_sales'], 1, 'session-exists')

    await run('remove', 'main', '--yes')
    writeFileSync(join(folder, 'notes.txt'), '')
    const imported = await run('import', 'auth_sales')
    expect(imported.events).toMatchObject([
      { type: 'warning', code: 'in-use' },
      {
        type: 'imported',
        session: 'sales',
        jid,
        skipped: [{ file: 'notes.txt', reason: 'not a file that Baileys writes' }],
      },
    ])
    await fails(['restore', 'main'], 1, 'session-exists')
    const bot = start('connect', 'sales')
    while ((await bot.event('state')).state !== 'online');
  })

  it('a folder that cannot be taken makes no store', async () => {
    mkdirSync(join(stage.folder, 'auth'))
    await fails(['import', 'auth'], 1, 'broken-folder')
    await fails(['import', 'nowhere'], 1, 'broken-folder')
    writeFileSync(join(stage.folder, 'auth', 'creds.json'), '{"noiseKey":')
    await fails(['import', 'auth', '--session', 'sales'], 1, 'broken-folder')
    expect(readdirSync(stage.folder)).toEqual(['auth'])
  })
})

describe('paircode doctor', () => {
  const findings = ({ events }: Ended): readonly string[] => events.map(({ severity, code }) => `${severity} ${code}`)
  const fingerprint = (): readonly string[] =>
    readdirSync(stage.folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => {
        const { size, mtimeMs, ctimeMs } = statSync(join(stage.folder, name))
        return `${name} ${size} ${mtimeMs} ${ctimeMs}`
      })

  it('finds nothing wrong on a machine without a store, and makes none', async () => {
    const ended = await run('doctor')
    expect(ended.code).toBe(0)
    expect(findings(ended)).toEqual(['note no-store', 'ok node', 'ok baileys', 'ok endpoint', 'ok clock'])
    expect(readdirSync(stage.folder)).toEqual([])
  })

  it('sees a bot that runs, and one that was killed, and touches nothing', async () => {
    await linkMain()
    const bot = await online()
    const running = await run('doctor', '.paircode/sessions.db')
    expect([running.code, findings(running)]).toEqual([0, ['note in-use', 'ok store', 'ok session']])
    expect(running.events[0]?.sentence).toContain(`process ${bot.child.pid} on `)
    bot.child.kill('SIGKILL')
    await bot.ended
    const before = fingerprint()
    const killed = await run('doctor')
    expect(killed.code).toBe(0)
    expect(findings(killed)).toContain('note lease-left')
    expect(fingerprint()).toEqual(before)
  })

  it('exits 1 for a folder with something wrong, the gravest first, and 0 for a whole one', async () => {
    await linkMain()
    await run('export', 'main', 'auth')
    const folder = join(stage.folder, 'auth')
    for (const name of readdirSync(folder))
      utimesSync(join(folder, name), new Date(), new Date(Date.now() - 86_400_000))
    expect(await run('doctor', 'auth')).toMatchObject({ code: 0 })
    // Its file of credentials stands for the folder.
    expect(await run('doctor', 'auth/creds.json')).toMatchObject({ code: 0 })
    writeFileSync(join(folder, 'session-12025550147.0.json'), '')
    writeFileSync(join(folder, 'creds.json.tmp'), '')
    const ended = await run('doctor', './auth')
    expect(ended.code).toBe(1)
    expect(findings(ended).slice(0, 2)).toEqual(['error keys-empty', 'warning leftovers'])
  })

  it('a place that is not there, and settings that make no sense, are findings', async () => {
    expect(findings(await run('doctor', 'nowhere'))).toEqual(['error not-found'])
    const ended = await stage.workplace.run(['doctor'], { PAIRCODE_KEY: 'short' }).ended
    expect([ended.code, findings(ended)]).toEqual([1, ['error environment']])
  })
})

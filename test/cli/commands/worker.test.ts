import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Phone } from '../../../src/emulator/index.ts'
import { setCommandStage } from '../support/command-stage.ts'
import { defectsOf, type RunningCli } from '../support/running-cli.ts'

const NUMBERS = { sales: '+1 202 555 0123', support: '+1 202 555 0125' }
/** The echo of the documents, and a word to the developer. */
const ECHO = `
export default (socket, session) => {
  console.log('a socket for', session)
  socket.ev.on('messages.upsert', async ({ messages }) => {
    for (const { key, message } of messages) {
      const text = message?.conversation ?? message?.extendedTextMessage?.text
      if (!key.fromMe && text) await socket.sendMessage(key.remoteJid, { text: session + ': ' + text })
    }
  })
}
`

const stage = setCommandStage()
let contact: Phone
beforeEach(() => {
  contact = stage.emulator.addPhone('+1 202 555 0124')
})

const { run } = stage

const write = (file: string, text: string): void => writeFileSync(join(stage.folder, file), text)

async function linkAs(session: keyof typeof NUMBERS): Promise<void> {
  const phone = stage.emulator.addPhone(NUMBERS[session])
  const linking = run(['link', NUMBERS[session], '--session', session])
  await phone.enterCode(String((await linking.event('code')).code))
  expect(await linking.ended).toMatchObject({ code: 0 })
}

async function online(worker: RunningCli, ...sessions: readonly string[]): Promise<void> {
  const missing = new Set(sessions)
  while (missing.size > 0) {
    const { state, session } = await worker.event('state')
    if (state === 'online') missing.delete(String(session))
  }
}

describe('paircode worker', { timeout: 120_000 }, () => {
  it('keeps every linked session online with one module, and exits 0 on SIGTERM', async () => {
    await linkAs('sales')
    await linkAs('support')
    write('bot.mjs', ECHO)
    const worker = run(['worker', 'bot.mjs'])
    expect(await worker.event('working')).toMatchObject({ sessions: 2 })
    await online(worker, 'sales', 'support')
    for (const session of ['sales', 'support'] as const) {
      await contact.send(NUMBERS[session], 'anybody there?')
      expect(await contact.received()).toMatchObject({ text: `${session}: anybody there?` })
    }
    worker.child.kill('SIGTERM')
    const ended = await worker.ended
    expect(ended.code).toBe(0)
    expect(ended.stderr).toContain('a socket for sales')
    expect(defectsOf(ended)).toEqual([])
    expect((await run(['status', 'sales']).ended).events.at(-1)).toMatchObject({ state: 'linked' })
  })

  it('what the module throws, at once or later, is told by session, and the session stays online', async () => {
    await linkAs('sales')
    write(
      'bot.mjs',
      `let calls = 0
       export default (socket, session) => {
         if (++calls === 1) throw new Error('at once, for +12025550199')
         return Promise.reject(new Error('a little later'))
       }`,
    )
    const worker = run(['worker', 'bot.mjs'])
    expect(await worker.event('module-failed')).toMatchObject({
      session: 'sales',
      message: expect.stringContaining('at once'),
    })
    await online(worker, 'sales')
    stage.emulator.streamError(515)
    expect(await worker.event('module-failed')).toMatchObject({ message: 'a little later' })
    worker.child.kill('SIGINT')
    const ended = await worker.ended
    expect(ended.code).toBe(0)
    expect(defectsOf(ended)).toEqual([])
  })

  it('what a listener of the module throws later, to nobody, is told, and the sessions stay online', async () => {
    await linkAs('sales')
    write(
      'bot.mjs',
      `export default (socket) => socket.ev.on('messages.upsert', async () => {
         throw new Error('in a listener, for +12025550199')
       })`,
    )
    const worker = run(['worker', 'bot.mjs'])
    await online(worker, 'sales')
    await contact.send(NUMBERS.sales, 'anybody there?')
    const told = await worker.event('module-failed')
    expect(told).toMatchObject({ session: null, message: expect.stringContaining('in a listener') })
    stage.emulator.streamError(515)
    await online(worker, 'sales')
    worker.child.kill('SIGINT')
    const ended = await worker.ended
    expect(ended.code).toBe(0)
    expect(ended.stdout + ended.stderr).not.toContain('12025550199')
    expect(defectsOf(ended)).toEqual([])
  })

  it('what nobody caught at all closes the sessions, and is an error of the command', async () => {
    await linkAs('sales')
    write('bot.mjs', `export default () => setTimeout(() => { throw new Error('in a timer') }, 300)`)
    const ended = await run(['worker', 'bot.mjs']).ended
    expect(ended.code).toBe(1)
    expect(ended.events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'unexpected', message: 'in a timer' } })
    expect((await run(['status', 'sales']).ended).events.at(-1)).toMatchObject({ state: 'linked', heldBy: null })
  })

  it('a session that another process has is told once, and left to it', async () => {
    await linkAs('sales')
    write('bot.mjs', ECHO)
    const first = run(['worker', 'bot.mjs'])
    await online(first, 'sales')
    const second = run(['worker', 'bot.mjs'])
    let told = await second.event('state')
    while (told.state !== 'stopped') told = await second.event('state')
    expect(told).toMatchObject({ session: 'sales', reason: 'session-busy' })
    second.child.kill('SIGINT')
    expect((await second.ended).code).toBe(0)
  })

  it.each([
    ['is not there', 'nothing.mjs', undefined, 'there is no file nothing.mjs'],
    ['is a folder', '.', undefined, 'there is no file .'],
    ['does not parse', 'bot.mjs', 'export default (', 'could not be loaded'],
    ['throws while it loads', 'bot.mjs', 'throw new Error("no database")', 'no database'],
    ['exports no function', 'bot.mjs', 'export default { onSocket: true }', 'no function as its default export'],
    ['exports nothing', 'bot.cjs', '', 'no function as its default export'],
  ])('a module that %s: 2, by name, and no store is made', async (_what, file, text, said) => {
    if (text !== undefined) write(file, text)
    const ended = await run(['worker', file]).ended
    expect(ended.code).toBe(2)
    expect(ended.events.at(-1)).toMatchObject({ error: { code: 'invalid-options' } })
    expect(ended.stdout + ended.stderr).toContain(said)
    expect(existsSync(join(stage.folder, '.paircode'))).toBe(false)
  })

  it('takes CommonJS modules too, and waits where nothing is linked yet', async () => {
    write('bot.cjs', 'module.exports = () => {}')
    const worker = run(['worker', 'bot.cjs'])
    expect(await worker.event('working')).toMatchObject({ sessions: 0 })
    worker.child.kill('SIGINT')
    expect((await worker.ended).code).toBe(0)
  })
})

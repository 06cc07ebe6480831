// paircode serve and paircode token, as processes.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Phone } from '../../../src/emulator/index.ts'
import { setCommandStage } from '../support/command-stage.ts'
import { type CliEvent, defectsOf, type RunningCli } from '../support/running-cli.ts'

const NUMBER = '+1 202 555 0123'
const TOKEN = 'operator-token-for-tests-0001'

const stage = setCommandStage()
let phone: Phone
beforeEach(() => {
  phone = stage.emulator.addPhone(NUMBER)
})

function serve(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): RunningCli {
  return stage.run(['serve', '--port', '0', '--grace', '0', ...args], env)
}

async function ask(url: unknown, method: string, path: string, token: unknown, body?: unknown) {
  const answer = await fetch(`${String(url)}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${String(token)}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json().catch(() => undefined)) as Record<string, unknown> }
}

describe('paircode serve', () => {
  it('links over HTTP with a token of the command line, survives its restart, and exits 0 on SIGTERM', {
    timeout: 90_000,
  }, async () => {
    const server = serve()
    const { url, store } = await server.event('listening')
    expect(store).toBe('sqlite:./.paircode/sessions.db')
    const made = await stage.workplace.run(['token', 'create', '--scope', 'links,codes', 'sessions', '--name', 'app'])
      .ended
    expect(made.code).toBe(0)
    const { token, id, scopes }: CliEvent = made.events[0] ?? { type: 'none' }
    expect(scopes).toEqual(['links', 'codes', 'sessions'])
    const started = await ask(url, 'POST', '/v1/links', token, { session: 'sales', phone: NUMBER })
    expect(started.status).toBe(201)
    await phone.enterCode(String(started.body.code))
    await expect
      .poll(async () => (await ask(url, 'GET', `/v1/links/${started.body.id}`, token)).body.state)
      .toBe('online')
    server.child.kill('SIGTERM')
    const ended = await server.ended
    expect(ended.code).toBe(0)
    expect(ended.events.map(({ type }) => type)).toEqual(['listening', 'closing', 'closed'])
    expect(defectsOf(ended)).toEqual([])
    expect(ended.stdout + ended.stderr).not.toContain(String(token))

    const again = serve()
    const next = await again.event('listening')
    expect((await ask(next.url, 'GET', '/v1/sessions/sales', token)).body).toMatchObject({ session: 'sales' })
    const listed = await stage.workplace.run(['token', 'list']).ended
    expect(listed.events).toMatchObject([{ type: 'token', id, name: 'app' }])
    expect(listed.stdout).not.toContain(String(token))
    expect((await stage.workplace.run(['token', 'revoke', String(id)]).ended).code).toBe(0)
    expect((await ask(next.url, 'GET', '/v1/sessions', token)).status).toBe(401)
    expect((await stage.workplace.run(['token', 'revoke', String(id)]).ended).code).toBe(2)
    again.child.kill('SIGINT')
    expect((await again.ended).code).toBe(0)
    const files = readFileSync(join(stage.folder, '.paircode', 'sessions.db'), 'latin1')
    expect(files).not.toContain(String(token).split('_').at(-1))
  })

  it('in a pipe the first token is made and shown only when it is asked for, and never again', async () => {
    const quiet = serve()
    await quiet.event('listening')
    quiet.child.kill('SIGINT')
    expect((await quiet.ended).stdout).not.toContain('paircode_')
    const loud = serve(['--show-token'])
    const { token } = await loud.event('first-token')
    const { url } = await loud.event('listening')
    expect((await ask(url, 'GET', '/v1/tokens', token)).status).toBe(200)
    loud.child.kill('SIGINT')
    await loud.ended
    const later = serve(['--show-token'])
    await later.event('listening')
    later.child.kill('SIGINT')
    expect((await later.ended).events.map(({ type }) => type)).not.toContain('first-token')
  })

  it('a live link ends with a name at the shutdown, and a second signal does not wait for anything', async () => {
    const server = serve([], { PAIRCODE_TOKEN: TOKEN })
    const { url } = await server.event('listening')
    const { body } = await ask(url, 'POST', '/v1/links', TOKEN, { session: 'sales', phone: NUMBER })
    const events = await fetch(`${String(url)}/v1/links/${body.id}/events`, {
      headers: { Authorization: `Bearer ${TOKEN}` },
    })
    server.child.kill('SIGTERM')
    expect(await events.text()).toMatch(/event: failed\n.*urn:paircode:error:cancelled/)
    expect((await server.ended).code).toBe(0)

    stage.emulator.addPhone('+1 202 555 0124')
    const patient = serve(['--grace', '600'], { PAIRCODE_TOKEN: TOKEN })
    const next = await patient.event('listening')
    await ask(next.url, 'POST', '/v1/links', TOKEN, { session: 'other', phone: '+1 202 555 0124' })
    patient.child.kill('SIGINT')
    await patient.event('closing')
    expect((await ask(next.url, 'POST', '/v1/links', TOKEN, { session: 'late', phone: NUMBER })).status).toBe(503)
    patient.child.kill('SIGINT')
    expect((await patient.ended).code).toBe(5)
  })

  it('names all that is missing beyond loopback in one message, exits 2, and makes nothing', async () => {
    const ended = await serve(['--host', '0.0.0.0']).ended
    expect(ended.code).toBe(2)
    const message = JSON.stringify(ended.events[0])
    for (const name of ['PAIRCODE_PUBLIC_URL', 'PAIRCODE_OPERATOR', 'PAIRCODE_CONTACT', 'PAIRCODE_KEY'])
      expect(message).toContain(name)
    expect(() => readFileSync(join(stage.folder, '.paircode', 'sessions.db'))).toThrow()
  })

  it('a port that is taken is named, with exit 2', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise<void>((resolve) => void taken.close(() => resolve())))
    const { port } = taken.address() as AddressInfo
    const ended = await serve(['--port', String(port)]).ended
    expect(ended.code).toBe(2)
    expect(ended.events[0]?.error).toMatchObject({
      code: 'invalid-options',
      message: expect.stringContaining(String(port)),
    })
  })

  it.each([
    [['--port', 'http'], '--port'],
    [['--public-url', 'http://link.example'], 'publicUrl'],
    [['--webhooks-to-loopback', '--public-url', 'https://link.example'], 'webhooksToLoopback'],
    [['--nonsense'], '--nonsense'],
  ])('%j is refused with exit 2', async (args, word) => {
    const ended = await serve(args).ended
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain(word)
  })
})

describe('paircode token', () => {
  it('without --scope it is for links and sessions', async () => {
    const { events } = await stage.workplace.run(['token', 'create']).ended
    expect(events[0]).toMatchObject({ type: 'token', scopes: ['links', 'sessions'], expiresAt: null })
    expect(String(events[0]?.token)).toMatch(/^paircode_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/)
  })

  it('lists nothing, and makes no store, where there is none', async () => {
    expect(await stage.workplace.run(['token', 'list']).ended).toMatchObject({ code: 0, stdout: '' })
    expect(() => readFileSync(join(stage.folder, '.paircode', 'sessions.db'))).toThrow()
  })

  it.each([
    [['create', '--scope', 'everything']],
    [['create', '--days', '0']],
    [['create', '--name', ' ']],
    [['revoke']],
    [['revoke', 'nothing']],
    [['nonsense']],
  ])('token %j is refused with exit 2', async (args) => {
    expect((await stage.workplace.run(['token', ...args]).ended).code).toBe(2)
  })
})

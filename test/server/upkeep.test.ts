// What an operator relies on: figures, the trail, sessions kept online, log-out, and that nothing tells secrets.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../src/lib/logger.ts'
import { clientAddress } from '../../src/server/access/address.ts'
import { createAudit } from '../../src/server/audit.ts'
import { createOutbox } from '../../src/server/outbox.ts'
import { openStore } from '../../src/store/index.ts'
import { internalsOf } from '../../src/store/internals.ts'
import { fakeClock } from '../store/fake-clock.ts'
import { call as callAt, eventually, NUMBER, OPERATOR_TOKEN, type Stage, setStage } from './stage.ts'

const WISH = { session: 'sales', phone: NUMBER }

async function linked(stage: Stage): Promise<string> {
  const { body } = await stage.call('POST', '/v1/links', { body: WISH })
  await stage.phone.enterCode(body.code)
  await eventually(
    () => stage.call('GET', `/v1/links/${body.id}`),
    (answer) => answer.body.state === 'online',
  )
  return body.id
}

test('with onSocket the session stays online and the bot gets its socket, after a restart too', async () => {
  const seen: string[] = []
  const onSocket = (_socket: unknown, session: string): void => void seen.push(session)
  const stage = await setStage({ onSocket })
  await linked(stage)
  await eventually(
    async () => seen,
    (sessions) => sessions.length === 1,
  )
  await stage.clock.advance(60_000)
  expect((await stage.call('GET', '/v1/sessions/sales')).body).toMatchObject({ state: 'online' })
  await stage.server.close()
  const { url } = await stage.another()
  await eventually(
    () => callAt(url, 'GET', '/v1/sessions/sales'),
    ({ body }) => body.state === 'online',
  )
  expect(seen).toEqual(['sales', 'sales'])
})

test('two servers that keep one store’s sessions online: one has it, both know its state', async () => {
  const sockets: string[] = []
  const stage = await setStage({ onSocket: (_, session) => void sockets.push(session) })
  await linked(stage)
  const { url } = await stage.another()
  await eventually(
    () => callAt(url, 'GET', '/v1/sessions'),
    ({ body }) => body.sessions[0]?.state === 'online',
  )
  await stage.clock.advance(60_000)
  expect((await callAt(url, 'GET', '/v1/sessions/sales')).body.state).toBe('online')
  expect(stage.phone.linkedDevices()[0]?.online).toBe(true)
  expect(stage.emulator.logins).toHaveLength(1)
})

test('unlinked on the phone: logged-out over HTTP', async () => {
  const stage = await setStage({ onSocket: () => {} })
  await linked(stage)
  const [device] = stage.phone.linkedDevices()
  await eventually(
    () => stage.call('GET', '/v1/sessions/sales'),
    ({ body }) => body.state === 'online',
  )
  await stage.phone.unlink(device?.jid ?? '')
  await eventually(
    () => stage.call('GET', '/v1/sessions/sales'),
    ({ body }) => body.state === 'logged-out',
  )
})

test.each([true, false])('DELETE logs out on WhatsApp and removes (kept online: %s)', async (kept) => {
  const stage = await setStage(kept ? { onSocket: () => {} } : {})
  await linked(stage)
  expect((await stage.call('DELETE', '/v1/sessions/sales')).status).toBe(204)
  expect(stage.phone.linkedDevices()).toEqual([])
  expect((await stage.call('GET', '/v1/sessions/sales')).status).toBe(404)
  expect((await stage.call('DELETE', '/v1/sessions/sales')).status).toBe(404)
  expect((await stage.call('GET', '/v1/sessions')).body).toEqual({ sessions: [] })
})

test('the funnel in the metrics: requested, accepted, typed, paired, online, or refused by its code', async () => {
  const stage = await setStage()
  await linked(stage)
  stage.emulator.fail({ at: 'companion_hello', code: 452 })
  await stage.call('POST', '/v1/links', { body: { session: 'second', phone: '+12025550188' } })
  const token = await stage.tokenWith('metrics')
  const { text, headers } = await stage.call('GET', '/metrics', { token })
  expect(headers.get('content-type')).toContain('text/plain')
  for (const line of [
    'paircode_links_total{stage="requested",code=""} 2',
    'paircode_links_total{stage="accepted",code=""} 1',
    'paircode_links_total{stage="typed",code=""} 1',
    'paircode_links_total{stage="paired",code=""} 1',
    'paircode_links_total{stage="online",code=""} 1',
    'paircode_links_total{stage="refused",code="not-available"} 1',
    'paircode_link_stage_seconds_count{stage="online"} 1',
    'paircode_sessions{state="online"} 1',
  ])
    expect(text).toContain(line)
  expect(text).toMatch(/paircode_event_loop_stall_seconds \d/)
  expect(text).not.toMatch(/2025550123|sales/)
})

test('the trail says who did what, newest first, in pages', async () => {
  const stage = await setStage()
  const { call, tokens } = stage
  const { info, token } = await tokens.create({ name: 'shop', scopes: ['links', 'codes'] })
  const { body } = await call('POST', '/v1/links', { token, body: WISH })
  await call('DELETE', `/v1/links/${body.id}`, { token })
  await call('GET', '/v1/sessions', { token: 'wrong' })
  const { entries } = (await call('GET', '/v1/audit')).body
  expect(entries.map(({ action }: { action: string }) => action)).toEqual(
    expect.arrayContaining(['access.refused', 'link.cancel', 'link.end', 'link.start']),
  )
  expect(entries).toContainEqual(
    expect.objectContaining({ who: info.id, action: 'link.start', subject: body.id, phone: '+1••••••••23' }),
  )
  const first = (await call('GET', '/v1/audit?limit=1')).body
  const second = (await call('GET', `/v1/audit?limit=1&before=${first.before}`)).body
  expect(second.entries[0].number).toBeLessThan(first.entries[0].number)
  expect((await call('GET', '/v1/audit?limit=0')).status).toBe(422)
})

test('the trail forgets after its days', async () => {
  const clock = fakeClock()
  const store = await openStore('memory:', { clock })
  onTestFinished(() => store.close())
  const audit = createAudit(internalsOf(store).collections, clock, 2, silentLogger)
  await audit.note({ who: 'operator', action: 'token.create', subject: 'x' })
  await clock.advance(2 * 86_400_000 - 1)
  expect((await audit.page(undefined, 10)).entries).toHaveLength(1)
  await clock.advance(1)
  expect((await audit.page(undefined, 10)).entries).toEqual([])
})

test('what webhooks will be told is in the outbox, in order, without a code or number', async () => {
  const stage = await setStage()
  await linked(stage)
  const outbox = await createOutbox(internalsOf(stage.store).collections, stage.clock, () => 'x')
  const events = await eventually(
    () => outbox.read(0, 100),
    (found) => found.length === 4,
  )
  expect(events.map(({ event }) => event.type)).toEqual([
    'link.started',
    'link.code-shown',
    'link.paired',
    'session.online',
  ])
  expect(JSON.stringify(events)).not.toMatch(/2025550123|[1-9A-Z]{4}-[1-9A-Z]{4}"/)
})

test('files and log hold no code, number, token, invitation or cookie, while a link lives and after', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-server-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const stage = await setStage({ storeUrl: `sqlite:${join(folder, 'sessions.db')}` })
  const { call, url } = stage
  const token = await stage.tokenWith('links', 'codes')
  const invitation = await call('POST', '/v1/invitations', {
    body: { ...WISH, purpose: 'Link for us', session: 'invited' },
  })
  const secret = new URL(invitation.body.url).pathname.slice('/link/'.length)
  const bound = await call('POST', `/link/${secret}`, { token: null, headers: { 'Sec-Fetch-Site': 'same-origin' } })
  const login = await call('POST', '/ui/session', { token: null, body: { token }, headers: { Origin: url } })
  await call('POST', '/v1/do-not-prompt', { body: { phone: '+12025550177' } })
  const started = await call('POST', '/v1/links', {
    token,
    body: { ...WISH, qr: true },
    headers: { 'Idempotency-Key': 'order-77' },
  })
  const { code } = started.body
  await call('GET', '/v1/links/none')
  expect(code).toMatch(/-/)
  const secrets = {
    code,
    'code without dash': code.replace('-', ''),
    number: '12025550123',
    'number left alone': '12025550177',
    token,
    'secret of the token': token.slice(26),
    'operator’s token': OPERATOR_TOKEN,
    invitation: secret,
    'link cookie': (bound.headers.get('set-cookie') ?? '').split(/[=;]/)[1]?.split('.')[1] ?? '',
    'browser cookie': (login.headers.get('set-cookie') ?? '').split(/[=;]/)[1] ?? '',
    'QR text': started.body.qr?.data ?? 'no QR text yet',
    purpose: 'Link for us',
  }
  const search = async (moment: string): Promise<void> => {
    const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const files = await Promise.all(names.map(async ({ parentPath, name }) => readFile(join(parentPath, name))))
    const all = [...files, Buffer.from(stage.log.join('\n'))]
    for (const [what, value] of Object.entries(secrets)) {
      expect(value.length, what).toBeGreaterThan(7)
      for (const bytes of all)
        if (bytes.includes(value)) expect.fail(`${what} is stored or logged in clear (${moment})`)
    }
  }
  await search('live')
  await stage.phone.enterCode(code)
  await eventually(
    () => call('GET', `/v1/links/${started.body.id}`),
    ({ body }) => body.state === 'online',
  )
  await stage.server.close()
  await stage.store.close()
  await search('closed')
})

test('the description names every call, and its page asks nothing of anybody else', async () => {
  const { call } = await setStage()
  const { body } = await call('GET', '/openapi.json', { token: null })
  expect(body.openapi).toBe('3.1.0')
  expect(Object.keys(body.paths).sort()).toEqual([
    '/audit',
    '/do-not-prompt',
    '/do-not-prompt/remove',
    '/invitations',
    '/invitations/{id}',
    '/links',
    '/links/{id}',
    '/links/{id}/confirm',
    '/links/{id}/events',
    '/links/{id}/passkey',
    '/links/{id}/refresh',
    '/sessions',
    '/sessions/{name}',
    '/tokens',
    '/tokens/{id}',
    '/webhooks',
    '/webhooks/{id}',
    '/webhooks/{id}/deliveries',
    '/webhooks/{id}/replay',
    '/webhooks/{id}/resume',
    '/webhooks/{id}/rotate',
  ])
  const { text } = await call('GET', '/docs', { token: null })
  expect(text).toContain('POST /links')
  expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  expect(text).not.toContain('<script')
})

test.each([
  ['203.0.113.9', undefined, 0, '203.0.113.9'],
  ['203.0.113.9', '198.51.100.1', 0, '203.0.113.9'],
  ['10.0.0.1', '192.0.2.1, 198.51.100.7', 1, '198.51.100.7'],
  ['10.0.0.1', '192.0.2.1, 198.51.100.7, 10.0.0.2', 2, '198.51.100.7'],
  ['10.0.0.1', '198.51.100.7', 2, '10.0.0.1'],
  ['::ffff:203.0.113.9', undefined, 0, '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', undefined, 0, '2001:db8:1:2::/64'],
  ['2001:db8::1', undefined, 0, '2001:db8:0:0::/64'],
  [undefined, undefined, 0, 'unknown'],
])('of %s with X-Forwarded-For %s behind %i proxies counts %s', (peer, forwarded, hops, expected) => {
  expect(clientAddress(peer, forwarded, hops)).toBe(expected)
})

// /v1/webhooks of a whole server, and what a link and a session tell.
import { expect, test } from 'vitest'
import { createServer } from '../../../src/server/index.ts'
import { openStore } from '../../../src/store/index.ts'
import { noPostgres, sharedServer } from '../../conformance/store/postgres-server.ts'
import { eventually, NUMBER, OPERATOR_TOKEN, type Stage, setStage } from '../stage.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const TRYING = { webhooksToLoopback: true }

async function added(stage: Stage, receiver: Receiver, events?: readonly string[]) {
  const body = { url: receiver.url, ...(events === undefined ? {} : { events }) }
  const answer = await stage.call('POST', '/v1/webhooks', { body })
  expect(answer.status).toBe(201)
  return answer.body as { id: string; secret: string; state: string; events: string[] }
}

async function linked(stage: Stage, url = stage.url): Promise<string> {
  const started = await fetch(`${url}/v1/links`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${OPERATOR_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ session: 'sales', phone: NUMBER }),
  })
  const { id, code } = (await started.json()) as { id: string; code: string }
  await stage.phone.enterCode(code)
  await eventually(
    () => stage.call('GET', `/v1/links/${id}`),
    ({ body }) => body.state === 'online',
  )
  return id
}

const types = (receiver: Receiver): readonly string[] => receiver.first().map(({ type }) => type)

test('a link tells its whole story, signed, without a code and with the number masked', async () => {
  const stage = await setStage(TRYING)
  const receiver = await startReceiver()
  const { id, secret, state, events } = await added(stage, receiver)
  expect({ state, count: events.length }).toEqual({ state: 'active', count: 7 })
  const link = await linked(stage)
  await stage.clock.advance(31_000)
  await eventually(
    async () => types(receiver),
    (told) => told.length >= 5,
  )
  expect(types(receiver)).toEqual([
    'link.started',
    'link.code-shown',
    'link.paired',
    'session.online',
    'session.offline',
  ])
  for (const received of receiver.all) receiver.verify(received, secret)
  expect(receiver.first()[0]?.data).toEqual({ session: 'sales', link, phone: '+1••••••••23' })
  expect(receiver.all.map(({ raw }) => raw).join()).not.toMatch(/2025550123|"[1-9A-Z]{4}-[1-9A-Z]{4}"/)
  const { body } = await stage.call('GET', `/v1/webhooks/${id}/deliveries?limit=2`)
  expect(body.deliveries).toHaveLength(2)
  expect(body.deliveries[0]).toMatchObject({ type: 'session.offline', session: 'sales' })
  const older = await stage.call('GET', `/v1/webhooks/${id}/deliveries?limit=50&before=${body.before}`)
  expect(older.body.deliveries.map(({ type }: { type: string }) => type)).toEqual([
    'link.paired',
    'link.code-shown',
    'link.started',
  ])
  expect(older.body.before).toBeNull()
})

test('a link that fails says why by its code; one that is refused here never began', async () => {
  const stage = await setStage(TRYING)
  const receiver = await startReceiver()
  await added(stage, receiver)
  stage.emulator.fail({ at: 'companion_hello', code: 452 })
  await stage.call('POST', '/v1/links', { body: { session: 'sales', phone: NUMBER } })
  await linked(stage)
  expect((await stage.call('POST', '/v1/links', { body: { session: 'sales', phone: NUMBER } })).status).toBe(409)
  await stage.call('DELETE', '/v1/sessions/sales')
  await eventually(
    async () => types(receiver),
    (told) => told.includes('session.logged-out'),
  )
  expect(types(receiver)).toEqual([
    'link.started',
    'link.failed',
    'link.started',
    'link.code-shown',
    'link.paired',
    'session.online',
    'session.logged-out',
  ])
  expect(receiver.first()[1]?.data).toMatchObject({ error: 'not-available' })
})

test('receivers are listed, read, rotated, replayed to, resumed and removed; the trail and the figures tell', async () => {
  const stage = await setStage(TRYING)
  const { call } = stage
  const receiver = await startReceiver()
  const { id, secret } = await added(stage, receiver, ['link.paired'])
  expect((await call('GET', '/v1/webhooks')).body.webhooks).toMatchObject([{ id, events: ['link.paired'] }])
  const one = await call('GET', `/v1/webhooks/${id}`)
  expect(one.body).toMatchObject({ id, url: receiver.url, state: 'active', parkedAt: null, lastDeliveredAt: null })
  expect(one.text).not.toContain(secret)
  await linked(stage)
  await eventually(
    async () => receiver.all.length,
    (count) => count === 1,
  )
  const rotated = await call('POST', `/v1/webhooks/${id}/rotate`)
  expect(rotated.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(rotated.body.secret).not.toBe(secret)
  await eventually(
    () => call('GET', `/v1/webhooks/${id}/deliveries`),
    ({ body }) => body.deliveries[0]?.state === 'delivered',
  )
  const event = receiver.all[0]?.id
  expect(await call('POST', `/v1/webhooks/${id}/replay`, { body: { event } })).toMatchObject({
    status: 202,
    body: { replayed: 1 },
  })
  await eventually(
    async () => receiver.all.length,
    (count) => count === 2,
  )
  const [, again] = receiver.all
  if (again === undefined) throw new Error('nothing came')
  receiver.verify(again, secret)
  receiver.verify(again, rotated.body.secret)
  expect((await call('POST', `/v1/webhooks/${id}/rotate`, { body: { overlapSeconds: 0 } })).status).toBe(200)
  const since = await call('POST', `/v1/webhooks/${id}/replay`, { body: { since: '2020-01-01T00:00:00Z' } })
  expect(since.body).toEqual({ replayed: 1 })
  expect((await call('POST', `/v1/webhooks/${id}/resume`)).body.state).toBe('active')
  const metrics = await call('GET', '/metrics')
  expect(metrics.text).toMatch(/paircode_webhook_attempts_total\{outcome="delivered"\} [23]/)
  expect(metrics.text).toContain('paircode_webhook_endpoints{state="active"} 1')
  expect((await call('DELETE', `/v1/webhooks/${id}`)).status).toBe(204)
  expect((await call('DELETE', `/v1/webhooks/${id}`)).status).toBe(404)
  const { body } = await call('GET', '/v1/audit?limit=20')
  const actions = body.entries.map(({ action }: { action: string }) => action)
  for (const action of ['create', 'rotate', 'replay', 'resume', 'remove'])
    expect(actions).toContain(`webhook.${action}`)
  expect(stage.log.join()).not.toContain(receiver.url)
})

test.each([
  ['GET', '/v1/webhooks', undefined],
  ['POST', '/v1/webhooks', { url: 'https://app.example/' }],
  ['GET', '/v1/webhooks/x', undefined],
  ['DELETE', '/v1/webhooks/x', undefined],
  ['POST', '/v1/webhooks/x/rotate', {}],
  ['POST', '/v1/webhooks/x/replay', { event: 'msg_1' }],
  ['POST', '/v1/webhooks/x/resume', undefined],
  ['GET', '/v1/webhooks/x/deliveries', undefined],
])('%s %s needs the scope webhooks, and is 404 for what is not there', async (method, path, body) => {
  const stage = await setStage()
  const sent = body === undefined ? {} : { body }
  const narrow = await stage.tokenWith('links', 'codes', 'sessions', 'metrics', 'passkeys', 'admin')
  expect((await stage.call(method, path, { ...sent, token: null })).status).toBe(401)
  expect((await stage.call(method, path, { ...sent, token: narrow })).status).toBe(403)
  const token = await stage.tokenWith('webhooks')
  const { status } = await stage.call(method, path, { ...sent, token })
  expect(status).toBe(path.includes('x') ? 404 : method === 'POST' ? 201 : 200)
})

test('addresses that are not public, and wrong wishes, are refused before anything is kept', async () => {
  const stage = await setStage()
  const { call } = stage
  for (const url of [
    'http://127.0.0.1:9/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'http://app.example/',
    'file:///etc',
  ]) {
    const answer = await call('POST', '/v1/webhooks', { body: { url } })
    expect(answer).toMatchObject({ status: 422, body: { type: 'urn:paircode:error:invalid-options' } })
    expect(answer.text).not.toContain(url)
  }
  for (const body of [
    {},
    { url: 'https://app.example/', events: ['link.code'] },
    { url: 'https://app.example/', x: 1 },
  ])
    expect((await call('POST', '/v1/webhooks', { body })).status).toBe(422)
  expect((await call('GET', '/v1/webhooks')).body.webhooks).toEqual([])
  const { body } = await call('POST', '/v1/webhooks', { body: { url: 'https://app.example/' } })
  for (const wish of [{}, { event: 'a', since: '2026-01-01T00:00:00Z' }, { since: 'yesterday' }])
    expect((await call('POST', `/v1/webhooks/${body.id}/replay`, { body: wish })).status).toBe(422)
  expect((await call('POST', `/v1/webhooks/${body.id}/replay`, { body: { event: 'msg_x' } })).status).toBe(404)
})

test('there is room for 50 receivers', async () => {
  const { call } = await setStage()
  for (let n = 0; n < 50; n += 1)
    expect((await call('POST', '/v1/webhooks', { body: { url: `https://app.example/${n}` } })).status).toBe(201)
  expect((await call('POST', '/v1/webhooks', { body: { url: 'https://app.example/' } })).status).toBe(422)
})

test('webhooks to loopback are for a server on loopback without a public URL alone', async () => {
  const store = await openStore('memory:')
  const open = { host: '0.0.0.0', publicUrl: 'https://link.example' }
  for (const options of [{ publicUrl: open.publicUrl }, { host: open.host }, open])
    await expect(createServer({ store, ...options, ...TRYING })).rejects.toMatchObject({ code: 'invalid-options' })
  await store.close()
})

test.skipIf(noPostgres)(
  'two servers on one PostgreSQL: what either does is told once and in order, and one takes over',
  { timeout: 60_000 },
  async () => {
    const server = await sharedServer()
    const [storeUrl, storeKey] = [server.url('webhooks'), Buffer.alloc(32, 3)]
    const stage = await setStage({ ...TRYING, storeUrl, storeKey })
    const store = await openStore(storeUrl, { key: storeKey, clock: stage.clock })
    const other = await stage.another({ store })
    const receiver = await startReceiver()
    await added(stage, receiver)
    await linked(stage, other.url)
    const told = ['link.started', 'link.code-shown', 'link.paired', 'session.online']
    await eventually(
      async () => types(receiver),
      (found) => found.length >= told.length,
    )
    expect(types(receiver)).toEqual(told)
    expect(receiver.all).toHaveLength(told.length)
    await stage.server.close()
    await stage.clock.advance(31_000)
    await eventually(
      async () => types(receiver),
      (found) => found.includes('session.offline'),
    )
    await other.server.close()
    await store.close()
    const rows = await server.query('SELECT value, key, list FROM webhooks.documents')
    expect(rows.length).toBeGreaterThan(5)
    const raw = rows.map(({ value }) => Buffer.from(value as Uint8Array).toString('latin1')).join()
    expect(raw).not.toMatch(/2025550123|whsec_|127\.0\.0\.1|link\.paired/)
  },
)

// POST /v1/links and what follows: states, refusals and their mapping, idempotent repeats, cancel and refresh.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { openStore } from '../../src/store/index.ts'
import { type Answer, call as callAt, eventually, NUMBER, OPERATOR_TOKEN, setStage } from './stage.ts'

const WISH = { session: 'sales', phone: NUMBER }

async function file(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-server-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return `sqlite:${join(folder, 'sessions.db')}`
}

test('a link over HTTP: code, typed, online; the session is there, and is let go after 30 s', async () => {
  const { call, phone, clock } = await setStage()
  const started = await call('POST', '/v1/links', { body: WISH })
  expect(started.status).toBe(201)
  expect(started.body).toMatchObject({
    session: 'sales',
    state: 'code',
    phone: '+1••••••••23',
    problem: null,
    jid: null,
  })
  expect(started.body.code).toMatch(/^[1-9A-Z]{4}-[1-9A-Z]{4}$/)
  expect(Date.parse(started.body.expiresAt)).toBeGreaterThan(Date.now())
  const { jid } = await phone.enterCode(started.body.code)
  const done = await eventually(
    () => call('GET', `/v1/links/${started.body.id}`),
    ({ body }) => body.state === 'online',
  )
  expect(done.body).toMatchObject({ state: 'online', code: null, expiresAt: null, jid, problem: null })
  const online = await eventually(
    () => call('GET', '/v1/sessions/sales'),
    ({ body }) => body.state === 'online',
  )
  expect(online.body).toMatchObject({ session: 'sales', jid })
  await clock.advance(30_000)
  await eventually(
    () => call('GET', '/v1/sessions/sales'),
    ({ body }) => body.state === 'offline',
  )
  await eventually(
    async () => phone.linkedDevices(),
    ([device]) => device?.online === false,
  )
})

test('without the scope codes nobody sees a code or QR code, in answers and events', async () => {
  const { call, tokenWith, url, phone } = await setStage()
  const token = await tokenWith('links')
  const { body } = await call('POST', '/v1/links', { token, body: { ...WISH, qr: true } })
  expect(body).toMatchObject({ state: 'code', code: null, qr: null })
  const seen = await call('GET', `/v1/links/${body.id}`)
  expect(seen.body.code).toMatch(/-/)
  expect(seen.body.qr.data).toContain('wa.me')
  expect((await call('GET', `/v1/links/${body.id}`, { token })).body).toMatchObject({ code: null, qr: null })
  const reading = callAt(url, 'GET', `/v1/links/${body.id}/events`, { token })
  await phone.enterCode(seen.body.code)
  const { text } = await reading
  expect(text).toContain('event: code')
  expect(text).toContain('event: online')
  expect(text).not.toContain(seen.body.code)
  expect(text).not.toContain(seen.body.qr.data)
})

test('by QR code alone', async () => {
  const { call, phone } = await setStage()
  const { status, body } = await call('POST', '/v1/links', { body: { session: 'sales' } })
  expect(status).toBe(201)
  expect(body).toMatchObject({ state: 'code', code: null, phone: null })
  await phone.scanQr(body.qr.data)
  await eventually(
    () => call('GET', `/v1/links/${body.id}`),
    (answer) => answer.body.state === 'online',
  )
})

describe('before WhatsApp is asked, a refusal has its status and leaves no link', () => {
  test.each([
    [{ session: 'Sales!', phone: NUMBER }, 422, 'invalid-session'],
    [{ session: 7, phone: NUMBER }, 422, 'invalid-session'],
    [{ phone: NUMBER }, 422, 'invalid-session'],
    [{ session: 'sales', phone: '12' }, 422, 'invalid-phone'],
    [{ session: 'sales', phone: 12025550123 }, 422, 'invalid-phone'],
    [{ session: 'sales', phone: NUMBER, device: { name: 'WhatsApp' } }, 422, 'invalid-device'],
    [{ session: 'sales', phone: NUMBER, device: { browser: 'Lynx' } }, 422, 'invalid-device'],
    [{ session: 'sales', phone: NUMBER, qr: 'yes' }, 422, 'invalid-options'],
    [{ session: 'sales', phone: NUMBER, unknown: 1 }, 422, 'invalid-options'],
    [[], 422, 'invalid-options'],
    ['text', 422, 'invalid-options'],
    [null, 422, 'invalid-options'],
  ])('%j: %i %s', async (body, status, code) => {
    const { call, emulator } = await setStage()
    const answer = await call('POST', '/v1/links', { body })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body).toMatchObject({ type: `urn:paircode:error:${code}`, status, advice: expect.any(String) })
    expect(answer.text).not.toContain('2025550123')
    expect(emulator.stanzas).toHaveLength(0)
  })

  test('a live code, a linked session, a busy one, and our own limit', async () => {
    const { call, phone, clock, emulator } = await setStage()
    const first = await call('POST', '/v1/links', { body: WISH })
    const other = await call('POST', '/v1/links', { body: { ...WISH, session: 'other' } })
    expect([other.status, other.body.type]).toEqual([409, 'urn:paircode:error:code-outstanding'])
    const same = await call('POST', '/v1/links', { body: { session: 'sales', phone: '+12025550188' } })
    expect([same.status, same.body.type]).toEqual([409, 'urn:paircode:error:session-busy'])
    await phone.enterCode(first.body.code)
    await eventually(
      () => call('GET', `/v1/links/${first.body.id}`),
      ({ body }) => body.state === 'online',
    )
    const again = await call('POST', '/v1/links', { body: WISH })
    expect([again.status, again.body.type]).toEqual([409, 'urn:paircode:error:session-exists'])
    const asked = emulator.stanzas.length
    const returned = await call('POST', '/v1/links', { body: { ...WISH, ifLinked: 'return' } })
    expect(returned.status).toBe(200)
    expect(returned.body).toMatchObject({ state: 'paired', code: null })
    const elsewhere = await call('POST', '/v1/links', { body: { ...WISH, session: 'second' } })
    expect([elsewhere.status, elsewhere.body.type]).toEqual([409, 'urn:paircode:error:session-exists'])
    expect(emulator.stanzas.length - asked).toBeLessThan(5)
    for (const session of ['second', 'third']) {
      const { status, body } = await call('POST', '/v1/links', { body: { ...WISH, session, anyway: true } })
      expect(status).toBe(201)
      await call('DELETE', `/v1/links/${body.id}`)
    }
    const limited = await call('POST', '/v1/links', { body: { ...WISH, session: 'fourth', anyway: true } })
    expect([limited.status, limited.body.type]).toEqual([429, 'urn:paircode:error:rate-limited'])
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(500)
    await clock.advance(600_000)
    expect((await call('POST', '/v1/links', { body: { ...WISH, session: 'fourth', anyway: true } })).status).toBe(201)
  })

  test('a number that the operator wants left alone', async () => {
    const { call, emulator } = await setStage()
    const added = await call('POST', '/v1/do-not-prompt', {
      body: { phone: '+1 (202) 555-0123', note: 'asked us to stop' },
    })
    expect(added.body).toMatchObject({ phone: '+1••••••••23' })
    const refused = await call('POST', '/v1/links', { body: WISH })
    expect([refused.status, refused.body.type]).toEqual([403, 'urn:paircode:error:do-not-prompt'])
    expect(emulator.stanzas).toHaveLength(0)
    expect((await call('GET', '/v1/do-not-prompt')).body.numbers).toHaveLength(1)
    expect((await call('POST', '/v1/do-not-prompt/remove', { body: { phone: NUMBER } })).status).toBe(204)
    expect((await call('POST', '/v1/links', { body: WISH })).status).toBe(201)
  })

  test('a store that fails is 503', async () => {
    const { call, store } = await setStage()
    await store.close()
    const answer = await call('POST', '/v1/links', { body: WISH })
    expect([answer.status, answer.body.type]).toEqual([503, 'urn:paircode:error:store-error'])
    expect((await call('GET', '/readyz')).status).toBe(503)
    expect((await call('GET', '/healthz')).status).toBe(200)
  })
})

describe('once WhatsApp was asked the answer is 201, also when it refused', () => {
  test.each([
    [403, 'forbidden'],
    [429, 'rate-limited'],
    [452, 'not-available'],
  ])('WhatsApp answers %i: failed with %s', async (code, expected) => {
    const { call, emulator } = await setStage()
    emulator.fail({ at: 'companion_hello', code })
    const { status, body } = await call('POST', '/v1/links', { body: WISH })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      state: 'failed',
      code: null,
      problem: { type: `urn:paircode:error:${expected}`, whatsappStatus: code, advice: expect.any(String) },
    })
    expect((await call('GET', `/v1/links/${body.id}`)).body).toMatchObject({ state: 'failed' })
  })

  test('a server that is not WhatsApp: failed with untrusted-server', async () => {
    const { emulator, another } = await setStage()
    const { url } = await another({ endpoint: { url: emulator.endpoint.url, rootKey: Buffer.alloc(32, 9) } })
    const { status, body } = await callAt(url, 'POST', '/v1/links', { body: WISH })
    expect([status, body.state, body.problem.type]).toEqual([201, 'failed', 'urn:paircode:error:untrusted-server'])
  })

  test('silence: connecting after 20 s, and the link goes on', async () => {
    const { call, emulator, clock } = await setStage()
    emulator.hold({ at: 'companion_hello' })
    const answering = call('POST', '/v1/links', { body: WISH })
    await eventually(
      async () => emulator.stanzas.filter(({ from }) => from === 'client').length,
      (count) => count >= 2,
    )
    await clock.advance(20_000)
    const { status, body } = await answering
    expect([status, body.state]).toEqual([201, 'connecting'])
  })
})

describe('cancel and refresh', () => {
  test('cancel ends the link by name; refresh gives another code, and later ones count', async () => {
    const { call } = await setStage()
    const { body } = await call('POST', '/v1/links', { body: WISH })
    const refreshed = await call('POST', `/v1/links/${body.id}/refresh`)
    expect(refreshed.status).toBe(202)
    const next = await eventually(
      () => call('GET', `/v1/links/${body.id}`),
      (answer) => answer.body.code !== null && answer.body.code !== body.code,
    )
    expect(next.body.state).toBe('code')
    const cancelled = await call('DELETE', `/v1/links/${body.id}`)
    expect(cancelled.status).toBe(200)
    expect(cancelled.body).toMatchObject({
      state: 'failed',
      code: null,
      problem: { type: 'urn:paircode:error:cancelled' },
    })
    expect((await call('POST', `/v1/links/${body.id}/refresh`)).status).toBe(409)
    expect((await call('DELETE', `/v1/links/${body.id}`)).status).toBe(200)
  })

  test('from another server on the same store: seen, refreshed and cancelled there', async () => {
    const { call, another, clock } = await setStage()
    const there = (await another()).url
    const { body } = await call('POST', '/v1/links', { body: WISH })
    expect((await callAt(there, 'GET', `/v1/links/${body.id}`)).body).toMatchObject({ state: 'code', code: body.code })
    expect((await callAt(there, 'POST', `/v1/links/${body.id}/refresh`)).status).toBe(202)
    await clock.advance(1_000)
    await eventually(
      () => callAt(there, 'GET', `/v1/links/${body.id}`),
      (answer) => answer.body.code !== null && answer.body.code !== body.code,
    )
    await callAt(there, 'DELETE', `/v1/links/${body.id}`)
    await clock.advance(1_000)
    await eventually(
      () => callAt(there, 'GET', `/v1/links/${body.id}`),
      (answer) => answer.body.state === 'failed',
    )
  })
})

describe('Idempotency-Key', () => {
  const withKey = (key = 'order-77'): { body: typeof WISH; headers: Record<string, string> } => ({
    body: WISH,
    headers: { 'Idempotency-Key': key },
  })
  const requests = (stanzas: readonly { readonly from: string; readonly node: unknown }[]): number =>
    stanzas.filter(({ from, node }) => from === 'client' && JSON.stringify(node).includes('companion_hello')).length

  test('the same request again, at once or later, is one link and one prompt', async () => {
    const { call, emulator } = await setStage()
    const both = await Promise.all([call('POST', '/v1/links', withKey()), call('POST', '/v1/links', withKey())])
    const third = await call('POST', '/v1/links', withKey())
    expect(both.map(({ status }) => status)).toEqual([201, 201])
    expect(new Set([...both, third].map(({ body }) => body.id)).size).toBe(1)
    expect(third.body).toEqual(both[0]?.body)
    expect(third.headers.get('idempotency-replayed')).toBe('true')
    expect(requests(emulator.stanzas)).toBe(1)
  })

  test('the key with another request is 422; of another caller it is another key', async () => {
    const { call, tokenWith } = await setStage()
    const first = await call('POST', '/v1/links', withKey())
    const mismatch = await call('POST', '/v1/links', { ...withKey(), body: { ...WISH, session: 'other' } })
    expect([mismatch.status, mismatch.body.type]).toEqual([422, 'urn:paircode:error:idempotency-mismatch'])
    const token = await tokenWith('links')
    expect((await call('POST', '/v1/links', { ...withKey(), token })).status).toBe(409)
    expect((await call('POST', '/v1/links', { ...withKey('x'.repeat(256)) })).status).toBe(400)
    expect(first.status).toBe(201)
  })

  test('a request that was refused can be made again under its key', async () => {
    const { call } = await setStage()
    await call('POST', '/v1/do-not-prompt', { body: { phone: NUMBER } })
    expect((await call('POST', '/v1/links', withKey())).status).toBe(403)
    await call('POST', '/v1/do-not-prompt/remove', { body: { phone: NUMBER } })
    expect((await call('POST', '/v1/links', withKey())).status).toBe(201)
  })

  test('when the link is over its code is gone from the kept answer, and nothing is asked anew', async () => {
    const { call, emulator } = await setStage()
    const first = await call('POST', '/v1/links', withKey())
    await call('DELETE', `/v1/links/${first.body.id}`)
    const again = await eventually(
      () => call('POST', '/v1/links', withKey()),
      ({ body }) => body.code === null,
    )
    expect(again.body).toMatchObject({ id: first.body.id, state: 'failed' })
    expect(requests(emulator.stanzas)).toBe(1)
  })

  test('after a restart too', async () => {
    const storeUrl = await file()
    const { call, server, emulator } = await setStage({ storeUrl })
    const first = await call('POST', '/v1/links', withKey())
    await server.close()
    const again = await restarted(storeUrl, emulator.endpoint)
    const repeated = await callAt(again.url, 'POST', '/v1/links', withKey())
    expect(repeated.status).toBe(201)
    expect(repeated.body).toMatchObject({
      id: first.body.id,
      state: 'failed',
      code: null,
      problem: { type: 'urn:paircode:error:cancelled', detail: expect.stringContaining('shut down') },
    })
    expect(requests(emulator.stanzas)).toBe(1)
  })
})

/** A server on a store of its own on the same file. */
async function restarted(
  storeUrl: string,
  endpoint: { readonly url: string; readonly rootKey: Uint8Array },
): Promise<{ readonly url: string }> {
  const { createServer } = await import('../../src/server/index.ts')
  const store = await openStore(storeUrl)
  const server = await createServer({ store, endpoint, port: 0, token: OPERATOR_TOKEN, graceMs: 0 })
  onTestFinished(async () => {
    await server.close()
    await store.close()
  })
  return server.listen()
}

test('a link whose server is gone is over, by name, on the next start', async () => {
  const storeUrl = await file()
  const stage = await setStage()
  const store = await openStore(storeUrl)
  const { internalsOf } = await import('../../src/store/internals.ts')
  const { createLinkRecords } = await import('../../src/server/links/record.ts')
  const { createOutbox } = await import('../../src/server/outbox.ts')
  const { collections } = internalsOf(store)
  const outbox = await createOutbox(collections, systemClock, () => 'msg_test')
  const records = createLinkRecords(collections, outbox)
  const record = { id: 'orphan', session: 'sales', phone: null, node: 'gone', owner: 'operator', createdAt: Date.now() }
  await records.begin(record)
  await records.tell(record, { type: 'connecting' }, true)
  const expiresAt = new Date(Date.now() + 60_000).toISOString()
  await records.tell(record, { type: 'code', code: 'ABCD-EFGH', expiresAt, number: 1 }, false)
  await store.close()
  const { url } = await restarted(storeUrl, stage.emulator.endpoint)
  const { body } = await callAt(url, 'GET', '/v1/links/orphan')
  expect(body).toMatchObject({ state: 'failed', code: null, problem: { type: 'urn:paircode:error:cancelled' } })
  const { text } = await callAt(url, 'GET', '/v1/links/orphan/events', { headers: { 'Last-Event-ID': '1' } })
  expect(text).toMatch(/^retry: 2000\n\nid: 2\nevent: code\n.*"code":null.*\n\nid: 3\nevent: failed\n/)
})

describe('the end of a server', () => {
  test('live links may finish; then all is let go', async () => {
    const { call, phone, server, store } = await setStage({ graceMs: 60_000 })
    const { body } = await call('POST', '/v1/links', { body: WISH })
    const closing = server.close()
    const refused: Answer = await server
      .fetch(
        new Request('http://localhost/v1/links', {
          method: 'POST',
          headers: { Authorization: `Bearer ${OPERATOR_TOKEN}`, 'Content-Type': 'application/json' },
          body: JSON.stringify({ session: 'late', phone: '+12025550188' }),
        }),
      )
      .then(async (response) => ({
        status: response.status,
        headers: response.headers,
        text: '',
        body: await response.json(),
      }))
    expect([refused.status, refused.body.type]).toEqual([503, 'urn:paircode:error:shutting-down'])
    await phone.enterCode(body.code)
    await closing
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
    expect(phone.linkedDevices()[0]?.online).toBe(false)
  })

  test('links that do not finish in time end as cancelled, and their readers hear of it', async () => {
    const { call, url, server, clock } = await setStage({ graceMs: 10_000 })
    const { body } = await call('POST', '/v1/links', { body: WISH })
    const reading = callAt(url, 'GET', `/v1/links/${body.id}/events`)
    const closing = server.close()
    await clock.advance(10_000)
    const { text } = await reading
    expect(text).toContain('event: failed')
    expect(text).toContain('the server was shut down')
    await closing
  })
})

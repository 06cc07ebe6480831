// Two servers on one PostgreSQL, each with a store of its own, as on two machines: what one begins the other goes on with,
// limits are shared, and what a server was at when it was killed is taken over.
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ServerOptions } from '../../src/server/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { noPostgres, sharedServer } from '../conformance/store/postgres-server.ts'
import { type Answer, type CallOptions, call as callAt, eventually, NUMBER, type Stage, setStage } from './stage.ts'

const KEY = Buffer.alloc(32, 7)
const WISH = { session: 'sales', phone: NUMBER }
let schemas = 0

interface Two extends Stage {
  readonly otherUrl: string
  readonly otherStore: Store
  /** Calls the other server. */
  other(method: string, path: string, options?: CallOptions): Promise<Answer>
}

async function setTwo(options: Partial<ServerOptions> = {}, otherOptions = options): Promise<Two> {
  const storeUrl = (await sharedServer()).url(`nodes_${++schemas}`)
  const stage = await setStage({ ...options, storeUrl, storeKey: KEY })
  const otherStore = await openStore(storeUrl, { key: KEY, clock: stage.clock })
  const { server, url } = await stage.another({ ...otherOptions, store: otherStore })
  onTestFinished(async () => {
    await server.close()
    await otherStore.close()
  })
  return { ...stage, otherStore, otherUrl: url, other: (...given) => callAt(url, ...given) }
}

const events = (text: string): readonly string[] => [...text.matchAll(/^event: (.+)$/gm)].map(([, type = '']) => type)

/** Lets the servers look into the store, once a second, until the work is done. */
async function whileTimePasses<T>({ clock }: Stage, work: Promise<T>): Promise<T> {
  let over = false
  const done = work.finally(() => {
    over = true
  })
  done.catch(() => {})
  await eventually(
    () => clock.advance(1_000),
    () => over,
  )
  return done
}

describe.skipIf(noPostgres)('two servers on one PostgreSQL', { timeout: 90_000 }, () => {
  test('a link of one is seen, streamed, renewed and cancelled at the other', async () => {
    const two = await setTwo()
    const { id, code } = (await two.call('POST', '/v1/links', { body: WISH })).body
    expect((await two.other('GET', `/v1/links/${id}`)).body).toMatchObject({ id, state: 'code', code })
    const stream = two.other('GET', `/v1/links/${id}/events`)
    expect((await two.other('POST', `/v1/links/${id}/refresh`)).status).toBe(202)
    const renewed = eventually(
      () => two.call('GET', `/v1/links/${id}`),
      ({ body }) => body.state === 'code' && body.code !== code,
    )
    await whileTimePasses(two, renewed)
    expect((await two.other('DELETE', `/v1/links/${id}`)).status).toBe(200)
    const heard = (await whileTimePasses(two, stream)).text
    expect(events(heard)).toEqual(['connecting', 'code', 'code-expired', 'code', 'failed'])
    for (const { body } of [await two.call('GET', `/v1/links/${id}`), await two.other('GET', `/v1/links/${id}`)])
      expect(body).toMatchObject({ state: 'failed', code: null, problem: { type: 'urn:paircode:error:cancelled' } })
  })

  test('the same Idempotency-Key at both begins one link', async () => {
    const two = await setTwo()
    const wish = { body: WISH, headers: { 'Idempotency-Key': 'order-77' } }
    const first = await two.call('POST', '/v1/links', wish)
    const second = await two.other('POST', '/v1/links', wish)
    expect([first.status, second.status, second.body.id]).toEqual([201, 201, first.body.id])
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    const changed = { ...wish, body: { ...WISH, session: 'support' } }
    expect((await two.other('POST', '/v1/links', changed)).body.type).toBe('urn:paircode:error:idempotency-mismatch')
    expect(two.phone.linkedDevices()).toEqual([])
  })

  test('a limit that is used up at one is used up at the other', async () => {
    const two = await setTwo({ limits: { refusals: { points: 3, windowMs: 60_000 } } })
    const wrong = { token: 'wrong-token-000000' }
    expect((await two.call('GET', '/v1/sessions', wrong)).status).toBe(401)
    expect((await two.other('GET', '/v1/sessions', wrong)).status).toBe(401)
    expect((await two.call('GET', '/v1/sessions', wrong)).status).toBe(401)
    expect((await two.other('GET', '/v1/sessions', wrong)).status).toBe(429)
    expect((await two.call('GET', '/v1/sessions', wrong)).status).toBe(429)
  })

  test('an invitation that was opened at one goes on at the other, and is nobody else’s there', async () => {
    const two = await setTwo()
    const { body } = await two.call('POST', '/v1/invitations', { body: { ...WISH, purpose: 'Answer your orders' } })
    const path = new URL(body.url).pathname
    const form = (cookie: string): CallOptions => ({
      token: null,
      headers: {
        Accept: 'text/html',
        'Sec-Fetch-Site': 'same-origin',
        'Content-Type': 'application/x-www-form-urlencoded',
        ...(cookie === '' ? {} : { Cookie: cookie }),
      },
      raw: '',
    })
    const bound = await two.call('POST', path, form(''))
    const cookie = (bound.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    expect(cookie).not.toBe('')
    const page = { token: null, headers: { Accept: 'text/html', Cookie: cookie } }
    const here = await two.call('GET', bound.headers.get('location') ?? path, page)
    const there = await two.other('GET', bound.headers.get('location') ?? path, page)
    expect([there.status, mainOf(there.text)]).toEqual([200, mainOf(here.text)])
    expect((await two.other('POST', path, form(''))).status).toBeGreaterThanOrEqual(400)
  })

  test('the link of a server that is gone ends by name at the other', async () => {
    const two = await setTwo()
    const { id, code } = (await two.call('POST', '/v1/links', { body: WISH })).body
    // As after a kill: nothing of it reaches the store any more.
    await two.store.close()
    const answer = eventually(
      () => two.other('GET', `/v1/links/${id}`),
      ({ body }) => body.state === 'failed',
    )
    const { body, text } = await whileTimePasses(two, answer)
    expect(body.problem.type).toBe('urn:paircode:error:cancelled')
    expect(text).not.toContain(code)
  })

  test('the sessions of a server that is gone are taken over', async () => {
    const seen: string[] = []
    const keeping = (name: string): Partial<ServerOptions> => ({ onSocket: () => void seen.push(name) })
    const two = await setTwo(keeping('first'), keeping('second'))
    const { id, code } = (await two.call('POST', '/v1/links', { body: WISH })).body
    await two.phone.enterCode(code)
    const online = (at: Two['call']): Promise<Answer> =>
      eventually(
        () => at('GET', '/v1/sessions/sales'),
        ({ body }) => body.state === 'online',
      )
    await eventually(
      () => two.call('GET', `/v1/links/${id}`),
      ({ body }) => body.state === 'online',
    )
    await eventually(
      async () => seen,
      (sockets) => sockets.length === 1,
    )
    expect(seen).toEqual(['first'])
    await two.store.close()
    const takenOver = eventually(
      async () => seen,
      (sockets) => sockets.includes('second'),
    )
    await whileTimePasses(two, takenOver)
    expect((await whileTimePasses(two, online(two.other))).body.state).toBe('online')
    expect(two.phone.linkedDevices()).toHaveLength(1)
  })
})

/** What a page says, without what is drawn anew for each answer. */
function mainOf(html: string): string {
  return /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? html.replaceAll(/nonce="[^"]*"/g, '')
}

// Who may call what: every route without, with wrong, narrower and revoked tokens; other hosts; other origins; cookies.
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { SCOPES, type TokenScope } from '../../src/server/access/scopes.ts'
import { NUMBER, OPERATOR_TOKEN, setStage } from './stage.ts'

interface Route {
  readonly method: string
  readonly path: string
  readonly scope: TokenScope
  readonly body?: unknown
}

const ASSERTION = {
  id: 'a',
  rawId: 'a',
  type: 'public-key',
  response: { clientDataJSON: 'a', authenticatorData: 'a', signature: 'a' },
}

const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/v1/links', scope: 'links', body: { session: 'x', phone: '+1' } },
  { method: 'GET', path: '/v1/links', scope: 'links' },
  { method: 'GET', path: '/v1/links/none', scope: 'links' },
  { method: 'DELETE', path: '/v1/links/none', scope: 'links' },
  { method: 'POST', path: '/v1/links/none/refresh', scope: 'links' },
  { method: 'GET', path: '/v1/links/none/events', scope: 'links' },
  { method: 'POST', path: '/v1/links/none/passkey', scope: 'links', body: ASSERTION },
  { method: 'POST', path: '/v1/links/none/confirm', scope: 'links' },
  { method: 'GET', path: '/v1/invitations', scope: 'links' },
  { method: 'POST', path: '/v1/invitations', scope: 'links', body: { session: 'x', phone: NUMBER, purpose: 'p' } },
  { method: 'DELETE', path: '/v1/invitations/none', scope: 'links' },
  { method: 'GET', path: '/v1/sessions', scope: 'sessions' },
  { method: 'GET', path: '/v1/sessions/none', scope: 'sessions' },
  { method: 'DELETE', path: '/v1/sessions/none', scope: 'sessions' },
  { method: 'GET', path: '/v1/tokens', scope: 'admin' },
  { method: 'POST', path: '/v1/tokens', scope: 'admin', body: { name: 'new' } },
  { method: 'DELETE', path: '/v1/tokens/none', scope: 'admin' },
  { method: 'GET', path: '/v1/audit', scope: 'admin' },
  { method: 'GET', path: '/v1/do-not-prompt', scope: 'admin' },
  { method: 'POST', path: '/v1/do-not-prompt', scope: 'admin', body: { phone: NUMBER } },
  { method: 'POST', path: '/v1/do-not-prompt/remove', scope: 'admin', body: { phone: NUMBER } },
  { method: 'GET', path: '/v1/webhooks', scope: 'webhooks' },
  { method: 'POST', path: '/v1/webhooks', scope: 'webhooks', body: { url: 'https://app.example/' } },
  { method: 'GET', path: '/v1/webhooks/none', scope: 'webhooks' },
  { method: 'DELETE', path: '/v1/webhooks/none', scope: 'webhooks' },
  { method: 'POST', path: '/v1/webhooks/none/rotate', scope: 'webhooks' },
  { method: 'POST', path: '/v1/webhooks/none/resume', scope: 'webhooks' },
  { method: 'POST', path: '/v1/webhooks/none/replay', scope: 'webhooks', body: { event: 'none' } },
  { method: 'GET', path: '/v1/webhooks/none/deliveries', scope: 'webhooks' },
  { method: 'GET', path: '/metrics', scope: 'metrics' },
]

test('every route refuses without a token, with wrong ones, with one of all other scopes, and with a revoked one', async () => {
  const { call, tokenWith, tokens } = await setStage({ limits: { refusals: { points: 10_000, windowMs: 60_000 } } })
  const revoked = await tokens.create({ name: 'gone', scopes: SCOPES })
  const good = await tokenWith(...SCOPES)
  await tokens.revoke(revoked.info.id)
  for (const { method, path, scope, body } of ROUTES) {
    const name = `${method} ${path}`
    const withToken = (token: string | null): Promise<{ status: number; body: { type: string; detail: string } }> =>
      call(method, path, { token, ...(body === undefined ? {} : { body }) })
    for (const token of [
      null,
      'x',
      `${OPERATOR_TOKEN}x`,
      `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`,
      revoked.token,
    ]) {
      const answer = await withToken(token)
      expect(answer.status, name).toBe(401)
      expect(answer.body.type, name).toBe('urn:paircode:error:unauthenticated')
    }
    const narrower = await withToken(await tokenWith(...SCOPES.filter((other) => other !== scope)))
    expect(narrower.status, name).toBe(403)
    expect(narrower.body.type, name).toBe('urn:paircode:error:insufficient-scope')
    expect(narrower.body.detail, name).toContain(scope)
    const enough = await withToken(await tokenWith(scope, 'links', 'sessions'))
    expect([401, 403], name).not.toContain(enough.status)
  }
})

test('those are all the routes that the description names', async () => {
  const { call } = await setStage()
  const { body } = await call('GET', '/openapi.json', { token: null })
  const described = Object.entries(body.paths as Record<string, object>).flatMap(([path, calls]) =>
    Object.keys(calls).map((method) => `${method.toUpperCase()} /v1${path.replace(/\{\w+\}/, 'none')}`),
  )
  const tried = ROUTES.map(({ method, path }) => `${method} ${path}`)
  expect(tried.filter((route) => route.includes('/v1/')).sort()).toEqual(described.sort())
})

test('these need no token: liveness, readiness, the description and its page', async () => {
  const { call } = await setStage()
  for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs'])
    expect((await call('GET', path, { token: null })).status, path).toBe(200)
})

test('a token cannot give a scope that it has not, and anyNumber needs admin', async () => {
  const { call, tokenWith } = await setStage()
  const admin = await tokenWith('admin')
  expect((await call('POST', '/v1/tokens', { token: admin, body: { name: 'more', scopes: ['codes'] } })).status).toBe(
    403,
  )
  const links = await tokenWith('links')
  const invitation = { session: 'sales', purpose: 'Link your account', anyNumber: true }
  expect((await call('POST', '/v1/invitations', { token: links, body: invitation })).status).toBe(403)
  const both = await tokenWith('links', 'admin')
  expect((await call('POST', '/v1/invitations', { token: both, body: invitation })).status).toBe(201)
})

test('tokens over HTTP: made, shown once, listed without the secret, used, revoked', async () => {
  const { call } = await setStage()
  const made = await call('POST', '/v1/tokens', { body: { name: 'shop' } })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ name: 'shop', scopes: ['links', 'sessions'], expiresAt: null })
  const listed = await call('GET', '/v1/tokens')
  expect(listed.body.tokens).toHaveLength(1)
  expect(listed.text).not.toContain(made.body.token)
  expect((await call('GET', '/v1/sessions', { token: made.body.token })).status).toBe(200)
  expect((await call('DELETE', `/v1/tokens/${made.body.id}`)).status).toBe(204)
  expect((await call('GET', '/v1/sessions', { token: made.body.token })).status).toBe(401)
  expect((await call('DELETE', `/v1/tokens/${made.body.id}`)).status).toBe(404)
})

test('a token that expires is over at its time', async () => {
  const { call, clock } = await setStage()
  const made = await call('POST', '/v1/tokens', { body: { name: 'short', expiresInSeconds: 60 } })
  await clock.advance(59_000)
  expect((await call('GET', '/v1/sessions', { token: made.body.token })).status).toBe(200)
  await clock.advance(1_000)
  expect((await call('GET', '/v1/sessions', { token: made.body.token })).status).toBe(401)
})

test('one caller sees no link of another; admin sees all', async () => {
  const { call, tokenWith } = await setStage()
  const [mine, theirs] = [await tokenWith('links', 'codes'), await tokenWith('links', 'codes')]
  const { body } = await call('POST', '/v1/links', { token: mine, body: { session: 'sales', phone: NUMBER } })
  expect((await call('GET', `/v1/links/${body.id}`, { token: mine })).status).toBe(200)
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/refresh'],
    ['GET', '/events'],
  ] as const)
    expect((await call(method, `/v1/links/${body.id}${path}`, { token: theirs })).status, method + path).toBe(404)
  expect((await call('GET', `/v1/links/${body.id}`)).status).toBe(200)
})

test('twenty wrong tokens from one address, and it has to wait; a good token does not; the minute over, it may try again', async () => {
  const { call, clock } = await setStage({ limits: { refusals: { points: 20, windowMs: 60_000 } } })
  for (let count = 0; count < 20; count++)
    expect((await call('GET', '/v1/sessions', { token: 'wrong' })).status).toBe(401)
  const refused = await call('GET', '/v1/sessions', { token: 'wrong' })
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await call('GET', '/metrics', { token: 'wrong' })).status).toBe(429)
  expect((await call('GET', '/v1/sessions')).status).toBe(200)
  await clock.advance(60_000)
  expect((await call('GET', '/v1/sessions', { token: 'wrong' })).status).toBe(401)
})

test('a token that calls too often gets 429 with Retry-After; one with admin does not', async () => {
  const limits = { token: { points: 2, windowMs: 60_000 }, links: { points: 1, windowMs: 60_000 } }
  const { call, tokenWith } = await setStage({ limits })
  for (let count = 0; count < 5; count++) expect((await call('GET', '/v1/sessions')).status).toBe(200)
  for (const session of ['one', 'two', 'three'])
    expect((await call('POST', '/v1/links', { body: { session } })).status).toBe(201)
  const linker = await tokenWith('links')
  expect((await call('POST', '/v1/links', { token: linker, body: { session: 'four' } })).status).toBe(201)
  expect((await call('POST', '/v1/links', { token: linker, body: { session: 'five' } })).status).toBe(429)
  const token = await tokenWith('sessions')
  await call('GET', '/v1/sessions', { token })
  await call('GET', '/v1/sessions', { token })
  const refused = await call('GET', '/v1/sessions', { token })
  expect(refused.status).toBe(429)
  expect(refused.body).toMatchObject({ type: 'urn:paircode:error:rate-limited', status: 429 })
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
})

test('pages and documents have a limit for each address; programs with a token, probes and assets do not share it', async () => {
  const { call, clock } = await setStage({ limits: { address: { points: 4, windowMs: 60_000 } } })
  for (const path of ['/docs', '/openapi.json', '/link', '/ui'])
    expect((await call('GET', path, { token: null })).status, path).not.toBe(429)
  for (const path of ['/docs', '/openapi.json', '/link', '/link/events', `/link/${'A'.repeat(43)}`, '/ui']) {
    const refused = await call('GET', path, { token: null })
    expect([refused.status, refused.body.type], path).toEqual([429, 'urn:paircode:error:rate-limited'])
    expect(Number(refused.headers.get('retry-after')), path).toBeGreaterThan(0)
  }
  for (const path of ['/healthz', '/v1/sessions']) expect((await call('GET', path)).status, path).toBe(200)
  await clock.advance(60_000)
  expect((await call('GET', '/docs', { token: null })).status).toBe(200)
})

describe('names', () => {
  /** fetch() sets Host by itself: said here by hand. */
  function raw(url: string, host: string, path: string, more = ''): Promise<string> {
    const { hostname, port } = new URL(url)
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname)
      let text = ''
      socket.on('data', (bytes) => {
        text += bytes.toString()
      })
      socket.on('end', () => resolve(text))
      socket.on('error', reject)
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${OPERATOR_TOKEN}\r\n${more}Connection: close\r\n\r\n`,
      )
    })
  }

  test('a Host that is not the server’s is refused on every path: a page cannot rebind its name to us', async () => {
    const { url } = await setStage()
    for (const path of ['/v1/sessions', '/ui', '/link', '/healthz', '/docs', '/openapi.json', '/metrics', '/none'])
      for (const host of [
        'evil.example',
        'evil.example:80',
        'localhost.evil.example',
        '127.0.0.1.evil.example',
        '10.1.2.3.nip.io',
      ])
        expect(await raw(url, host, path), `${host}${path}`).toMatch(/^HTTP\/1\.1 421 /)
    for (const host of ['localhost', 'localhost:99', '127.0.0.1', '[::1]:3000'])
      expect(await raw(url, host, '/v1/sessions'), host).toMatch(/^HTTP\/1\.1 200 /)
    expect(await raw(url, '10.1.2.3:3000', '/healthz')).toMatch(/^HTTP\/1\.1 200 /)
    expect(await raw(url, '10.1.2.3:3000', '/v1/sessions')).toMatch(/^HTTP\/1\.1 421 /)
  })

  test('an origin elsewhere is refused, with a good token too', async () => {
    const { call, url } = await setStage()
    for (const origin of ['https://evil.example', 'http://localhost:1', 'null', 'http://127.0.0.1.evil.example'])
      expect((await call('GET', '/v1/sessions', { headers: { Origin: origin } })).status, origin).toBe(403)
    expect((await call('GET', '/v1/sessions', { headers: { Origin: url } })).status).toBe(200)
  })

  test('the public URL is a name too', async () => {
    const { url } = await setStage({ publicUrl: 'https://link.example/whatsapp' })
    expect(await raw(url, 'link.example', '/v1/sessions')).toMatch(/^HTTP\/1\.1 200 /)
    expect(await raw(url, 'link.example', '/v1/sessions', 'Origin: https://link.example\r\n')).toMatch(
      /^HTTP\/1\.1 200 /,
    )
    expect(await raw(url, 'link.example', '/v1/sessions', 'Origin: http://link.example\r\n')).toMatch(
      /^HTTP\/1\.1 403 /,
    )
    expect(await raw(url, 'other.example', '/v1/sessions')).toMatch(/^HTTP\/1\.1 421 /)
  })
})

describe('the browser', () => {
  async function loggedIn(options = {}): Promise<{ cookie: string; stage: Awaited<ReturnType<typeof setStage>> }> {
    const stage = await setStage(options)
    const answer = await stage.call('POST', '/ui/session', {
      token: null,
      body: { token: OPERATOR_TOKEN },
      headers: { Origin: stage.url },
    })
    expect(answer.status).toBe(204)
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^paircode-ui=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/)
    return { cookie: cookie.split(';')[0] ?? '', stage }
  }

  test('a token posted once becomes a cookie that opens /ui/v1, not /v1; a token does not open /ui/v1', async () => {
    const { cookie, stage } = await loggedIn()
    const { call } = stage
    expect((await call('GET', '/ui/v1/sessions', { token: null, headers: { Cookie: cookie } })).status).toBe(200)
    expect((await call('GET', '/v1/sessions', { token: null, headers: { Cookie: cookie } })).status).toBe(401)
    expect((await call('GET', '/ui/v1/sessions')).status).toBe(401)
    expect((await call('GET', '/ui', { token: null, headers: { Cookie: cookie } })).text).toContain(
      'Log this browser out',
    )
  })

  test('a page elsewhere cannot use the cookie, nor log a browser in', async () => {
    const { cookie, stage } = await loggedIn()
    const { call, url } = stage
    const body = { session: 'sales', phone: NUMBER }
    const post = (headers: Record<string, string>): Promise<{ status: number }> =>
      call('POST', '/ui/v1/links', { token: null, body, headers: { Cookie: cookie, ...headers } })
    expect((await post({})).status).toBe(403)
    expect((await post({ Origin: 'https://evil.example' })).status).toBe(403)
    expect((await post({ Origin: 'null' })).status).toBe(403)
    expect((await post({ Origin: 'null', 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect((await post({ 'Sec-Fetch-Site': 'same-site' })).status).toBe(403)
    expect((await post({ Origin: url })).status).toBe(201)
    const login = { token: null, body: { token: OPERATOR_TOKEN } }
    expect((await call('POST', '/ui/session', { ...login, headers: { Origin: 'https://evil.example' } })).status).toBe(
      403,
    )
    expect((await call('POST', '/ui/session', login)).status).toBe(403)
  })

  test('a form under no-referrer names its origin as null; the browser’s own word for it counts', async () => {
    const { call } = await setStage()
    const answer = await call('POST', '/ui/session', {
      token: null,
      raw: `token=${OPERATOR_TOKEN}`,
      headers: { Origin: 'null', 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/ui')
  })

  test('over https the cookie is of this host alone', async () => {
    const { server } = await setStage({ publicUrl: 'https://link.example' })
    const answer = await server.fetch(
      new Request('https://link.example/ui/session', {
        method: 'POST',
        headers: { Origin: 'https://link.example', 'Content-Type': 'application/json' },
        body: JSON.stringify({ token: OPERATOR_TOKEN }),
      }),
    )
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-paircode-ui=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
  })

  test('the cookie ends with the log-out, and with the token that it stands for', async () => {
    const { cookie, stage } = await loggedIn()
    const { call, url, tokens } = stage
    const headers = { Cookie: cookie, Origin: url }
    expect((await call('POST', '/ui/logout', { token: null, headers })).status).toBe(303)
    expect((await call('GET', '/ui/v1/sessions', { token: null, headers })).status).toBe(401)
    const made = await tokens.create({ name: 'browser', scopes: ['sessions'] })
    const login = await call('POST', '/ui/session', {
      token: null,
      body: { token: made.token },
      headers: { Origin: url },
    })
    const second = { Cookie: login.headers.get('set-cookie')?.split(';')[0] ?? '' }
    expect((await call('GET', '/ui/v1/sessions', { token: null, headers: second })).status).toBe(200)
    expect((await call('GET', '/ui/v1/audit', { token: null, headers: second })).status).toBe(403)
    await tokens.revoke(made.info.id)
    expect((await call('GET', '/ui/v1/sessions', { token: null, headers: second })).status).toBe(401)
  })
})

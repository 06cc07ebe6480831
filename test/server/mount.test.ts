// The server where others put it: any fetch runtime, node:http, Express, under a base path; and what strangers send.
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import express from 'express'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createServer } from '../../src/server/index.ts'
import { openServer } from '../../src/server/server.ts'
import { openStore } from '../../src/store/index.ts'
import { answerOf, call as callAt, NUMBER, OPERATOR_TOKEN, setStage } from './stage.ts'

async function listening(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const WISH = { session: 'sales', purpose: 'Link', phone: NUMBER }

describe('mounted', () => {
  test('under a base path every address has it: routes, invitations, redirects, the description', async () => {
    const { server, url } = await setStage({ basePath: '/whatsapp' })
    expect(url).toMatch(/\/whatsapp$/)
    expect((await callAt(url, 'GET', '/v1/sessions')).status).toBe(200)
    const { body } = await callAt(url, 'POST', '/v1/invitations', { body: WISH })
    expect(new URL(body.url).pathname).toMatch(/^\/whatsapp\/link\//)
    const page = await callAt(new URL(url).origin, 'GET', new URL(body.url).pathname, { token: null })
    expect(page.text).toContain('action="/whatsapp/link/')
    const bound = await callAt(new URL(url).origin, 'POST', new URL(body.url).pathname, {
      token: null,
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    })
    expect(bound.headers.get('location')).toBe('/whatsapp/link')
    expect((await callAt(url, 'GET', '/openapi.json')).body.servers).toEqual([{ url: '/whatsapp/v1' }])
    const fetched = await server.fetch(new Request('http://localhost/whatsapp/healthz'))
    expect(fetched.status).toBe(200)
    expect((await server.fetch(new Request('http://localhost/whatsapps/healthz'))).status).toBe(404)
  })

  test('a port that is taken is said so, and keeps neither a later port nor the close from working', async () => {
    const taken = new URL(await listening((_, res) => res.end()))
    const store = await openStore('memory:')
    onTestFinished(() => store.close())
    const busy = await createServer({ store, token: OPERATOR_TOKEN, port: Number(taken.port) })
    await expect(busy.listen()).rejects.toMatchObject({ code: 'invalid-options' })
    await expect(busy.listen()).rejects.toMatchObject({ code: 'invalid-options' })
    await busy.close()
    const free = await createServer({ store, token: OPERATOR_TOKEN, port: 0 })
    expect((await callAt((await free.listen()).url, 'GET', '/healthz')).status).toBe(200)
    await free.close()
  })

  test('what fails at the start leaves no timer behind', async () => {
    const store = await openStore('memory:')
    onTestFinished(() => store.close())
    const waiting = new Set<object>()
    const clock = {
      now: () => Date.now(),
      setTimeout(run: () => void, ms: number) {
        const handle = setTimeout(() => {
          waiting.delete(handle)
          run()
        }, ms)
        waiting.add(handle)
        return handle
      },
      clearTimeout(handle: unknown) {
        waiting.delete(handle as object)
        clearTimeout(handle as NodeJS.Timeout)
      },
    }
    const onFirstToken = (): never => {
      throw new Error('nobody can be shown the token')
    }
    await expect(openServer({ store, clock }, { onFirstToken })).rejects.toThrow('nobody can be shown the token')
    expect(waiting.size).toBe(0)
  })

  test('in node:http', async () => {
    const { server } = await setStage()
    const url = await listening((req, res) => server.node(req, res))
    expect((await callAt(url, 'POST', '/v1/invitations', { body: WISH })).status).toBe(201)
  })

  test('in Express, which takes its mount path off the URL, also when a body parser was there before', async () => {
    const { server } = await setStage()
    for (const parsed of [false, true]) {
      const app = express()
      if (parsed) app.use(express.json())
      app.use('/whatsapp', server.node)
      const url = await listening(app)
      const { status, body } = await callAt(url, 'POST', '/whatsapp/v1/invitations', { body: WISH })
      expect(status).toBe(201)
      expect(new URL(body.url).pathname).toMatch(/^\/whatsapp\/link\//)
    }
  })

  test('behind a proxy with a public URL invitations name that', async () => {
    const { call } = await setStage({ publicUrl: 'https://link.example/whatsapp/' })
    const { body } = await call('POST', '/v1/invitations', { body: WISH })
    expect(body.url).toMatch(/^https:\/\/link\.example\/whatsapp\/link\/[A-Za-z0-9_-]{43}$/)
  })
})

describe('what strangers send', () => {
  test('bodies that are no JSON, too large, of another type, or endless', async () => {
    const { call, url } = await setStage()
    const json = { 'Content-Type': 'application/json' }
    const malformed = await call('POST', '/v1/links', { raw: '{"session":', headers: json })
    expect([malformed.status, malformed.body.type]).toEqual([400, 'urn:paircode:error:malformed-request'])
    const large = await call('POST', '/v1/links', {
      raw: JSON.stringify({ session: 'x'.repeat(70_000) }),
      headers: json,
    })
    expect([large.status, large.body.type]).toEqual([413, 'urn:paircode:error:too-large'])
    const form = await call('POST', '/v1/links', {
      raw: 'session=sales',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    expect([form.status, form.body.type]).toEqual([415, 'urn:paircode:error:unsupported-media-type'])
    const endless = await fetch(`${url}/v1/links`, {
      method: 'POST',
      headers: { ...json, Authorization: `Bearer ${OPERATOR_TOKEN}` },
      body: new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(16_384, '[')) }),
      duplex: 'half',
    } as RequestInit).catch((thrown: unknown) => thrown)
    if (endless instanceof Response) expect(endless.status).toBe(413)
    expect((await call('GET', '/healthz')).status).toBe(200)
    const deep = await call('POST', '/v1/links', { raw: '['.repeat(30_000), headers: json })
    expect(deep.status).toBe(400)
    const empty = await call('POST', '/v1/links', { headers: json })
    expect([400, 422]).toContain(empty.status)
  })

  test('a body in pieces without a length is read all the same', async () => {
    const { url } = await setStage()
    const response = await fetch(`${url}/v1/invitations`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${OPERATOR_TOKEN}` },
      body: new ReadableStream({
        start(controller) {
          for (const piece of JSON.stringify(WISH).match(/.{1,7}/gs) ?? []) controller.enqueue(Buffer.from(piece))
          controller.close()
        },
      }),
      duplex: 'half',
    } as RequestInit)
    expect((await answerOf(response)).status).toBe(201)
  })

  test('paths and ids that try to leave: nothing there, and no fault', async () => {
    const { call } = await setStage()
    for (const path of [
      '/v1/sessions/..%2f..%2fetc',
      '/v1/sessions/%00',
      '/v1/links/%2e%2e',
      '/v1/links/__proto__',
      '/v1/tokens/constructor',
      '/v1//links',
      '/V1/sessions',
      '/v1/nothing',
      '/link/%ff',
      `/v1/links/${'x'.repeat(2_000)}`,
    ])
      expect([400, 404, 405, 422], path).toContain((await call('GET', path)).status)
    expect((await call('GET', `/v1/sessions?${'x'.repeat(5_000)}`)).status).toBe(400)
  })

  test('another method than an address takes is 405, and Allow names those that it takes; where is nothing, 404', async () => {
    const { call } = await setStage()
    const wrong: readonly (readonly [string, string, string])[] = [
      ['PUT', '/v1/links', 'GET, HEAD, POST'],
      ['POST', '/v1/links/none', 'GET, HEAD, DELETE'],
      ['GET', '/v1/links/none/refresh', 'POST'],
      ['POST', '/v1/links/none/events', 'GET, HEAD'],
      ['PATCH', '/v1/sessions/none', 'GET, HEAD, DELETE'],
      ['DELETE', '/v1/audit', 'GET, HEAD'],
      ['POST', '/healthz', 'GET, HEAD'],
      ['DELETE', '/metrics', 'GET, HEAD'],
      ['GET', '/ui/session', 'POST'],
    ]
    for (const [method, path, allowed] of wrong) {
      const { status, headers, body } = await call(method, path)
      expect([status, body.type], `${method} ${path}`).toEqual([405, 'urn:paircode:error:method-not-allowed'])
      expect(headers.get('allow'), `${method} ${path}`).toBe(allowed)
    }
    const page = await call('DELETE', '/link/x', { headers: { Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin' } })
    expect([page.status, page.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
    expect((await call('PUT', '/v1/nothing')).status).toBe(404)
    expect((await call('PUT', '/v1/links', { token: null })).status).toBe(401)
  })

  test('headers without an end are cut by node itself, and the server lives', async () => {
    const { url, call } = await setStage()
    const { hostname, port } = new URL(url)
    const text = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`)
      })
      let read = ''
      socket.on('data', (bytes) => {
        read += bytes.toString()
      })
      socket.on('close', () => resolve(read))
      socket.on('error', () => resolve(read))
    })
    expect(text).toMatch(/^HTTP\/1\.1 431 /)
    expect((await call('GET', '/healthz')).status).toBe(200)
  })

  test('every answer names its request and is not kept, whatever it is', async () => {
    const { call } = await setStage()
    const ids = new Set<string | null>()
    for (const path of ['/healthz', '/v1/sessions', '/v1/none', '/docs', '/link']) {
      const { headers } = await call('GET', path)
      ids.add(headers.get('x-request-id'))
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
    expect(ids.size).toBe(5)
    expect(ids.has(null)).toBe(false)
  })
})

describe('to be reached from elsewhere', () => {
  test('what is missing is named, all at once; on loopback nothing is', async () => {
    const store = await openStore('memory:')
    onTestFinished(() => store.close())
    const server = await createServer({ store, host: '0.0.0.0', port: 0 })
    onTestFinished(() => server.close())
    await expect(server.listen()).rejects.toMatchObject({
      code: 'invalid-options',
      message: expect.stringMatching(/public https URL.*operator’s name.*reach the operator.*store key/s),
    })
    const own = await openStore('memory:', { key: Buffer.alloc(32, 1) })
    onTestFinished(() => own.close())
    const complete = await createServer({
      store: own,
      host: '0.0.0.0',
      port: 0,
      publicUrl: 'https://link.example',
      operator: { name: 'Acme', contact: 'help@acme.example' },
    })
    onTestFinished(() => complete.close())
    expect((await complete.listen()).url).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/)
  })

  test.each([
    [{ publicUrl: 'http://link.example' }, /publicUrl/],
    [{ publicUrl: 'ftp://link.example' }, /publicUrl/],
    [{ basePath: 'whatsapp' }, /basePath/],
    [{ basePath: '/a?b' }, /basePath/],
    [{ host: 'link.example' }, /host/],
    [{ port: 70_000 }, /port/],
    [{ token: 'short' }, /token/],
    [{ returnOrigins: ['https://app.example/path'] }, /returnOrigins/],
    [{ returnOrigins: ['http://app.example'] }, /returnOrigins/],
    [{ trustProxy: -1 }, /trustProxy/],
    [{ onSocket: 'no' as never }, /onSocket/],
    [{ retentionDays: 0 }, /retentionDays/],
  ])('%j is refused by its name', async (options, name) => {
    const store = await openStore('memory:')
    onTestFinished(() => store.close())
    await expect(createServer({ store, ...options })).rejects.toMatchObject({
      code: 'invalid-options',
      message: expect.stringMatching(name),
    })
  })

  test('the first token is made once in the life of a store, and works', async () => {
    const store = await openStore('memory:')
    onTestFinished(() => store.close())
    const shown: string[] = []
    for (let start = 0; start < 2; start++) {
      const server = await openServer({ store, port: 0 }, { onFirstToken: (token) => shown.push(token) })
      const { url } = await server.listen()
      expect((await callAt(url, 'GET', '/v1/tokens', { token: shown[0] ?? null })).status).toBe(200)
      await server.close()
    }
    expect(shown).toHaveLength(1)
  })
})

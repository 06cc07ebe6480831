// One attempt: where it goes, and what counts as arrived.
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/lib/clock.ts'
import { ATTEMPT_MS, type AttemptParts, attempt } from '../../../src/server/webhooks/attempt.ts'
import { messageOf } from '../../../src/server/webhooks/message.ts'
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts'
import { jumpClock } from './jump-clock.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const EVENT = { id: 'msg_1', type: 'session.online', session: 'sales', at: '2026-01-01T00:00:00.000Z' } as const
const MESSAGE = messageOf(EVENT, [SECRET], Date.now())
const RUNS = new AbortController().signal

async function port(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  return (server.address() as AddressInfo).port
}

async function receiving(listener: RequestListener): Promise<URL> {
  const server = createHttpServer(listener)
  onTestFinished(() => server.closeAllConnections())
  return new URL(`http://127.0.0.1:${await port(server)}/hook?x=1`)
}

function parts(more: Partial<AttemptParts> = {}): AttemptParts {
  return { clock: systemClock, toLoopback: true, resolve: async () => [{ address: '127.0.0.1' }], ...more }
}

test('the connection goes to the address that was looked at, under the name: nobody is asked a second time', async () => {
  const seen: { servername: unknown; host: unknown }[] = []
  const server = createHttpsServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, (req, res) => {
    const { servername } = req.socket as TLSSocket & { servername?: unknown }
    seen.push({ servername, host: req.headers.host })
    res.writeHead(204).end()
  })
  const url = new URL(`https://hooks.example:${await port(server)}/`)
  // The first answer passes; whoever asked again would be sent elsewhere.
  const answers = ['127.0.0.1', '127.0.0.2', '10.0.0.1']
  let asked = 0
  const resolve: AttemptParts['resolve'] = async () => [{ address: answers[asked++] ?? '' }]
  expect(await attempt(url, MESSAGE, parts({ resolve, ca: CERTIFICATE }), RUNS)).toEqual({
    delivered: true,
    status: 204,
  })
  expect(asked).toBe(1)
  expect(seen).toEqual([{ servername: 'hooks.example', host: url.host }])
  // A certificate of nobody's, and one of another name.
  expect(await attempt(url, MESSAGE, parts(), RUNS)).toMatchObject({ reason: 'unreachable' })
  const other = new URL(`https://other.example:${url.port}/`)
  expect(await attempt(other, MESSAGE, parts({ ca: CERTIFICATE }), RUNS)).toMatchObject({ reason: 'unreachable' })
})

test.each([
  ['to loopback', ['127.0.0.1']],
  ['to a private address beside a public one', ['93.184.216.34', '10.0.0.1']],
  ['to metadata', ['169.254.169.254']],
  ['to mapped loopback', ['::ffff:127.0.0.1']],
  ['to something that is no address', ['somewhere']],
])('a name that resolves %s is refused, and nothing connects', async (_, addresses) => {
  let calls = 0
  const url = await receiving((_req, res) => {
    calls += 1
    res.end()
  })
  const resolve: AttemptParts['resolve'] = async () => addresses.map((address) => ({ address }))
  const named = new URL(`http://hooks.example:${url.port}/`)
  const outcome = await attempt(named, MESSAGE, parts({ resolve, toLoopback: false }), RUNS)
  expect(outcome).toEqual({ delivered: false, reason: 'address-refused' })
  expect(calls).toBe(0)
})

test('an address in place of a name is looked at too, without a resolver', async () => {
  const url = await receiving((_, res) => res.end())
  const resolve = async (): Promise<never> => {
    throw new Error('asked')
  }
  expect(await attempt(url, MESSAGE, parts({ resolve, toLoopback: false }), RUNS)).toMatchObject({
    reason: 'address-refused',
  })
  expect(await attempt(url, MESSAGE, parts({ resolve }), RUNS)).toEqual({ delivered: true, status: 200 })
})

test('a name that does not resolve, and a port where nobody listens', async () => {
  const url = await receiving((_, res) => res.end())
  const named = new URL(`http://hooks.example:${url.port}/`)
  const none = parts({ resolve: async () => [] })
  const failing = parts({ resolve: async () => Promise.reject(new Error('ENOTFOUND')) })
  expect(await attempt(named, MESSAGE, none, RUNS)).toEqual({ delivered: false, reason: 'not-resolved' })
  expect(await attempt(named, MESSAGE, failing, RUNS)).toEqual({ delivered: false, reason: 'not-resolved' })
  const closed = createHttpServer()
  const free = await new Promise<number>((resolve) =>
    closed.listen(0, '127.0.0.1', () => resolve((closed.address() as AddressInfo).port)),
  )
  await new Promise((resolve) => closed.close(resolve))
  const nobody = new URL(`http://127.0.0.1:${free}/`)
  expect(await attempt(nobody, MESSAGE, parts(), RUNS)).toEqual({ delivered: false, reason: 'unreachable' })
})

test('a redirect is not followed', async () => {
  let followed = 0
  const target = await receiving((_, res) => {
    followed += 1
    res.end()
  })
  const url = await receiving((_, res) => res.writeHead(307, { location: target.href }).end())
  expect(await attempt(url, MESSAGE, parts(), RUNS)).toEqual({ delivered: false, reason: 'redirected', status: 307 })
  expect(followed).toBe(0)
})

test('an answer without end counts by its status, and is not read on', async () => {
  const url = await receiving((_, res) => {
    res.writeHead(200)
    const more = (): void => {
      while (!res.destroyed && res.write('x'.repeat(64 * 1024)));
      if (!res.destroyed) res.once('drain', more)
    }
    more()
  })
  expect(await attempt(url, MESSAGE, parts(), RUNS)).toEqual({ delivered: true, status: 200 })
})

test('an answer that breaks off, or has too long a head, did not arrive', async () => {
  const broken = await receiving((_, res) => {
    res.writeHead(200, { 'content-length': 100 })
    res.write('half', () => res.destroy())
  })
  expect(await attempt(broken, MESSAGE, parts(), RUNS)).toEqual({ delivered: false, reason: 'unreachable' })
  const long = await receiving((_, res) => res.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end())
  expect(await attempt(long, MESSAGE, parts(), RUNS)).toEqual({ delivered: false, reason: 'unreachable' })
})

test('a receiver, or a resolver, that never answers has 15 s; a stop cuts it before', async () => {
  const clock = jumpClock()
  let asked = 0
  const url = await receiving(() => {
    asked += 1
  })
  const slow = attempt(url, MESSAGE, parts({ clock }), RUNS)
  await expect.poll(() => asked).toBe(1)
  clock.jump(ATTEMPT_MS)
  expect(await slow).toEqual({ delivered: false, reason: 'timed-out' })
  const named = new URL(`http://hooks.example:${url.port}/`)
  const mute = attempt(named, MESSAGE, parts({ clock, resolve: () => new Promise(() => {}) }), RUNS)
  clock.jump(ATTEMPT_MS)
  expect(await mute).toEqual({ delivered: false, reason: 'timed-out' })
  const stop = new AbortController()
  const cut = attempt(url, MESSAGE, parts({ clock }), stop.signal)
  await expect.poll(() => asked).toBe(2)
  stop.abort()
  expect(await cut).toEqual({ delivered: false, reason: 'aborted' })
})

test('a wish to be asked later is read, if it is a number', async () => {
  const url = await receiving((_, res) => res.writeHead(503, { 'retry-after': '120' }).end())
  expect(await attempt(url, MESSAGE, parts(), RUNS)).toMatchObject({ status: 503, retryAfterMs: 120_000 })
  const dated = await receiving((_, res) =>
    res.writeHead(503, { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }).end(),
  )
  expect(await attempt(dated, MESSAGE, parts(), RUNS)).toEqual({ delivered: false, reason: 'refused', status: 503 })
})

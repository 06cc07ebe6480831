// What every request passes before a route sees it.
import { randomUUID } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { clientAddress } from './access/address.ts'
import { bearerOf, type Caller, callerWith } from './access/caller.ts'
import { readCookie } from './access/cookies.ts'
import { checkHost, checkOrigin, type Names } from './access/hosts.ts'
import type { AppEnv, Parts } from './parts.ts'
import { HttpProblem } from './problem.ts'

const BODY_BYTES = 64 * 1024
const URL_CHARACTERS = 4_096
const HEADER_CHARACTERS = 16 * 1024
/** Longer than the longest honest answer: a log-out that waits for WhatsApp. */
const ANSWER_MS = 75_000

/** Names the request, says so in the answer, measures it, and sets the headers of every answer. */
export function identified({ options, metrics, clock }: Parts): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = clock.now()
    c.set('requestId', randomUUID())
    c.set('address', clientAddress(c.env.peer, c.req.header('x-forwarded-for'), options.trustProxy))
    await next()
    c.header('X-Request-Id', c.get('requestId'))
    c.header('X-Content-Type-Options', 'nosniff')
    if (c.res.headers.get('cache-control') === null) c.header('Cache-Control', 'no-store')
    if (c.res.headers.get('referrer-policy') === null) c.header('Referrer-Policy', 'no-referrer')
    metrics.answered(c.req.method, c.res.status, (clock.now() - startedAt) / 1_000)
  }
}

/** @throws HttpProblem unknown-host · untrusted-origin · malformed-request */
export function fromHere({ options }: Parts): MiddlewareHandler<AppEnv> {
  const names: Names = { publicUrl: options.publicUrl, host: options.host }
  return async (c, next) => {
    if (c.req.url.length > URL_CHARACTERS || sizeOf(c.req.raw.headers) > HEADER_CHARACTERS)
      throw new HttpProblem('malformed-request', 'the address or the headers are too long')
    const host = c.req.header('host') ?? new URL(c.req.url).host
    checkHost(host, c.req.path, names)
    const isPage = /^\/(?:ui|link)(?:\/|$)/.test(c.req.path)
    const from = {
      method: c.req.method,
      host,
      origin: c.req.header('origin'),
      fetchSite: c.req.header('sec-fetch-site'),
    }
    checkOrigin(from, names, isPage)
    await next()
  }
}

/**
 * node:http holds a body to its Content-Length; one without is read here, and no further than the limit. (hono's own
 * body-limit makes a new Request of the old one, which undici refuses for those of @hono/node-server.)
 */
export function smallBodies(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const length = c.req.header('content-length')
    if (length !== undefined && Number(length) > BODY_BYTES) throw tooLarge()
    const { body } = c.req.raw
    if (length === undefined && body !== null) {
      const read = await bounded(body)
      // Typed as the bytes; Hono itself keeps the promise of them there (request.js, #cachedBody).
      if (read.byteLength > 0) Object.assign(c.req.bodyCache, { arrayBuffer: Promise.resolve(read) })
    }
    await next()
  }
}

async function bounded(body: ReadableStream<Uint8Array>): Promise<ArrayBuffer> {
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > BODY_BYTES) {
      await reader.cancel().catch(() => {})
      throw tooLarge()
    }
    chunks.push(value)
  }
  return new Uint8Array(Buffer.concat(chunks)).buffer
}

function tooLarge(): HttpProblem {
  return new HttpProblem('too-large', `a request has ${BODY_BYTES} bytes at most`)
}

/** The work goes on; whoever asked is told that nobody knows yet. */
export function timeLimited({ clock }: Parts): MiddlewareHandler<AppEnv> {
  return async (_, next) => {
    let timer: unknown
    const late = new Promise<never>((_resolve, reject) => {
      timer = clock.setTimeout(() => reject(new HttpProblem('timed-out', 'the answer took too long')), ANSWER_MS)
    })
    late.catch(() => {})
    try {
      await Promise.race([next(), late])
    } finally {
      clock.clearTimeout(timer)
    }
  }
}

/** Programs: a bearer token. Cookies count for nothing here. */
export function withToken(parts: Parts): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const bearer = bearerOf(c.req.header('authorization'))
    const caller = bearer === undefined ? undefined : await callerWith(bearer, parts.options.token, parts.tokens)
    if (caller === undefined) throw await unauthenticated(c, parts, bearer !== undefined)
    c.set('caller', caller)
    await oneCall(parts, caller)
    await next()
  }
}

/** Whoever can make tokens is not held by a limit of each. */
async function oneCall({ limits }: Parts, caller: Caller): Promise<void> {
  if (!caller.scopes.has('admin')) await limits.take('token', caller.id)
}

/** Pages and documents, which need no token. */
export function addressLimited({ limits }: Parts): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await limits.take('address', c.get('address'))
    await next()
  }
}

/** Browsers: the cookie of `POST /ui/session`. Tokens count for nothing here. */
export function withCookie(parts: Parts): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const cookie = readCookie(c, parts, 'paircode-ui')
    const caller = cookie === undefined ? undefined : await parts.browserSessions.find(cookie)
    if (caller === undefined)
      throw new HttpProblem('unauthenticated', 'this browser is not logged in', {
        advice: 'Log in at /ui with a token.',
      })
    c.set('caller', caller)
    await oneCall(parts, caller)
    await next()
  }
}

/** JSON is the one language of the API. A form cannot send it, and no page elsewhere without being asked first. */
export function jsonOnly(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const length = c.req.header('content-length')
    const hasBody = length === undefined ? c.req.bodyCache.arrayBuffer !== undefined : length !== '0'
    const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
    const takesBody = c.req.method === 'POST' || c.req.method === 'PUT' || c.req.method === 'PATCH'
    if (takesBody && hasBody && type !== 'application/json')
      throw new HttpProblem('unsupported-media-type', 'the body must be application/json')
    await next()
  }
}

async function unauthenticated(c: Context<AppEnv>, { limits, audit }: Parts, wasWrong: boolean): Promise<HttpProblem> {
  if (wasWrong) {
    await limits.take('refusals', c.get('address'))
    const requestId = c.get('requestId')
    await audit.note({ who: 'server', action: 'access.refused', outcome: 'unauthenticated', requestId })
  }
  return new HttpProblem('unauthenticated', wasWrong ? 'the token is not valid' : 'a token is missing', {
    headers: { 'WWW-Authenticate': wasWrong ? 'Bearer error="invalid_token"' : 'Bearer' },
  })
}

function sizeOf(headers: Headers): number {
  let size = 0
  for (const [name, value] of headers) size += name.length + value.length
  return size
}

// Whether a host answers over TLS, directly or through a proxy, and what time it has.
import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import type { Clock } from '../../../lib/clock.ts'

export interface Target {
  readonly host: string
  readonly port: number
  /** An http:// proxy, which is asked to CONNECT. */
  readonly proxy?: URL
  /** In place of the authorities of the system, for tests. */
  readonly ca?: string
}

export type Reach =
  /** `ahead`: how far this machine's clock is before the host's, ms; undefined when the host did not say. */
  | { readonly ok: true; readonly ms: number; readonly ahead: number | undefined }
  /** `certificate`: somebody answered who is not the host. */
  | { readonly ok: false; readonly why: 'certificate' | 'no-answer'; readonly reason: string }

/** One request, which asks for nothing but the answer's head. Never throws, never takes longer. */
export async function reach(target: Target, limitMs: number, clock: Clock): Promise<Reach> {
  const startedAt = clock.now()
  const giveUp = new AbortController()
  const timer = clock.setTimeout(() => giveUp.abort(new Error(`no answer within ${limitMs / 1000} s`)), limitMs)
  try {
    const socket = await securedSocket(target, giveUp.signal)
    try {
      const sentAt = clock.now()
      const { headers } = await head(target.host, socket, giveUp.signal)
      return { ok: true, ms: sentAt - startedAt, ahead: clockAhead(headers.date, sentAt, clock.now()) }
    } finally {
      socket.destroy()
    }
  } catch (thrown) {
    return unreached(giveUp.signal.aborted ? giveUp.signal.reason : thrown)
  } finally {
    clock.clearTimeout(timer)
  }
}

/** Pure. From a Date header, which has whole seconds; undefined when it has no time. */
export function clockAhead(date: string | undefined, sentAt: number, receivedAt: number): number | undefined {
  const theirs = Date.parse(date ?? '')
  return Number.isNaN(theirs) ? undefined : Math.round((sentAt + receivedAt) / 2 - (theirs + 500))
}

async function securedSocket({ host, port, proxy, ca }: Target, signal: AbortSignal): Promise<TLSSocket> {
  const tunnel = proxy === undefined ? undefined : await throughProxy(proxy, `${host}:${port}`, signal)
  const socket = connect({
    servername: host,
    ...(tunnel === undefined ? { host, port } : { socket: tunnel }),
    ...(ca === undefined ? {} : { ca }),
  })
  return new Promise((resolve, reject) => {
    const abort = (): void => void socket.destroy(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    socket.once('secureConnect', () => resolve(socket))
    socket.on('error', reject)
    socket.once('close', () => reject(new Error('it closed the connection')))
  })
}

function throughProxy(proxy: URL, to: string, signal: AbortSignal): Promise<Socket> {
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  const headers =
    proxy.username === '' ? {} : { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
  return new Promise((resolve, reject) => {
    const asking = request({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port === '' ? 80 : Number(proxy.port),
      method: 'CONNECT',
      path: to,
      headers,
      signal,
    })
    asking.once('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(new Error(`the proxy refused (${statusCode})`))
    })
    asking.once('response', ({ statusCode }) => reject(new Error(`the proxy refused (${statusCode})`)))
    asking.once('error', reject)
    asking.end()
  })
}

function head(host: string, socket: TLSSocket, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request({ host, method: 'HEAD', path: '/', createConnection: () => socket, signal }, (answer) => {
      answer.resume()
      resolve(answer)
    })
    asking.once('error', reject)
    asking.end()
  })
}

/** Of the host and of who stands in front of it: OpenSSL's names, as Node gives them (nodejs.org/api/tls.html). */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/

function unreached(thrown: unknown): Reach {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return {
    ok: false,
    why: CERTIFICATE.test(code) ? 'certificate' : 'no-answer',
    reason: REASONS[code] ?? (message === '' ? code : message),
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known (DNS)',
  EAI_AGAIN: 'its name cannot be looked up (DNS)',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut off',
  ENETUNREACH: 'the network is not reachable',
  EHOSTUNREACH: 'the network is not reachable',
  ETIMEDOUT: 'nobody answered',
}

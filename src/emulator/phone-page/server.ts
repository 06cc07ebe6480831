// The phone page on a port of loopback: who may call it, and how its answers go out.
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator } from '../emulator.ts'
import { answerCall, isPhonePath, livePartsOf, type PageAnswer } from './routes.ts'

export interface PhonePage {
  /** Of the first phone. */
  readonly url: string
  close(): Promise<void>
}

const HOST = '127.0.0.1'
const BASE = `http://${HOST}`
/** Bytes. A QR text has 300. */
const MAX_BODY = 64 * 1024
/** How often a screen is looked at for what changed, while somebody has it open. */
const LOOK_MS = 250

/** Rejects with the system's error when the port is taken. */
export async function listenForPhonePage(emulator: Emulator, port: number): Promise<PhonePage> {
  const server = createServer((request, response) => {
    if (!servePhonePage(emulator, request, response)) response.writeHead(302, { location: '/phones' }).end()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `${BASE}:${bound}/phones`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** False: the path is none of the page's, and nothing was answered. */
export function servePhonePage(
  emulator: Pick<Emulator, 'phones' | 'addPhone'>,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const address = request.url ?? '/'
  // Junk of whoever is on this machine must not end the emulator: `//` is no URL.
  if (!URL.canParse(address, BASE)) return false
  const { pathname: path, searchParams: query } = new URL(address, BASE)
  if (!isPhonePath(path)) return false
  const refusal = refusalOf(request)
  if (refusal !== undefined) {
    response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(`${refusal}\n`)
    return true
  }
  if (request.headers.accept === 'text/event-stream') {
    follow(() => livePartsOf(emulator, { path, query }), request, response)
    return true
  }
  const nonce = randomBytes(16).toString('base64url')
  void bodyOf(request)
    .then((form) => answerCall(emulator, { method: request.method ?? 'GET', path, query, form, nonce }))
    .then((answer) => write(response, answer, nonce))
    .catch((thrown: unknown) => {
      response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(`Not done: ${thrown instanceof Error ? thrown.message : 'an unknown fault'}.\n`)
    })
  return true
}

/** Pages of other sites: those that were led here by their name server, and those that send a form here. */
function refusalOf({ method, headers }: IncomingMessage): string | undefined {
  const { host = '', origin, 'sec-fetch-site': site } = headers
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host)) return 'This server answers to 127.0.0.1 and localhost only.'
  if (method === 'GET' || method === 'HEAD') return undefined
  const isOwn = origin === undefined ? site === undefined || site === 'same-origin' : origin === `http://${host}`
  return isOwn ? undefined : 'This does not come from the phone page.'
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > MAX_BODY) throw new Error(`the body is longer than ${MAX_BODY} bytes`)
    chunks.push(chunk as Buffer)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

function write(response: ServerResponse, answer: PageAnswer, nonce: string): void {
  switch (answer.kind) {
    case 'elsewhere':
      response.writeHead(303, { location: answer.path }).end()
      return
    case 'nothing':
      response
        .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
        .end('There is no such phone or screen.\n')
      return
    case 'page':
      response.writeHead(answer.status, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
        'cache-control': 'no-store',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      })
      response.end(answer.text)
  }
}

/** Server-sent events: the live parts whenever they are others than before. */
function follow(
  look: () => Readonly<Record<string, string>> | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (look() === undefined) {
    response.writeHead(204).end()
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
  let sent = ''
  const tell = (): void => {
    const parts = JSON.stringify(look() ?? {})
    if (parts === sent) return
    sent = parts
    response.write(`data: ${parts}\n\n`)
  }
  tell()
  const timer = setInterval(tell, LOOK_MS)
  request.once('close', () => clearInterval(timer))
  response.once('close', () => clearInterval(timer))
}

// Orders over HTTP, for tests in other languages and processes: on loopback alone, and only with the token that was printed at
// the start. Beside them the phones as a page for people, which needs no token.

import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator } from '../../emulator/index.ts'
import { servePhonePage } from '../../emulator/phone-page/server.ts'
import { sameSecret } from '../../lib/same-secret.ts'
import type { Message } from '../printing/printer.ts'
import type { Desk } from './desk.ts'
import { readOrder } from './order.ts'
import { stanzasAfter } from './stanza-lines.ts'

export interface Control {
  readonly url: string
  /** Where a person uses the phones in a browser. */
  readonly phonePage: string
  /** Whoever has it operates the phones. */
  readonly token: string
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

const HOST = '127.0.0.1'
/** Bytes. A QR text has 300. */
const MAX_BODY = 64 * 1024

/** Rejects with the system's error when the port is taken. */
export async function startControl(emulator: Emulator, desk: Desk, port: number): Promise<Control> {
  const token = randomBytes(32).toString('base64url')
  const server = createServer((request, response) => {
    if (servePhonePage(emulator, request, response)) return
    void answerTo(request).then(
      (answer) => write(response, answer),
      (thrown: unknown) => write(response, problem(400, thrown instanceof Error ? thrown.message : 'cannot be read')),
    )
  })

  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    if (!isLocal(request.headers.host)) return problem(403, 'this server answers to 127.0.0.1 and localhost only')
    if (!isBearer(request.headers.authorization, token))
      return problem(401, 'send the token that was printed at the start: Authorization: Bearer …')
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${HOST}`)
    if (request.method === 'POST' && pathname === '/v1/orders') return carryOut(desk, await bodyOf(request))
    if (request.method !== 'GET') return problem(405, 'only GET, and POST /v1/orders')
    switch (pathname) {
      case '/v1/endpoint':
        return ok({ url: emulator.endpoint.url, rootKey: Buffer.from(emulator.endpoint.rootKey).toString('base64') })
      case '/v1/stanzas':
        return ok(stanzasAfter(emulator.stanzas, searchParams.get('after'), searchParams.get('limit')))
      case '/v1/logins':
        return ok({ logins: emulator.logins })
      case '/v1/connections':
        return ok({ connections: emulator.connections })
      default:
        return problem(404, 'there are /v1/orders, /v1/stanzas, /v1/logins, /v1/connections and /v1/endpoint')
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${HOST}:${bound}`,
    phonePage: `http://${HOST}:${bound}/phones`,
    token,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** The answer comes when the order was carried out: for `enter` and `scan` when the phone is done. */
async function carryOut(desk: Desk, line: string): Promise<Answer> {
  const order = readOrder(line.trim())
  if (order.kind === 'nothing') return problem(400, 'the body is an order, as on the terminal: enter ABCD-EFGH')
  if (order.kind === 'quit') return problem(422, 'end the process with a signal; quit is for its own terminal')
  const told: Message[] = []
  await desk.carryOut(order, (message) => told.push(message))
  const wrong = told.find(({ type }) => type === 'not-done')
  return wrong === undefined ? ok(told.at(-1) ?? {}) : { status: 422, body: wrong }
}

function ok(body: unknown): Answer {
  return { status: 200, body }
}

function problem(status: number, reason: string): Answer {
  return { status, body: { type: 'not-done', reason } }
}

function write(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
}

/** A page of another site that was led here by its name server comes with its own name. */
function isLocal(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host)
}

function isBearer(header: string | undefined, token: string): boolean {
  return sameSecret(/^Bearer (\S+)$/.exec(header ?? '')?.[1] ?? '', token)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > MAX_BODY) throw new Error(`the body is longer than ${MAX_BODY} bytes`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

// A receiver of webhooks that keeps what it gets, verifies it, and misbehaves on demand.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { onTestFinished } from 'vitest'

export interface Received {
  readonly id: string
  readonly type: string
  readonly session: string
  readonly data: Readonly<Record<string, unknown>>
  readonly headers: IncomingMessage['headers']
  readonly raw: string
}

/** What it does with a request, once it has read it. The default: 204. */
export type Manner = (res: ServerResponse, received: Received) => void

export interface Receiver {
  readonly url: string
  /** All that came, repeats included. */
  readonly all: readonly Received[]
  /** The first of each id. */
  first(): readonly Received[]
  behave(manner: Manner): void
  /** @throws when the signature does not hold for this secret */
  verify(received: Received, secret: string): unknown
}

export const fine: Manner = (res) => void res.writeHead(204).end()

export async function startReceiver(): Promise<Receiver> {
  const all: Received[] = []
  let manner = fine
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8')
      const { type, data } = JSON.parse(raw)
      const id = String(req.headers['webhook-id'])
      const received: Received = { id, type, session: data.session, data, headers: req.headers, raw }
      all.push(received)
      manner(res, received)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    all,
    first: () => all.filter(({ id }, index) => all.findIndex((other) => other.id === id) === index),
    behave(wanted) {
      manner = wanted
    },
    verify: ({ raw, headers }, secret) => {
      const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature']
      return new Webhook(secret).verify(raw, Object.fromEntries(names.map((name) => [name, String(headers[name])])))
    },
  }
}

// A port of our own, with limits against those who send or read slowly.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LinkError } from '../errors.ts'
import type { Mounted } from './mount.ts'

export interface Listener {
  readonly url: string
  /** Takes no new connections, lets answers under way finish, then cuts what is left. */
  close(): Promise<void>
}

/** ms for a whole request to arrive, for its headers, and for a connection on which nothing moves. */
const REQUEST_MS = 30_000
const HEADERS_MS = 10_000
const IDLE_MS = 120_000

/** @throws LinkError invalid-options when the address cannot be had */
export async function listen(mounted: Mounted, host: string, port: number): Promise<Listener> {
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      requestTimeout: REQUEST_MS,
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: 5_000,
    },
    (req, res) => mounted.node(req, res),
  )
  server.maxRequestsPerSocket = 1_000
  server.setTimeout(IDLE_MS, (socket) => socket.destroy())
  await bound(server, host, port)
  const { port: found } = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  return { url: `http://${name}:${found}`, close: () => closed(server) }
}

function bound(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new LinkError('invalid-options', `cannot listen on ${host}, port ${port} (${cause.code ?? cause.message})`, {
          cause,
          advice: 'Choose another port (PAIRCODE_PORT), or stop the program that has it.',
        }),
      ),
    )
    server.listen(port, host, resolve)
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    // Answers under way are small, and event streams were ended before: whoever is left does not read.
    setTimeout(() => server.closeAllConnections(), 2_000).unref()
  })
}

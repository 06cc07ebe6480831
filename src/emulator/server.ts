// Listening: a WebSocket server on loopback, at WhatsApp's path.
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

const PATH = '/ws/chat'
const HOST = '127.0.0.1'

export interface Server {
  readonly url: string
  /** Closes every connection and the port. */
  close(): Promise<void>
}

/** Rejects with the system's error when the port is taken. */
export async function listen(port: number, onSocket: (socket: WebSocket) => void): Promise<Server> {
  const server = new WebSocketServer({
    host: HOST,
    port,
    path: PATH,
    perMessageDeflate: false,
    maxPayload: 16 * 1024 * 1024,
  })
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
  })
  server.on('connection', onSocket)
  const address = server.address() as AddressInfo
  return {
    url: `ws://${HOST}:${address.port}${PATH}`,
    async close() {
      for (const socket of server.clients) socket.terminate()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

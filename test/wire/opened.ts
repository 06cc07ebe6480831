// Connections of ours brought to the point from which a test goes on.
import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, vi } from 'vitest'
import { type Node, node } from '../../src/wire/nodes.ts'
import { openTried, type TriedConnection } from './client.ts'
import { type Client, type Session, startTinyServer, type TinyServer } from './tiny-server.ts'

export interface Open {
  readonly server: TinyServer
  readonly client: Client
  readonly session: Session
  readonly tried: TriedConnection
}

export async function open(options: Partial<Parameters<typeof openTried>[0]> = {}): Promise<Open> {
  const server = await startTinyServer()
  const tried = openTried({ endpoint: server.endpoint, ...options })
  const client = await server.client()
  const session = await client.shakeHands()
  await tried.opened
  return { server, client, session, tried }
}

/** A server that got as far as the hello of the client. */
export async function halfOpen(): Promise<Omit<Open, 'session'>> {
  const server = await startTinyServer()
  const tried = openTried({ endpoint: server.endpoint })
  const client = await server.client()
  await vi.waitFor(() => expect(client.received().length).toBeGreaterThan(4))
  return { server, client, tried }
}

/** Listens on TCP, and does with each connection what it is told. */
export async function startTcp(onConnection: (socket: Socket) => void): Promise<{ url: string; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.resume()
    socket.once('close', () => sockets.delete(socket))
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return { url: `ws://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`, sockets }
}

/** An IQ of ours. */
export const stanza = node('iq', { id: '17.4-1', type: 'set', to: 's.whatsapp.net', xmlns: 'md' }, [
  node('ref', {}, 'text'),
])
/** Something that the server says. */
export const notification = (id: string): Node => node('notification', { id, from: 's.whatsapp.net' })

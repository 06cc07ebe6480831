import { describe, expect, it, vi } from 'vitest'
import { node } from '../../src/wire/nodes.ts'
import { openTried, type TriedConnection } from './client.ts'
import { notification, open, startTcp } from './opened.ts'
import { startTinyServer } from './tiny-server.ts'

describe('close', () => {
  /** TCP connections of this process, both ends of those of the test included. */
  const tcpHandles = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length

  const expectNothingLeft = async (
    tried: TriedConnection,
    sockets: () => number,
    told: readonly string[],
  ): Promise<void> => {
    await vi.waitFor(() => expect(sockets()).toBe(0))
    expect(tried.clock.pending).toBe(0)
    expect(tried.told).toEqual(told)
  }

  it('at once leaves no timer, no socket and tells nobody', async () => {
    const { url, sockets } = await startTcp(() => {})
    await vi.waitFor(() => expect(tcpHandles()).toBe(0))
    const tried = openTried({ endpoint: { url, rootKey: Buffer.alloc(32, 1) } })
    tried.connection.close()
    await expectNothingLeft(tried, () => sockets.size, [])
    await vi.waitFor(() => expect(tcpHandles()).toBe(0))
  })

  it('while the server has not upgraded leaves no timer and no socket', async () => {
    const { url, sockets } = await startTcp(() => {})
    const tried = openTried({ endpoint: { url, rootKey: Buffer.alloc(32, 1) } })
    await vi.waitFor(() => expect(sockets.size).toBe(1))
    tried.connection.close()
    await expectNothingLeft(tried, () => sockets.size, [])
  })

  it('during the handshake leaves no timer and no socket, and the answer opens nothing', async () => {
    const server = await startTinyServer()
    const tried = openTried({ endpoint: server.endpoint })
    const client = await server.client()
    const { send } = await client.greet()
    tried.connection.close()
    send()
    await client.closed
    await expectNothingLeft(tried, () => server.sockets, [])
  })

  it('of an open connection leaves no timer and no socket, and tells nobody', async () => {
    const { client, server, session, tried } = await open()
    tried.connection.close()
    session.send(notification('n1'))
    await client.closed
    await expectNothingLeft(tried, () => server.sockets, ['open'])
  })

  it('may be called twice, also after the end', async () => {
    const { client, server, tried } = await open()
    tried.connection.close()
    tried.connection.close()
    await client.closed
    await expectNothingLeft(tried, () => server.sockets, ['open'])

    const other = await open()
    other.client.close()
    await other.tried.ended
    other.tried.connection.close()
    await expectNothingLeft(other.tried, () => other.server.sockets, ['open', 'end closed'])
  })

  it('from within onOpen, onNode and onEnd is as good as any other', async () => {
    const server = await startTinyServer()
    const tried = openTried({ endpoint: server.endpoint, onNode: () => tried.connection.close() })
    const client = await server.client()
    const session = await client.shakeHands()
    client.write(
      Buffer.concat([session.sealed(notification('n1')), session.sealed(node('failure', { reason: '401' }))]),
    )
    await client.closed
    await expectNothingLeft(tried, () => server.sockets, ['open'])
  })
})

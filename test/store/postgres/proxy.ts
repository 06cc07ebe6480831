// A TCP proxy on loopback that cuts connections where a test says so.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * What becomes of the next commit:
 * - `answer`: it reaches the server, its answer is lost
 * - `request`: it never arrives
 * - `late`: the client is cut off first, and the server gets it a while later
 */
export type Loss = 'answer' | 'request' | 'late'

export interface CuttingProxy {
  readonly port: number
  /** Loses the next commit; resolves when it has happened. */
  loseCommit(how: Loss): Promise<void>
  /** Cuts all connections after so many more bytes from the clients, or from the server. */
  cutAfter(bytes: number, from: 'client' | 'server'): void
  /** Answers nothing any more, and keeps the connections. */
  swallow: boolean
  /** Lets nobody in any more. */
  refuse: boolean
  /** Connections that were made so far. */
  readonly made: number
  cutAll(): void
}

const COMMIT = Buffer.from('COMMIT\0')
const LATE_MS = 300

export async function startProxy(target: () => number): Promise<CuttingProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  /** Clients that get no answer any more. */
  const deaf = new WeakSet<Socket>()
  let loss: { readonly how: Loss; done(): void } | undefined
  let left = { client: Number.POSITIVE_INFINITY, server: Number.POSITIVE_INFINITY }

  const cutAll = (): void => {
    left = { client: Number.POSITIVE_INFINITY, server: Number.POSITIVE_INFINITY }
    for (const pair of pairs) for (const socket of pair) socket.destroy()
  }

  /** True when the data was dealt with. */
  const lost = (data: Buffer, client: Socket, server: Socket): boolean => {
    if (loss === undefined || !data.includes(COMMIT)) return false
    const { how, done } = loss
    loss = undefined
    if (how === 'request') server.destroy()
    if (how === 'answer') {
      deaf.add(client)
      server.write(data)
      server.once('data', () => client.destroy())
    }
    if (how === 'late')
      setTimeout(() => {
        if (!server.destroyed) server.write(data)
        setTimeout(() => server.destroy(), LATE_MS)
      }, LATE_MS)
    if (how !== 'answer') client.destroy()
    done()
    return true
  }

  const listener = createServer((client) => {
    if (proxy.refuse) {
      client.destroy()
      return
    }
    const server = connect(target(), '127.0.0.1')
    const pair = [client, server] as const
    let late = false
    pairs.add(pair)
    proxy.made++
    for (const socket of pair) socket.on('error', () => {}).setNoDelay(true)
    client.on('data', (data) => {
      if (proxy.swallow) return
      if (loss?.how === 'late' && data.includes(COMMIT)) late = true
      if (lost(data, client, server)) return
      left.client -= data.length
      if (left.client < 0) cutAll()
      else server.write(data)
    })
    server.on('data', (data) => {
      if (proxy.swallow || deaf.has(client)) return
      left.server -= data.length
      if (left.server < 0) cutAll()
      else if (!client.destroyed) client.write(data)
    })
    client.on('close', () => {
      pairs.delete(pair)
      if (!late) server.destroy()
    })
    server.on('close', () => client.destroy())
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const proxy = {
    port,
    made: 0,
    swallow: false,
    refuse: false,
    loseCommit: (how: Loss) => new Promise<void>((done) => (loss = { how, done })),
    cutAfter: (bytes: number, from: 'client' | 'server') => {
      left[from] = bytes
    },
    cutAll,
  }
  onTestFinished(() => {
    cutAll()
    listener.close()
  })
  return proxy
}

// The least server that a connection can be tried on: a WebSocket on 127.0.0.1, the responder written from the Noise
// specification, and stanzas by Baileys' codec. It says and does only what a test tells it to.
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { decodeBinaryNode } from 'baileys/lib/WABinary/decode.js'
import { encodeBinaryNode } from 'baileys/lib/WABinary/encode.js'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { generateKeyPair } from '../../src/wire/bridge.ts'
import type { Endpoint } from '../../src/wire/endpoint.ts'
import type { Node } from '../../src/wire/nodes.ts'
import { type Chain, type ChainOptions, encodeChain, makeChain } from './chain.ts'
import { createResponder } from './noise-responder.ts'
import type { AnyNode } from './stanzas.ts'

export interface TinyServer {
  readonly endpoint: Endpoint
  /** The next client that connected. */
  client(): Promise<Client>
  /** TCP connections that are open now. */
  readonly sockets: number
  close(): Promise<void>
}

export interface Client {
  readonly headers: IncomingHttpHeaders
  readonly path: string
  /** All bytes that came so far. */
  received(): Uint8Array
  /** The next frame, after the introduction. */
  frame(): Promise<Uint8Array>
  /** One WebSocket message of exactly these bytes. */
  write(bytes: Uint8Array): void
  writeText(text: string): void
  /** These bytes on the TCP connection, past the WebSocket; `half`: and then no more, while reading goes on. */
  raw(bytes: Uint8Array, half?: 'half'): void
  /** Reads the hello and answers it; the certificate chain has the changes. */
  greet(changes?: Partial<ChainOptions>, alter?: (chain: Chain) => Chain): Promise<Greeted>
  /** The whole handshake. */
  shakeHands(): Promise<Session>
  /** Closes as a WebSocket should; `cut` closes the TCP connection. */
  close(): void
  cut(): void
  /** Stops reading, as a peer does that hangs. */
  pause(): void
  readonly closed: Promise<void>
  /** The client answered a ping of the WebSocket: all that was sent before it has been read. */
  readonly ponged: Promise<void>
}

export interface Greeted {
  readonly hello: Uint8Array
  /** Sends the answer; `hello` is its payload, for a test that sends it otherwise. */
  readonly send: () => void
  readonly finished: () => Promise<Session>
}

export interface Session {
  /** The client payload. */
  readonly payload: Uint8Array
  readonly clientKey: Uint8Array
  send(stanza: Node): void
  /** The sealed frame of a stanza, or of any plaintext, not yet sent. */
  sealed(content: Node | Uint8Array): Uint8Array
  stanza(): Promise<AnyNode>
}

/** Closes with the test. */
export async function startTinyServer(): Promise<TinyServer> {
  const root = generateKeyPair()
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise((resolve) => server.once('listening', resolve))
  const clients = queue<Client>()
  const tcp = new Set<Socket>()
  const http = (server as unknown as { _server: NodeJS.EventEmitter })._server
  http.on('connection', (socket: Socket) => {
    tcp.add(socket)
    socket.once('close', () => tcp.delete(socket))
  })
  server.on('connection', (socket, request) =>
    clients.put(clientOf(socket, request.socket, request.headers, request.url ?? '', root)),
  )
  const close = async (): Promise<void> => {
    for (const socket of tcp) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(close)
  const { port } = server.address() as AddressInfo
  return {
    endpoint: { url: `ws://127.0.0.1:${port}/ws/chat`, rootKey: root.public },
    client: clients.take,
    get sockets() {
      return tcp.size
    },
    close,
  }
}

function clientOf(
  socket: WebSocket,
  tcp: Socket,
  headers: IncomingHttpHeaders,
  path: string,
  root: ReturnType<typeof generateKeyPair>,
): Client {
  let bytes = Buffer.alloc(0)
  let read: number | undefined
  const frames = queue<Uint8Array>()
  const parse = (): void => {
    read ??= introductionLength(bytes)
    while (read !== undefined && bytes.length >= read + 3) {
      const end: number = read + 3 + bytes.readUIntBE(read, 3)
      if (bytes.length < end) return
      // A copy: a window would keep all that came before it.
      frames.put(Uint8Array.from(bytes.subarray(read + 3, end)))
      read = end
    }
  }
  socket.on('message', (data) => {
    bytes = Buffer.concat([bytes, data as Buffer])
    parse()
  })
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const ponged = new Promise<void>((resolve) => socket.once('pong', () => resolve()))
  const write = (message: Uint8Array): void => socket.send(message)

  const greet: Client['greet'] = async (changes = {}, alter = (chain) => chain) => {
    const responder = createResponder({
      chain: (staticKey) => encodeChain(alter(makeChain({ root, staticKey, ...changes }))),
    })
    const hello = responder.hello(await frames.take())
    const sealed = (content: Node | Uint8Array): Uint8Array =>
      framed(responder.seal(content instanceof Uint8Array ? content : encodeBinaryNode(content as never)))
    return {
      hello,
      send: () => write(framed(hello)),
      finished: async () => ({
        ...responder.finish(await frames.take()),
        sealed,
        send: (stanza) => write(sealed(stanza)),
        stanza: async () => (await decodeBinaryNode(Buffer.from(responder.open(await frames.take())))) as AnyNode,
      }),
    }
  }

  return {
    headers,
    path,
    received: () => bytes,
    frame: frames.take,
    write,
    writeText: (text) => socket.send(text),
    raw: (sent, half) => void (half === undefined ? tcp.write(sent) : tcp.end(sent)),
    greet,
    async shakeHands() {
      const greeted = await greet()
      greeted.send()
      return greeted.finished()
    },
    close: () => socket.close(),
    cut: () => tcp.destroy(),
    pause: () => socket.pause(),
    closed,
    ponged,
  }
}

/** With its 3-byte length. */
export function framed(payload: Uint8Array): Uint8Array {
  const length = Buffer.alloc(3)
  length.writeUIntBE(payload.length, 0, 3)
  return Buffer.concat([length, payload])
}

/** `57 41 06 03`, or `45 44 00 01`, a length, as many bytes and `57 41 06 03`; undefined while it is not all there. */
function introductionLength(bytes: Buffer): number | undefined {
  if (bytes.length < 4) return undefined
  if (bytes[0] !== 0x45) return 4
  if (bytes.length < 7) return undefined
  const length = 7 + bytes.readUIntBE(4, 3) + 4
  return bytes.length < length ? undefined : length
}

function queue<Item>(): { readonly put: (item: Item) => void; readonly take: () => Promise<Item> } {
  const items: Item[] = []
  const waiting: ((item: Item) => void)[] = []
  return {
    put(item) {
      const next = waiting.shift()
      if (next === undefined) items.push(item)
      else next(item)
    },
    take() {
      const item = items.shift()
      return item === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(item)
    },
  }
}

// A server on 127.0.0.1 that goes with a client only as far as a test wants: TCP, TLS, or a WebSocket upgraded by hand.
import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { onTestFinished } from 'vitest'
import { CERTIFICATE, PRIVATE_KEY } from '../store/postgres/certificate.ts'
import { startTcp } from './opened.ts'

export { startTcp }

/** Speaks TLS with a certificate of its own making. */
export async function startTls(onConnection: (socket: Socket) => void): Promise<{ readonly url: string }> {
  const sockets = new Set<Socket>()
  const server = createTlsServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, onConnection)
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return { url: `wss://localhost:${typeof address === 'object' ? address?.port : 0}/` }
}

/** RFC 6455 section 1.3. */
const WEBSOCKET = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** The head of the answer to an upgrade, `more` lines included. */
export function upgrade(request: string, more = ''): string {
  const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1] ?? ''
  const accept = createHash('sha1').update(`${key}${WEBSOCKET}`).digest('base64')
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
  return `${head}Sec-WebSocket-Accept: ${accept}\r\n${more}\r\n`
}

/** Writes the same again and again, as fast as it is read, until the other side has gone. */
export function pourInto(socket: Socket, piece: string | Uint8Array): void {
  // Many at a time, so that pouring costs this process less than reading does.
  const one = Buffer.from(piece)
  const bytes = Buffer.concat(Array.from({ length: Math.ceil(16_384 / one.length) }, () => one))
  const pour = (): void => {
    while (!socket.destroyed && socket.writable) {
      if (!socket.write(bytes)) return
    }
  }
  socket.on('drain', pour)
  pour()
}

/** One WebSocket frame of a server, RFC 6455 section 5.2; `first`: its first byte, FIN, RSV and opcode. */
export function webSocketFrame(first: number, payload: Uint8Array, masked = false): Uint8Array {
  const mask = masked ? 0x80 : 0
  const { length } = payload
  const head = length < 126 ? Buffer.of(first, mask | length) : Buffer.alloc(length < 65_536 ? 4 : 10)
  if (length >= 126) {
    head[0] = first
    head[1] = mask | (length < 65_536 ? 126 : 127)
    if (length < 65_536) head.writeUInt16BE(length, 2)
    else head.writeBigUInt64BE(BigInt(length), 2)
  }
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload])
}

/** What a WebSocket may not do (RFC 6455), and what is more than we take. */
export const BAD_WEBSOCKET: readonly (readonly [string, Uint8Array])[] = [
  ['a reserved opcode', webSocketFrame(0x83, Buffer.alloc(2))],
  ['a reserved bit', webSocketFrame(0xc2, Buffer.alloc(2))],
  ['a masked message', webSocketFrame(0x82, Buffer.alloc(2), true)],
  ['a continuation of nothing', webSocketFrame(0x80, Buffer.alloc(2))],
  [
    'a new message within another',
    Buffer.concat([webSocketFrame(0x02, Buffer.alloc(2)), webSocketFrame(0x82, Buffer.alloc(2))]),
  ],
  ['a ping in parts', webSocketFrame(0x09, Buffer.alloc(2))],
  ['a ping of 126 bytes', webSocketFrame(0x89, Buffer.alloc(126))],
  ['text that is no UTF-8', webSocketFrame(0x81, Buffer.of(0xff, 0xfe, 0xc0))],
  ['a close of one byte', webSocketFrame(0x88, Buffer.alloc(1))],
  ['a close with a number that does not exist', webSocketFrame(0x88, Buffer.of(0x03, 0xed))],
  ['a close whose reason is no UTF-8', webSocketFrame(0x88, Buffer.of(0x03, 0xe8, 0xff))],
  ['a message of 2^63 bytes', Buffer.from('827f7fffffffffffffff', 'hex')],
  ['a message of 2 MiB and a byte', Buffer.from('827f0000000000200001', 'hex')],
  ['a frame of 16 MiB', webSocketFrame(0x82, Buffer.from('ffffff', 'hex'))],
  [
    '20,000 parts of a message',
    Buffer.concat([
      webSocketFrame(0x02, Buffer.of(0)),
      ...Array.from({ length: 20_000 }, () => webSocketFrame(0x00, Buffer.of(0))),
    ]),
  ],
]

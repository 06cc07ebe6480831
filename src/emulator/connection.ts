// One client's connection, from the WebSocket up to stanzas: header, frames, Noise as the responder, encryption.
import type WebSocket from 'ws'
import { decodeNode, encodeNode, generateKeyPair, type KeyPair } from '../wire/bridge.ts'
import { createFrameReader, type FrameReader, frame, NOISE_HEADER } from '../wire/frames.ts'
import { type Node, node, S_WHATSAPP_NET } from '../wire/nodes.ts'
import type { Cipher } from '../wire/noise.ts'
import { answerHandshake, type ServerHandshake } from './handshake.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Bytes. A pre-key upload has 45,000; media never goes through here. */
const MAX_FRAME = 8 * 1024 * 1024
/** Clients give up after 20 s; a server that was told to be silent must outlast them. */
const HANDSHAKE_LIMIT_MS = 120_000

/** What the rooms above see of a connection. */
export interface Line {
  readonly closed: boolean
  send(stanza: Node): void
  /** Sends a last stanza, then closes. */
  end(last?: Node): void
  /** Cuts the connection without a word. */
  drop(): void
}

/** The one who takes what comes in, once it is known who connects. */
export interface Receiver {
  receive(stanza: Node): void
  /** Once, whoever closed. */
  closed(): void
}

export interface ConnectionOptions {
  readonly socket: WebSocket
  readonly clock: VirtualClock
  readonly staticKey: KeyPair
  /** A client said hello: the server's hello goes out when `proceed` is called with a certificate chain. */
  readonly onHandshake: (line: Line, proceed: (chain: Uint8Array) => void) => void
  /** The handshake is done. */
  readonly onClient: (
    line: Line,
    client: { readonly key: Uint8Array; readonly payload: Uint8Array },
  ) => Receiver | undefined
  readonly record: (from: 'client' | 'server', node: Node) => void
}

export function serveConnection(options: ConnectionOptions): Line {
  const { socket, clock } = options
  const frames = createIntroducedReader()
  let greeted = false
  let handshake: ServerHandshake | undefined
  let ciphers: { readonly send: Cipher; readonly receive: Cipher } | undefined
  let receiver: Receiver | undefined
  let over = false

  const close = (how: () => void): void => {
    if (over) return
    over = true
    clock.clearTimeout(limit)
    how()
    receiver?.closed()
  }

  const line: Line = {
    get closed() {
      return over
    },
    send(stanza) {
      if (over || ciphers === undefined) return
      options.record('server', stanza)
      socket.send(frame(ciphers.send.seal(encodeNode(addressed(stanza)))))
    },
    end(last) {
      if (last !== undefined) line.send(last)
      close(() => socket.close())
    },
    drop() {
      close(() => socket.terminate())
    },
  }

  const limit = clock.setTimeout(() => line.drop(), HANDSHAKE_LIMIT_MS)

  const greet = (clientHello: Uint8Array): void => {
    greeted = true
    options.onHandshake(line, (chain) => {
      if (over) return
      handshake = answerHandshake({ clientHello, ephemeral: generateKeyPair(), staticKey: options.staticKey, chain })
      socket.send(frame(handshake.hello))
    })
  }

  const finish = (clientFinish: Uint8Array): void => {
    if (handshake === undefined) throw new Error('the client spoke before the server')
    const { clientKey, payload, send, receive } = handshake.finish(clientFinish)
    ciphers = { send, receive }
    clock.clearTimeout(limit)
    receiver = options.onClient(line, { key: clientKey, payload })
    // It may have been cut before its receiver was known.
    if (over) receiver?.closed()
  }

  const take = (payload: Uint8Array): void => {
    if (over) return
    if (!greeted) return greet(payload)
    if (ciphers === undefined) return finish(payload)
    const stanza = decodeNode(ciphers.receive.open(payload))
    options.record('client', stanza)
    try {
      receiver?.receive(stanza)
    } catch {
      line.end(node('stream:error', { code: '500' }))
    }
  }

  socket.on('message', (data) => {
    if (over) return
    try {
      for (const payload of frames.push(asBytes(data))) take(payload)
    } catch {
      line.end(ciphers === undefined ? undefined : node('stream:error', {}, [node('xml-not-well-formed')]))
    }
  })
  socket.on('error', () => line.drop())
  socket.on('close', () => close(() => {}))
  return line
}

const ROUTED = Uint8Array.of(0x45, 0x44, 0x00, 0x01)

/** Frames after the introduction: the header, with routing info before it if an earlier connection handed some out. */
function createIntroducedReader(): FrameReader {
  const frames = createFrameReader(MAX_FRAME)
  let held: Uint8Array | undefined = new Uint8Array(0)
  return {
    push(chunk) {
      if (held === undefined) return frames.push(chunk)
      held = Buffer.concat([held, chunk])
      const length = introductionLength(held)
      if (length === undefined) return []
      const rest = held.subarray(length)
      held = undefined
      return frames.push(rest)
    },
  }
}

/** Bytes up to the first frame; undefined while some are missing. Throws an Error for anything else. */
export function introductionLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < NOISE_HEADER.length) return undefined
  if (startsWith(bytes, NOISE_HEADER)) return NOISE_HEADER.length
  if (!startsWith(bytes, ROUTED)) throw new Error('not a WhatsApp client: another header')
  if (bytes.length < ROUTED.length + 3) return undefined
  const routing = Buffer.from(bytes.buffer, bytes.byteOffset).readUIntBE(ROUTED.length, 3)
  const header = ROUTED.length + 3 + routing
  if (routing > 1024) throw new Error('not a WhatsApp client: too much routing info')
  if (bytes.length < header + NOISE_HEADER.length) return undefined
  if (!startsWith(bytes.subarray(header), NOISE_HEADER)) throw new Error('not a WhatsApp client: another header')
  return header + NOISE_HEADER.length
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, head.length), head) === 0
}

/**
 * The server names itself by a JID without a user, as WhatsApp does; clients read `s.whatsapp.net` or
 * `@s.whatsapp.net`.
 */
function addressed(stanza: Node): Node {
  if (stanza.attrs['from'] !== S_WHATSAPP_NET) return stanza
  return { ...stanza, attrs: { ...stanza.attrs, from: `@${S_WHATSAPP_NET}` } }
}

function asBytes(data: WebSocket.RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

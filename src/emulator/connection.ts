// One client's connection, from the WebSocket up to stanzas: header, frames, Noise as the responder, encryption.
import { deflateSync } from 'node:zlib'
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

/** Bytes. Longer stanzas go out compressed when that makes them shorter, so that every client reads both. */
const COMPRESSED_FROM = 512
/** ms that a stanza waits for the one that is to overtake it. */
const OVERTAKEN_WITHIN_MS = 1_000

/** What the rooms above see of a connection. */
export interface Line {
  readonly closed: boolean
  send(stanza: Node): void
  /** Sends a last stanza, then closes. */
  end(last?: Node): void
  /** The next stanza goes out after the one that follows it, or a second later when none does. */
  swapNext(): void
  /** Routing info that the client came with: an earlier connection handed it out. */
  readonly routing: Uint8Array | undefined
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
  readonly onHandshake: (line: Line, proceed: (chain: Uint8Array, times?: number) => void) => void
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
  let swaps = false
  let overtaken: { readonly stanza: Node; readonly timer: unknown } | undefined

  const transmit = (stanza: Node): void => {
    if (over || ciphers === undefined) return
    options.record('server', stanza)
    socket.send(frame(ciphers.send.seal(compressed(encodeNode(addressed(stanza))))))
  }

  const sendOvertaken = (): void => {
    const late = overtaken
    overtaken = undefined
    if (late === undefined) return
    clock.clearTimeout(late.timer)
    transmit(late.stanza)
  }

  const close = (how: () => void): void => {
    if (over) return
    over = true
    clock.clearTimeout(limit)
    if (overtaken !== undefined) clock.clearTimeout(overtaken.timer)
    how()
    receiver?.closed()
  }

  const line: Line = {
    get closed() {
      return over
    },
    get routing() {
      return frames.routing
    },
    send(stanza) {
      if (over || ciphers === undefined) return
      if (swaps && overtaken === undefined) {
        swaps = false
        overtaken = { stanza, timer: clock.setTimeout(sendOvertaken, OVERTAKEN_WITHIN_MS) }
        return
      }
      transmit(stanza)
      sendOvertaken()
    },
    swapNext() {
      swaps = true
    },
    end(last) {
      sendOvertaken()
      if (last !== undefined) transmit(last)
      close(() => socket.close())
    },
    drop() {
      close(() => socket.terminate())
    },
  }

  const limit = clock.setTimeout(() => line.drop(), HANDSHAKE_LIMIT_MS)

  const greet = (clientHello: Uint8Array): void => {
    greeted = true
    options.onHandshake(line, (chain, times = 1) => {
      if (over) return
      handshake = answerHandshake({ clientHello, ephemeral: generateKeyPair(), staticKey: options.staticKey, chain })
      for (let sent = 0; sent < times; sent++) socket.send(frame(handshake.hello))
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
function createIntroducedReader(): Pick<FrameReader, 'push'> & { readonly routing: Uint8Array | undefined } {
  const frames = createFrameReader(MAX_FRAME)
  let held: Uint8Array | undefined = new Uint8Array(0)
  let routing: Uint8Array | undefined
  return {
    get routing() {
      return routing
    },
    push(chunk) {
      if (held === undefined) return frames.push(chunk)
      held = Buffer.concat([held, chunk])
      const length = introductionLength(held)
      if (length === undefined) return []
      const rest = held.subarray(length)
      const before = length - NOISE_HEADER.length
      if (before > 0) routing = held.slice(ROUTED.length + 3, before)
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

function compressed(plaintext: Uint8Array): Uint8Array {
  if (plaintext.length < COMPRESSED_FROM) return plaintext
  const short = Buffer.concat([Uint8Array.of(0x02), deflateSync(plaintext.subarray(1))])
  return short.length < plaintext.length ? short : plaintext
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

// A connection to WhatsApp: WebSocket, frames, Noise, pings. Everything above it is stanzas.
import type { Agent } from 'node:http'
import { type RawData, WebSocket } from 'ws'
import { LinkError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { decodeNode, encodeNode, generateKeyPair, type KeyPair } from './bridge.ts'
import { type Endpoint, isWhatsApp } from './endpoint.ts'
import { type ConnectionEnd, readEnd } from './ends.ts'
import { createFrameReader, FrameTooLong, frame, introduction, MAX_FRAME } from './frames.ts'
import { type ClientHandshake, startClientHandshake } from './handshake.ts'
import { answerToPing, type Keepalive, startKeepalive } from './keepalive.ts'
import type { Node } from './nodes.ts'
import type { Cipher } from './noise.ts'
import { noteWhatsAppContact } from './whatsapp-contact.ts'

const ORIGIN = 'https://web.whatsapp.com'

export interface ConnectionOptions {
  readonly endpoint: Endpoint
  readonly noiseKey: KeyPair
  /** The serialized client payload: who connects. */
  readonly payload: Uint8Array
  readonly clock: Clock
  /** 0 to 1, a new one at each call. */
  readonly random: () => number
  /** Unique in this connection; our ping ids start with it. */
  readonly idPrefix: string
  /** Limit for socket and handshake together, ms. */
  readonly timeoutMs: number
  readonly agent?: Agent
  readonly routingInfo?: Uint8Array
  readonly logger: Logger
  readonly onOpen: () => void
  /** Every stanza but pings and ends. */
  readonly onNode: (stanza: Node) => void
  /** Once, and nothing after it. Not after `close()`. */
  readonly onEnd: (end: ConnectionEnd) => void
}

/** What became of bytes: left for the network; surely did not; or nobody can tell. */
export type SendFate = 'sent' | 'unsent' | 'unknown'

export interface Connection {
  send(stanza: Node, told?: (fate: SendFate) => void): void
  /** Closes without a further word to anyone. Safe to call twice. */
  close(): void
}

export function openConnection(options: ConnectionOptions): Connection {
  const { clock, logger } = options
  if (isWhatsApp(options.endpoint)) noteWhatsAppContact()
  let handshake: ClientHandshake | undefined = startClientHandshake({
    ephemeral: generateKeyPair(),
    noiseKey: options.noiseKey,
    rootKey: options.endpoint.rootKey,
    payload: options.payload,
  })
  const socket = new WebSocket(options.endpoint.url, {
    origin: ORIGIN,
    perMessageDeflate: false,
    maxPayload: 2 * MAX_FRAME,
    ...(options.agent && { agent: options.agent }),
  })
  const frames = createFrameReader()
  let ciphers: { readonly send: Cipher; readonly receive: Cipher } | undefined
  let keepalive: Keepalive | undefined
  let over = false

  const openTimer = clock.setTimeout(
    () => end(unopened(`no handshake within ${options.timeoutMs} ms`)),
    options.timeoutMs,
  )

  const letGo = (): void => {
    over = true
    clock.clearTimeout(openTimer)
    keepalive?.stop()
  }

  /** Politely, so that what was sent before still arrives. ws itself cuts a server that does not answer, after 30 s. */
  const close = (): void => {
    letGo()
    if (ciphers === undefined) socket.terminate()
    else socket.close()
  }

  const end = (reason: ConnectionEnd): void => {
    if (over) return
    // Who fell silent would not answer a close frame either.
    if (reason.kind === 'silent') socket.terminate()
    close()
    options.onEnd(reason)
  }

  const send = (stanza: Node, told?: (fate: SendFate) => void): void => {
    if (over || ciphers === undefined || socket.readyState !== WebSocket.OPEN) return told?.('unsent')
    keepalive?.sent(stanza)
    // ws calls back with null, not undefined, when there was no error.
    socket.send(frame(ciphers.send.seal(encodeNode(stanza))), (error) => told?.(error ? 'unknown' : 'sent'))
  }

  const finishHandshake = ({ finish: answer }: ClientHandshake, serverHello: Uint8Array): void => {
    // Its keys are of no more use; 2 KB for as long as a person types (measured).
    handshake = undefined
    const { finish, send: sending, receive } = answer(serverHello, clock.now())
    socket.send(frame(finish))
    ciphers = { send: sending, receive }
    clock.clearTimeout(openTimer)
    keepalive = startKeepalive({
      clock,
      random: options.random,
      idPrefix: options.idPrefix,
      send,
      onSilence: () => end({ kind: 'silent' }),
    })
    options.onOpen()
  }

  const receive = (stanza: Node): void => {
    keepalive?.received(stanza)
    const answer = answerToPing(stanza)
    if (answer !== undefined) return send(answer)
    const announced = readEnd(stanza)
    if (announced !== undefined) return end(announced)
    options.onNode(stanza)
  }

  const take = (payload: Uint8Array): void => {
    if (over) return
    if (handshake !== undefined) return finishHandshake(handshake, payload)
    // A handshake that failed has ended the connection, so this one has ciphers.
    if (ciphers === undefined) return
    receive(decodeNode(ciphers.receive.open(payload)))
  }

  socket.on('open', () => {
    if (handshake !== undefined) socket.send(Buffer.concat([introduction(options.routingInfo), frame(handshake.hello)]))
  })
  socket.on('message', (data) => {
    if (over) return
    try {
      for (const payload of frames.push(asBytes(data))) take(payload)
    } catch (error) {
      logger.debug(
        { reason: error instanceof Error ? error.message : 'unknown' },
        'the server sent what cannot be read',
      )
      end(ciphers === undefined ? brokenHandshake(error) : { kind: 'closed', cause: error })
    }
  })
  socket.on('error', (error) => {
    end(ciphers === undefined ? unopened('WhatsApp could not be reached', error) : { kind: 'closed', cause: error })
  })
  socket.on('close', () => {
    end(ciphers === undefined ? unopened('the server closed before the handshake was done') : { kind: 'closed' })
  })

  return { send, close }
}

function unopened(message: string, cause?: unknown): ConnectionEnd {
  return { kind: 'unopened', error: new LinkError('network', message, { cause }) }
}

function brokenHandshake(error: unknown): ConnectionEnd {
  if (error instanceof LinkError) return { kind: 'unopened', error }
  const message = error instanceof FrameTooLong ? error.message : 'what the server sent is not a handshake'
  return { kind: 'unopened', error: new LinkError('network', message, { cause: error }) }
}

function asBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

// A connection to WhatsApp: WebSocket, frames, Noise, pings. Everything above it is stanzas.
import type { Agent } from 'node:http'
import { type RawData, WebSocket } from 'ws'
import { LinkError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { decodeNode, encodeNode, generateKeyPair, inflated, type KeyPair } from './bridge.ts'
import { type Endpoint, isWhatsApp } from './endpoint.ts'
import { type ConnectionEnd, readEnd } from './ends.ts'
import { FrameTooLong, frame, introduction, MAX_FRAME } from './frames.ts'
import { type ClientHandshake, startClientHandshake } from './handshake.ts'
import { createIntake } from './intake.ts'
import { answerToPing, type Keepalive, startKeepalive } from './keepalive.ts'
import type { Node } from './nodes.ts'
import type { Cipher } from './noise.ts'
import { noteWhatsAppContact } from './whatsapp-contact.ts'

const ORIGIN = 'https://web.whatsapp.com'
/**
 * Most that one connection takes: an attempt of ten minutes sees some hundred stanzas of 10 KB at most. Who sends more only
 * wants us to keep and answer it.
 */
const MAX_STANZAS = 5_000
/** Bytes, after inflating. */
const MAX_BYTES = 16 * 1024 * 1024
/** WebSocket messages: each may hold part of a stanza, or nothing. */
const MAX_MESSAGES = 20_000
/** Bytes of ours that a server may leave unread; a whole link sends less than 20 KB. */
const MAX_UNREAD = 1024 * 1024
/** ms that a server has to close after us. */
const CLOSE_MS = 3_000
/** An option of ws that its types do not have yet. */
const CUT_AFTER = { closeTimeout: CLOSE_MS }

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

class TooMuch extends Error {}

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
    ...CUT_AFTER,
    ...(options.agent && { agent: options.agent }),
  })
  let messages = 0
  let stanzas = 0
  let bytes = 0
  let ciphers: { readonly send: Cipher; readonly receive: Cipher } | undefined
  let keepalive: Keepalive | undefined
  let over = false

  const openTimer = clock.setTimeout(
    () => end(unopened(`no handshake within ${options.timeoutMs} ms`)),
    options.timeoutMs,
  )

  const letGo = (): void => {
    over = true
    intake.stop()
    clock.clearTimeout(openTimer)
    keepalive?.stop()
  }

  /** Politely, so that what was sent before still arrives. ws itself cuts a server that does not answer, after CLOSE_MS. */
  const close = (): void => {
    letGo()
    if (ciphers === undefined) socket.terminate()
    else socket.close()
  }

  const end = (reason: ConnectionEnd): void => {
    if (over) return
    // Who fell silent, or breaks the rules, gets no close frame: it would not be answered.
    if (reason.kind === 'silent' || (reason.kind === 'closed' && reason.cause !== undefined)) socket.terminate()
    close()
    options.onEnd(reason)
  }

  const send = (stanza: Node, told?: (fate: SendFate) => void): void => {
    if (over || ciphers === undefined || socket.readyState !== WebSocket.OPEN) return told?.('unsent')
    if (socket.bufferedAmount > MAX_UNREAD) {
      told?.('unsent')
      return end({ kind: 'closed', cause: new Error(`the server left ${socket.bufferedAmount} bytes unread`) })
    }
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

  /** Gives the bytes that the frame turned out to be. */
  const take = (payload: Uint8Array): number => {
    if (handshake !== undefined) {
      finishHandshake(handshake, payload)
      return payload.length
    }
    // A handshake that failed has ended the connection, so this one has ciphers.
    if (ciphers === undefined) return 0
    const plaintext = inflated(ciphers.receive.open(payload))
    stanzas += 1
    bytes += plaintext.length
    if (stanzas > MAX_STANZAS || bytes > MAX_BYTES)
      throw new TooMuch(`more than ${MAX_STANZAS} stanzas or ${MAX_BYTES} bytes came on one connection`)
    receive(decodeNode(plaintext))
    return plaintext.length
  }

  const breakOff = (error: unknown): void => {
    if (over) return
    const reason = error instanceof Error ? error.message : 'unknown'
    logger.debug({ reason }, 'the server sent what cannot be read')
    end(ciphers === undefined ? brokenHandshake(error) : { kind: 'closed', cause: error })
  }

  const intake = createIntake({
    take,
    onBroken: breakOff,
    onBusy: (busy) => (busy ? socket.pause() : socket.resume()),
  })

  socket.on('open', () => {
    if (handshake !== undefined) socket.send(Buffer.concat([introduction(options.routingInfo), frame(handshake.hello)]))
  })
  socket.on('message', (data) => {
    messages += 1
    if (messages > MAX_MESSAGES)
      return breakOff(new TooMuch(`more than ${MAX_MESSAGES} messages came on one connection`))
    intake.push(asBytes(data))
  })
  // What came before the end is taken before it: it may say why.
  socket.on('error', (error) => {
    intake.whenTaken(() =>
      end(
        ciphers === undefined
          ? unopened(`WhatsApp could not be reached${reasonOf(error)}`, error)
          : { kind: 'closed', cause: error },
      ),
    )
  })
  socket.on('close', () => {
    intake.whenTaken(() =>
      end(ciphers === undefined ? unopened('the server closed before the handshake was done') : { kind: 'closed' }),
    )
  })

  return { send, close }
}

function unopened(message: string, cause?: unknown): ConnectionEnd {
  return { kind: 'unopened', error: new LinkError('network', message, { cause }) }
}

/** What stood in the way, as far as it is short and harmless: a number of HTTP, or the system's name for it. */
function reasonOf(error: Error): string {
  const status = /^Unexpected server response: (\d{3})$/.exec(error.message)?.[1]
  if (status !== undefined) return `: it answered with HTTP ${status}, not as a WebSocket`
  return 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
}

function brokenHandshake(error: unknown): ConnectionEnd {
  if (error instanceof LinkError) return { kind: 'unopened', error }
  const message =
    error instanceof FrameTooLong || error instanceof TooMuch
      ? error.message
      : 'what the server sent is not a handshake'
  return { kind: 'unopened', error: new LinkError('network', message, { cause: error }) }
}

function asBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

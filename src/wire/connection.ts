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
import { createIntake, type Intake, type IntakeOptions } from './intake.ts'
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
  if (isWhatsApp(options.endpoint)) noteWhatsAppContact()
  return new OpenedConnection(options)
}

/** A class: a thousand of them may wait at once, and functions made anew for each weighed 2 KB (measured). */
class OpenedConnection implements Connection, IntakeOptions {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #told: Pick<ConnectionOptions, 'random' | 'idPrefix' | 'onOpen' | 'onNode' | 'onEnd'>
  readonly #socket: WebSocket
  readonly #intake: Intake
  #handshake: ClientHandshake | undefined
  #sending: Cipher | undefined
  #receiving: Cipher | undefined
  #keepalive: Keepalive | undefined
  #openTimer: unknown
  #messages = 0
  #stanzas = 0
  #bytes = 0
  #over = false

  constructor(options: ConnectionOptions) {
    const { clock, logger, endpoint, timeoutMs, routingInfo, random, idPrefix, onOpen, onNode, onEnd } = options
    this.#clock = clock
    this.#logger = logger
    this.#told = { random, idPrefix, onOpen, onNode, onEnd }
    this.#intake = createIntake(this)
    this.#handshake = startClientHandshake({
      ephemeral: generateKeyPair(),
      noiseKey: options.noiseKey,
      rootKey: endpoint.rootKey,
      payload: options.payload,
    })
    this.#socket = new WebSocket(endpoint.url, {
      origin: ORIGIN,
      perMessageDeflate: false,
      maxPayload: 2 * MAX_FRAME,
      ...CUT_AFTER,
      ...(options.agent && { agent: options.agent }),
    })
    this.#openTimer = clock.setTimeout(() => this.#end(unopened(`no handshake within ${timeoutMs} ms`)), timeoutMs)
    this.#listen(introduction(routingInfo))
  }

  #listen(introduced: Uint8Array): void {
    const socket = this.#socket
    socket.once('open', () => {
      if (this.#handshake !== undefined) socket.send(Buffer.concat([introduced, frame(this.#handshake.hello)]))
    })
    socket.on('message', (data) => {
      this.#messages += 1
      if (this.#messages > MAX_MESSAGES)
        return this.onBroken(new TooMuch(`more than ${MAX_MESSAGES} messages came on one connection`))
      this.#intake.push(asBytes(data))
    })
    // What came before the end is taken before it: it may say why.
    socket.on('error', (error) => {
      this.#intake.whenTaken(() =>
        this.#end(
          this.#sending === undefined
            ? unopened(`WhatsApp could not be reached${reasonOf(error)}`, error)
            : { kind: 'closed', cause: error },
        ),
      )
    })
    socket.on('close', () => {
      this.#intake.whenTaken(() =>
        this.#end(
          this.#sending === undefined
            ? unopened('the server closed before the handshake was done')
            : { kind: 'closed' },
        ),
      )
    })
  }

  /** Politely, so that what was sent before still arrives. ws itself cuts a server that does not answer, after CLOSE_MS. */
  close(): void {
    this.#over = true
    this.#intake.stop()
    this.#clearOpenTimer()
    this.#keepalive?.stop()
    if (this.#sending === undefined) this.#socket.terminate()
    else this.#socket.close()
  }

  send(stanza: Node, told?: (fate: SendFate) => void): void {
    const socket = this.#socket
    if (this.#over || this.#sending === undefined || socket.readyState !== WebSocket.OPEN) return told?.('unsent')
    if (socket.bufferedAmount > MAX_UNREAD) {
      told?.('unsent')
      return this.#end({
        kind: 'closed',
        cause: new Error(`the server left ${socket.bufferedAmount} bytes unread`),
      })
    }
    this.#keepalive?.sent(stanza)
    // ws calls back with null, not undefined, when there was no error.
    socket.send(frame(this.#sending.seal(encodeNode(stanza))), (error) => told?.(error ? 'unknown' : 'sent'))
  }

  /** Gives the bytes that the frame turned out to be. */
  take(payload: Uint8Array): number {
    if (this.#handshake !== undefined) {
      this.#finishHandshake(this.#handshake, payload)
      return payload.length
    }
    // A handshake that failed has ended the connection, so this one has ciphers.
    if (this.#receiving === undefined) return 0
    const plaintext = inflated(this.#receiving.open(payload))
    this.#stanzas += 1
    this.#bytes += plaintext.length
    if (this.#stanzas > MAX_STANZAS || this.#bytes > MAX_BYTES)
      throw new TooMuch(`more than ${MAX_STANZAS} stanzas or ${MAX_BYTES} bytes came on one connection`)
    this.#receive(decodeNode(plaintext))
    return plaintext.length
  }

  onBroken(error: unknown): void {
    if (this.#over) return
    const reason = error instanceof Error ? error.message : 'unknown'
    this.#logger.debug({ reason }, 'the server sent what cannot be read')
    this.#end(this.#sending === undefined ? brokenHandshake(error) : { kind: 'closed', cause: error, unreadable: true })
  }

  onBusy(busy: boolean): void {
    if (busy) this.#socket.pause()
    else this.#socket.resume()
  }

  #receive(stanza: Node): void {
    this.#keepalive?.received(stanza)
    const answer = answerToPing(stanza)
    if (answer !== undefined) return this.send(answer)
    const announced = readEnd(stanza)
    if (announced !== undefined) return this.#end(announced)
    this.#told.onNode(stanza)
  }

  #finishHandshake({ finish: answer }: ClientHandshake, serverHello: Uint8Array): void {
    // Its keys are of no more use; 2 KB for as long as a person types (measured).
    this.#handshake = undefined
    const { finish, send, receive } = answer(serverHello, this.#clock.now())
    this.#socket.send(frame(finish))
    this.#sending = send
    this.#receiving = receive
    this.#clearOpenTimer()
    this.#keepalive = startKeepalive({
      clock: this.#clock,
      random: this.#told.random,
      idPrefix: this.#told.idPrefix,
      send: (ping) => this.send(ping),
      onSilence: () => this.#end({ kind: 'silent' }),
    })
    this.#told.onOpen()
  }

  #end(reason: ConnectionEnd): void {
    if (this.#over) return
    // Who fell silent, or breaks the rules, gets no close frame: it would not be answered.
    if (reason.kind === 'silent' || (reason.kind === 'closed' && reason.cause !== undefined)) this.#socket.terminate()
    this.close()
    this.#told.onEnd(reason)
  }

  /** Let go, so that it does not hold the options of the connection for as long as that lives. */
  #clearOpenTimer(): void {
    this.#clock.clearTimeout(this.#openTimer)
    this.#openTimer = undefined
  }
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

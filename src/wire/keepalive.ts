// Pings in both directions (docs/protocol.md section 1, "Other traffic").
import type { Clock } from '../lib/clock.ts'
import { childOf, type Node, node, S_WHATSAPP_NET } from './nodes.ts'

const MIN_INTERVAL_MS = 15_000
const MAX_INTERVAL_MS = 30_000
/** No answer within this: the connection is dead. */
const ANSWER_MS = 20_000

/** Our answer, when a stanza is the server's ping; undefined for every other stanza. */
export function answerToPing({ tag, attrs, content }: Node): Node | undefined {
  if (tag !== 'iq' || (attrs.type !== undefined && attrs.type !== 'get')) return undefined
  const isPing =
    attrs.xmlns === 'urn:xmpp:ping' || childOf({ tag, attrs, ...(content && { content }) }, 'ping') !== undefined
  if (!isPing) return undefined
  return node('iq', {
    type: 'result',
    to: attrs.from ?? S_WHATSAPP_NET,
    ...(attrs.id === undefined ? {} : { id: attrs.id }),
  })
}

export interface Keepalive {
  /** Tell it of every stanza that came. */
  received(stanza: Node): void
  /** Tell it of every stanza that goes out: a line that waits for an answer needs no ping of ours. */
  sent(stanza: Node): void
  stop(): void
}

export interface KeepaliveOptions {
  readonly clock: Clock
  /** 0 to 1, a new one at each call. */
  readonly random: () => number
  readonly idPrefix: string
  readonly send: (ping: Node) => void
  readonly onSilence: () => void
}

export function startKeepalive(options: KeepaliveOptions): Keepalive {
  const keepalive = new PingTimer(options)
  keepalive.schedule()
  return keepalive
}

class PingTimer implements Keepalive {
  readonly #options: KeepaliveOptions
  /** Ids of what we asked and was not answered. */
  readonly #unanswered: string[] = []
  #pings = 0
  #pingId: string | undefined
  #lastReceived: number
  #timer: unknown
  #stopped = false

  constructor(options: KeepaliveOptions) {
    this.#options = options
    this.#lastReceived = options.clock.now()
  }

  received({ tag, attrs }: Node): void {
    const { clock } = this.#options
    this.#lastReceived = clock.now()
    if (tag !== 'iq' || attrs.id === undefined) return
    const at = this.#unanswered.indexOf(attrs.id)
    if (at >= 0) this.#unanswered.splice(at, 1)
    if (attrs.id !== this.#pingId) return
    this.#pingId = undefined
    clock.clearTimeout(this.#timer)
    this.schedule()
  }

  sent({ tag, attrs }: Node): void {
    const asks = tag === 'iq' && (attrs.type === 'get' || attrs.type === 'set')
    if (asks && attrs.id !== undefined && attrs.id !== this.#pingId) this.#unanswered.push(attrs.id)
  }

  stop(): void {
    this.#stopped = true
    this.#options.clock.clearTimeout(this.#timer)
  }

  schedule(): void {
    if (this.#stopped) return
    const { clock, random } = this.#options
    const inMs = MIN_INTERVAL_MS + random() * (MAX_INTERVAL_MS - MIN_INTERVAL_MS)
    this.#timer = clock.setTimeout(() => this.#tick(), inMs)
  }

  #tick(): void {
    const { clock, idPrefix, send, onSilence } = this.#options
    if (this.#unanswered.length > 0 && clock.now() - this.#lastReceived < ANSWER_MS) return this.schedule()
    this.#pings += 1
    this.#pingId = `${idPrefix}p${this.#pings}`
    this.#timer = clock.setTimeout(onSilence, ANSWER_MS)
    send(node('iq', { id: this.#pingId, to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:p' }))
  }
}

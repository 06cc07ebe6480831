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

export function startKeepalive(options: {
  readonly clock: Clock
  /** 0 to 1, a new one at each call. */
  readonly random: () => number
  readonly idPrefix: string
  readonly send: (ping: Node) => void
  readonly onSilence: () => void
}): Keepalive {
  const { clock } = options
  const unanswered = new Set<string>()
  let pings = 0
  let pingId: string | undefined
  let lastReceived = clock.now()
  let timer: unknown
  let stopped = false

  const schedule = (): void => {
    if (stopped) return
    timer = clock.setTimeout(tick, MIN_INTERVAL_MS + options.random() * (MAX_INTERVAL_MS - MIN_INTERVAL_MS))
  }

  const tick = (): void => {
    if (unanswered.size > 0 && clock.now() - lastReceived < ANSWER_MS) return schedule()
    pings += 1
    pingId = `${options.idPrefix}p${pings}`
    timer = clock.setTimeout(options.onSilence, ANSWER_MS)
    options.send(node('iq', { id: pingId, to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:p' }))
  }

  schedule()
  return {
    received({ tag, attrs }) {
      lastReceived = clock.now()
      if (tag !== 'iq' || attrs.id === undefined) return
      unanswered.delete(attrs.id)
      if (attrs.id !== pingId) return
      pingId = undefined
      clock.clearTimeout(timer)
      schedule()
    },
    sent({ tag, attrs }) {
      const asks = tag === 'iq' && (attrs.type === 'get' || attrs.type === 'set')
      if (asks && attrs.id !== undefined && attrs.id !== pingId) unanswered.add(attrs.id)
    },
    stop() {
      stopped = true
      clock.clearTimeout(timer)
    },
  }
}

// What the server and a client owe each other on any connection: answers to IQs, acks of notifications, pings.
import { childOf, type Node, node, S_WHATSAPP_NET } from '../wire/nodes.ts'
import type { Line } from './connection.ts'
import type { Refusal } from './faults.ts'
import type { VirtualClock } from './virtual-clock.ts'

/**
 * A notification that is not acked ends the stream (docs/protocol.md section 1). How long WhatsApp waits is not known;
 * plain Baileys acks `primary_hello` only after its own query was answered or gave up, which takes it 60 s.
 */
const ACK_LIMIT_MS = 90_000

export interface Dialogue {
  readonly line: Line
  /** Sends an IQ of the server's own; `answered` gets the result or error, if it comes. */
  ask(content: Node, attrs: Readonly<Record<string, string>>, answered: (answer: Node) => void): string
  /** Sends a notification. A wrong or missing ack ends the stream. */
  notify(type: string, content: readonly Node[], attrs?: Readonly<Record<string, string>>): void
  answer(request: Node, content?: readonly Node[]): void
  refuse(request: Node, refusal: Refusal): void
  /** Nothing is done about a missing answer: plain Baileys gives none. */
  ping(): void
  /** Acks, answers, pings: true when the stanza needs nothing more. */
  takes(stanza: Node): boolean
  /** When the client was last heard, ms since the epoch. */
  heardAt(): number
  /** Forgets what is owed. */
  close(): void
}

/** The texts that WhatsApp puts beside its codes. */
const TEXTS: Readonly<Record<number, string>> = {
  400: 'bad-request',
  401: 'not-authorized',
  403: 'forbidden',
  404: 'item-not-found',
  405: 'not-allowed',
  406: 'not-acceptable',
  409: 'conflict',
  429: 'rate-overlimit',
  452: 'feature-not-available',
  500: 'internal-server-error',
  501: 'feature-not-implemented',
  503: 'service-unavailable',
}

export function createDialogue(line: Line, clock: VirtualClock): Dialogue {
  const asked = new Map<string, (answer: Node) => void>()
  const notified = new Map<string, { readonly type: string; readonly from: string; readonly timer: unknown }>()
  let heardAt = clock.now()
  let lastId = Math.floor(Math.random() * 1e9)

  const nextId = (): string => String(++lastId)

  const unacked = (id: string, type: string): void => {
    line.end(node('stream:error', {}, [node('ack', { id, class: 'notification', type })]))
  }

  const takeAck = (ack: Node): void => {
    const { id = '', class: kind, type, to } = ack.attrs
    const owed = notified.get(id)
    if (owed === undefined) return
    notified.delete(id)
    clock.clearTimeout(owed.timer)
    if (kind !== 'notification' || type !== owed.type || to !== owed.from) unacked(id, owed.type)
  }

  const dialogue: Dialogue = {
    line,
    heardAt: () => heardAt,
    ask(content, attrs, answered) {
      const id = nextId()
      asked.set(id, answered)
      line.send(node('iq', { from: S_WHATSAPP_NET, type: 'set', id, ...attrs }, [content]))
      return id
    },
    notify(type, content, attrs = {}) {
      if (line.closed) return
      const id = nextId()
      const from = attrs['from'] ?? S_WHATSAPP_NET
      const t = String(Math.floor(clock.now() / 1000))
      notified.set(id, { type, from, timer: clock.setTimeout(() => unacked(id, type), ACK_LIMIT_MS) })
      line.send(node('notification', { from, type, id, t, ...attrs }, content))
    },
    answer(request, content) {
      const { id = '' } = request.attrs
      line.send(node('iq', { from: S_WHATSAPP_NET, type: 'result', id }, content))
    },
    refuse(request, refusal) {
      const { id = '' } = request.attrs
      line.send(node('iq', { from: S_WHATSAPP_NET, type: 'error', id }, [errorNode(refusal)]))
    },
    ping() {
      line.send(node('iq', { from: S_WHATSAPP_NET, type: 'get', id: nextId(), xmlns: 'urn:xmpp:ping' }, [node('ping')]))
    },
    takes(stanza) {
      heardAt = clock.now()
      const { id = '', type } = stanza.attrs
      if (stanza.tag === 'ack' && stanza.attrs['class'] === 'notification') {
        takeAck(stanza)
        return true
      }
      if (stanza.tag !== 'iq') return false
      if (type === 'result' || type === 'error') {
        const answered = asked.get(id)
        asked.delete(id)
        answered?.(stanza)
        return true
      }
      if (!isPing(stanza)) return false
      dialogue.answer(stanza)
      return true
    },
    close() {
      for (const { timer } of notified.values()) clock.clearTimeout(timer)
      notified.clear()
      asked.clear()
    },
  }
  return dialogue
}

function isPing(iq: Node): boolean {
  return iq.attrs['xmlns'] === 'w:p' || iq.attrs['xmlns'] === 'urn:xmpp:ping' || childOf(iq, 'ping') !== undefined
}

/** `<error code text backoff?>`; the text of the code unless another is given. */
function errorNode({ code, text, backoffS }: Refusal): Node {
  return node('error', {
    code: String(code),
    text: text ?? TEXTS[code] ?? 'unknown',
    ...(backoffS !== undefined && { backoff: String(backoffS) }),
  })
}

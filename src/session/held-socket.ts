// A socket that is online before anybody listens to it. Messages wait unread, so that WhatsApp keeps them until somebody
// does: an unadopted socket loses nothing, the next login gets them again. Other events are kept and told first thing.
import type { BaileysEventMap, WASocket } from 'baileys'

type EventSource = WASocket['ev']
export type EventMap = Partial<BaileysEventMap>
type EarlyListener = (map: EventMap) => void

export interface HeldSocket {
  readonly socket: WASocket
  /**
   * Tells everything that was kept to whoever has subscribed to `socket.ev` by now, in order, then lets the messages
   * through. Call it in the same turn in which the listeners were added. Only the first call does anything.
   */
  release(): void
  /** What was kept, for another socket to tell; messages are not among it, they come again by themselves. */
  takeEvents(): readonly EventMap[]
  /** Whom to tell from now on when the store fails below this socket; also of what failed before. */
  readonly onStoreFailed?: (listener: (cause: unknown) => void) => void
}

/** `before`: events of an earlier socket that nobody has heard yet; they are told first. */
export function holdSocket(socket: WASocket, before: readonly EventMap[] = []): HeldSocket {
  const source = socket.ev
  const early: EarlyListener[] = []
  let kept: EventMap[] = [...before]
  let held = true

  const stopKeeping = source.process((map) => {
    if (held) kept.push(map)
  })
  const releaseMessages = holdMessages(socket)
  socket.ev = earlyListening(source, early, () => held)

  const letGo = (): readonly EventMap[] => {
    held = false
    stopKeeping()
    socket.ev = source
    const events = kept
    kept = []
    return events
  }

  return {
    socket,
    release() {
      if (!held) return
      for (const map of letGo()) for (const listener of early) listener(map)
      releaseMessages()
    },
    takeEvents: () => (held ? letGo() : []),
  }
}

/** Message stanzas stay in a queue instead of reaching Baileys, which would answer for them at once. */
function holdMessages({ ws }: WASocket): () => void {
  const waiting: unknown[] = []
  const listeners = ws.listeners('CB:message')
  ws.removeAllListeners('CB:message')
  ws.on('CB:message', (stanza: unknown) => waiting.push(stanza))
  return () => {
    ws.removeAllListeners('CB:message')
    for (const listener of listeners) ws.on('CB:message', listener as (stanza: unknown) => void)
    for (const stanza of waiting) ws.emit('CB:message', stanza)
  }
}

/**
 * The socket's own event source, which also remembers who subscribed while it is held. What was kept is told to these alone:
 * Baileys' inner listeners have heard it already.
 */
function earlyListening(source: EventSource, early: EarlyListener[], isHeld: () => boolean): EventSource {
  const forget: [key: unknown, early: EarlyListener][] = []
  return {
    ...source,
    on(event, listener) {
      source.on(event, listener)
      if (!isHeld()) return
      const told: EarlyListener = (map) => {
        const value = map[event]
        if (value !== undefined) listener(value)
      }
      early.push(told)
      forget.push([listener, told])
    },
    off(event, listener) {
      source.off(event, listener)
      for (const [key, told] of forget)
        if (key === listener && early.includes(told)) early.splice(early.indexOf(told), 1)
    },
    process(handler) {
      const stop = source.process(handler)
      const told: EarlyListener = (map) => void handler(map)
      if (isHeld()) early.push(told)
      return () => {
        stop()
        if (early.includes(told)) early.splice(early.indexOf(told), 1)
      }
    },
  }
}

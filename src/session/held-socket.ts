// A socket that is online before anybody listens to it. Messages wait unread, so that WhatsApp keeps them until somebody
// does: an unadopted socket loses nothing, the next login gets them again. Other events are kept and told first thing.
import type { BaileysEventMap, WASocket } from 'baileys'
import { type Logger, silentLogger } from '../lib/logger.ts'

type EventSource = WASocket['ev']
export type EventMap = Partial<BaileysEventMap>
type EarlyListener = (map: EventMap) => void

const MESSAGE = 'CB:message'

export interface HeldSocket {
  readonly socket: WASocket
  /**
   * Tells everything that was kept to whoever has subscribed to `socket.ev` by now, in order, then lets the messages
   * through. Call it in the same turn in which the listeners were added. Only the first call does anything.
   */
  release(): void
  /** Calls `told` whenever somebody subscribes to `socket.ev` from now on, while it is held. */
  onSubscribed(told: () => void): void
  /**
   * What was kept, for another socket to tell: after this one is closed. Messages are not among it, they come again by
   * themselves; nor is news of the connection.
   */
  takeEvents(): readonly EventMap[]
}

/**
 * `before`: events of an earlier socket that nobody has heard yet; they are told first. A listener that throws while it is
 * told what was kept does not stop the others.
 */
export function holdSocket(
  socket: WASocket,
  before: readonly EventMap[] = [],
  logger: Logger = silentLogger,
): HeldSocket {
  const source = socket.ev
  const early: EarlyListener[] = []
  let kept: EventMap[] = [...before]
  let held = true
  let subscribed = (): void => {}

  const stopKeeping = source.process((map) => {
    if (held) kept.push(map)
  })
  const messages = holdMessages(socket)
  const guarded = (tell: () => void): void => {
    try {
      tell()
    } catch (error) {
      logger.error({ reason: error instanceof Error ? error.message : 'unknown' }, 'a listener of a socket threw')
    }
  }
  socket.ev = earlyListening(source, early, { isHeld: () => held, subscribed: () => subscribed() })

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
      for (const map of letGo()) for (const listener of [...early]) guarded(() => listener(map))
      early.length = 0
      messages.release(guarded)
    },
    onSubscribed(told) {
      subscribed = told
    },
    takeEvents() {
      if (!held) return []
      messages.drop()
      early.length = 0
      return letGo()
        .map(withoutConnection)
        .filter((map) => Object.keys(map).length > 0)
    },
  }
}

/** News of a connection is about that connection alone: another socket has its own. */
function withoutConnection({ 'connection.update': _, ...rest }: EventMap): EventMap {
  return rest
}

interface HeldMessages {
  readonly release: (guarded: (tell: () => void) => void) => void
  /** They stay unread; WhatsApp keeps them. */
  readonly drop: () => void
}

/** Message stanzas stay in a queue instead of reaching Baileys, which would answer for them at once. */
function holdMessages({ ws }: WASocket): HeldMessages {
  const waiting: unknown[] = []
  const queue = (stanza: unknown): void => void waiting.push(stanza)
  const inner = ws.listeners(MESSAGE) as ((stanza: unknown) => void)[]
  for (const listener of inner) ws.off(MESSAGE, listener)
  ws.on(MESSAGE, queue)
  /** Whoever came since keeps its place, behind Baileys. */
  const restore = (): void => {
    const since = ws.listeners(MESSAGE) as ((stanza: unknown) => void)[]
    for (const listener of since) ws.off(MESSAGE, listener)
    for (const listener of [...inner, ...since]) if (listener !== queue) ws.on(MESSAGE, listener)
  }
  return {
    release(guarded) {
      restore()
      for (const stanza of waiting.splice(0)) guarded(() => void ws.emit(MESSAGE, stanza))
    },
    drop() {
      restore()
      waiting.length = 0
    },
  }
}

/**
 * The socket's own event source, which also remembers who subscribed while it is held. What was kept is told to these alone:
 * Baileys' inner listeners have heard it already.
 */
function earlyListening(
  source: EventSource,
  early: EarlyListener[],
  { isHeld, subscribed }: { readonly isHeld: () => boolean; readonly subscribed: () => void },
): EventSource {
  const forget: { readonly event: string; readonly listener: unknown; readonly told: EarlyListener }[] = []
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
      forget.push({ event, listener, told })
      subscribed()
    },
    off(event, listener) {
      source.off(event, listener)
      for (const given of forget)
        if (given.event === event && given.listener === listener && early.includes(given.told))
          early.splice(early.indexOf(given.told), 1)
    },
    process(handler) {
      const stop = source.process(handler)
      const told: EarlyListener = (map) => void handler(map)
      if (isHeld()) {
        early.push(told)
        subscribed()
      }
      return () => {
        stop()
        if (early.includes(told)) early.splice(early.indexOf(told), 1)
      }
    },
  }
}

// Sockets that do what a test says, in the shape of Baileys'. Unlike those they drop no listener when they end, so that
// whatever is left on them was left by who used them.
import { EventEmitter } from 'node:events'
import type { WASocket } from 'baileys'
import type { MakeWASocket } from '../../src/linking/options.ts'

export interface StandIn {
  readonly socket: WASocket
  readonly config: Readonly<Record<string, unknown>>
  /** Queries that were sent: answer or refuse each. */
  readonly queries: { readonly node: unknown; resolve(answer: unknown): void; reject(cause: unknown): void }[]
  readonly isEnded: boolean
  /** WhatsApp lets it in, and it is online. */
  open(): void
  success(): void
  /** The stanza, then the close. */
  failure(attrs: Readonly<Record<string, string>>): void
  streamError(attrs: Readonly<Record<string, string>>, content?: readonly unknown[]): void
  close(): void
  /** On both of its emitters. */
  listenerCount(): number
}

export interface StandIns {
  readonly makeWASocket: MakeWASocket
  /** How many were made. */
  readonly count: number
  /** The newest one. */
  readonly current: StandIn
  /** Called with each, before anybody else has it. */
  onMade: (made: StandIn) => void
}

export function createStandIns(): StandIns {
  let count = 0
  let current: StandIn | undefined
  const standIns: StandIns = {
    makeWASocket: ((config: Readonly<Record<string, unknown>>) => {
      count += 1
      current = createStandIn(config)
      standIns.onMade(current)
      return current.socket
    }) as unknown as MakeWASocket,
    get count() {
      return count
    },
    get current() {
      if (current === undefined) throw new Error('no socket was made yet')
      return current
    },
    onMade: () => {},
  }
  return standIns
}

function createStandIn(config: Readonly<Record<string, unknown>>): StandIn {
  const ws = Object.assign(new EventEmitter(), { isOpen: true })
  const inner = new EventEmitter()
  const queries: StandIn['queries'] = []
  const endHandlers: ((error?: Error) => void)[] = []
  let isEnded = false

  const ev = {
    on: (event: string, listener: (value: unknown) => void) => void inner.on(event, listener),
    off: (event: string, listener: (value: unknown) => void) => void inner.off(event, listener),
    process(handler: (map: unknown) => void) {
      inner.on('event', handler)
      return () => void inner.off('event', handler)
    },
    emit(event: string, value: unknown) {
      inner.emit('event', { [event]: value })
      return inner.emit(event, value)
    },
    flush: () => false,
  }

  const end = async (error?: Error): Promise<void> => {
    if (isEnded) return
    isEnded = true
    ws.isOpen = false
    for (const handler of endHandlers) handler(error)
    ev.emit('connection.update', { connection: 'close', lastDisconnect: { error, date: new Date() } })
  }

  const stanza = (tag: string, attrs: Readonly<Record<string, string>>, content?: readonly unknown[]): void => {
    ws.emit(`CB:${tag}`, { tag, attrs, ...(content === undefined ? {} : { content }) })
    void end(new Error(tag))
  }

  const auth = config['auth'] as { readonly creds: unknown; readonly keys: unknown }
  const socket = {
    ws,
    ev,
    authState: auth,
    end,
    registerSocketEndHandler: (handler: (error?: Error) => void) => void endHandlers.push(handler),
    query: (node: unknown) =>
      new Promise((resolve, reject) => {
        queries.push({ node, resolve, reject })
      }),
  }
  const success = (): void => void ws.emit('CB:success', { tag: 'success', attrs: {} })
  return {
    socket: socket as unknown as WASocket,
    config,
    queries,
    get isEnded() {
      return isEnded
    },
    success,
    open() {
      success()
      ev.emit('connection.update', { connection: 'open' })
    },
    failure: (attrs) => stanza('failure', attrs),
    streamError: (attrs, content) => stanza('stream:error', attrs, content),
    close: () => void end(new Error('lost')),
    listenerCount: () =>
      [ws, inner]
        .flatMap((emitter) => emitter.eventNames().map((name) => emitter.listenerCount(name)))
        .reduce((sum, one) => sum + one, 0),
  }
}

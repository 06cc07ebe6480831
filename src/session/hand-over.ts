// From link() to connect() in one process: the first-login socket waits here for its bot.
import type { WASocket } from 'baileys'
import type { Clock } from '../lib/clock.ts'
import type { MakeWASocket, SocketOptions } from '../linking/options.ts'
import type { StoreInternals } from '../store/contract.ts'
import type { HeldSocket } from './held-socket.ts'
import { closeSocket } from './socket-close.ts'
import { onSocketEnd } from './socket-end.ts'
import type { StoreFaults } from './store-faults.ts'

/** ms that an online socket waits for its bot. */
const HOLD_MS = 30_000

export interface Deposit {
  readonly held: HeldSocket
  /** Of the store, under this socket. */
  readonly faults: StoreFaults
  readonly makeWASocket: MakeWASocket | undefined
  readonly socket: SocketOptions | undefined
  readonly clock: Clock
}

/** What the bot asks for: both left out fit every socket. */
export interface Wanted {
  readonly makeWASocket?: MakeWASocket
  readonly socket?: SocketOptions
}

interface Waiting extends Deposit {
  readonly forget: () => void
}

const waiting = new WeakMap<StoreInternals, Map<string, Waiting>>()

/** Leaves an online socket for `connect()`. After 30 s, when the store closes, or when WhatsApp ends it, it is closed. */
export function deposit(store: StoreInternals, session: string, handed: Deposit): void {
  const ofStore = waiting.get(store) ?? new Map<string, Waiting>()
  waiting.set(store, ofStore)

  const close = async (): Promise<void> => {
    forget()
    await closeSocket(handed.held.socket, handed.clock)
    handed.held.takeEvents()
  }
  const timer = handed.clock.setTimeout(() => void close(), HOLD_MS)
  const stopListening = onSocketEnd(handed.held.socket, () => forget())
  const keepStoreOpen = store.beforeClose(close)
  const forget = (): void => {
    ofStore.delete(session)
    handed.clock.clearTimeout(timer)
    stopListening()
    keepStoreOpen()
  }
  ofStore.set(session, { ...handed, forget })
  handed.faults.listen(() => void close())
}

/** The waiting socket, for a word through it; it goes on waiting, and belongs to whoever collects it. */
export function waitingSocket(store: StoreInternals, session: string): WASocket | undefined {
  return waiting.get(store)?.get(session)?.held.socket
}

export interface Collected {
  readonly adopted?: Pick<Deposit, 'held' | 'faults'>
  readonly events: ReturnType<HeldSocket['takeEvents']>
}

/**
 * Takes the waiting socket, if it fits what the bot wants: its own options, or none. One that does not fit is closed, and
 * what it kept is given instead, to be told first by the next socket.
 */
export async function collect(store: StoreInternals, session: string, wanted: Wanted): Promise<Collected> {
  const found = waiting.get(store)?.get(session)
  if (found === undefined) return { events: [] }
  found.forget()
  const fits = (given: unknown, had: unknown): boolean => given === undefined || given === had
  if (fits(wanted.socket, found.socket) && fits(wanted.makeWASocket, found.makeWASocket))
    return { adopted: found, events: [] }
  await closeSocket(found.held.socket, found.clock)
  return { events: found.held.takeEvents() }
}

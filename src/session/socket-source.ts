// Socket after socket on one auth state: credentials that changed in memory stay one object.
import type { AuthenticationState, WASocket } from 'baileys'
import { LinkError } from '../errors.ts'
import type { Store } from '../store/contract.ts'
import type { Version } from '../wire/messages.ts'
import { type SocketRequest, socketMaker } from './baileys.ts'
import { type EventMap, type HeldSocket, holdSocket } from './held-socket.ts'
import { createStoreFaults, type StoreFaults } from './store-faults.ts'
import { checkUsable } from './usable-credentials.ts'
import { type StoredAuth, watchAuth } from './watched-auth.ts'

export interface SocketSource {
  /** Of the store, under any socket of this source. */
  readonly faults: StoreFaults
  /**
   * A fresh socket, held until its listeners are there. `untold`: events of an earlier socket, told first. `version`: of
   * WhatsApp Web, in place of the one that Baileys ships.
   * @throws StoreError · UnusableCredentials · LinkError invalid-options · the reason of an aborted signal
   */
  next(untold: readonly EventMap[], version?: Version): Promise<HeldSocket>
}

export function createSocketSource(
  request: SocketRequest & { readonly store: Store; readonly session: string; readonly signal: AbortSignal },
): SocketSource {
  const faults = createStoreFaults()
  let make: ((auth: AuthenticationState, version: Version | undefined) => WASocket) | undefined
  let auth: StoredAuth | undefined

  const load = async (): Promise<StoredAuth> => {
    const stored = await request.store.authState(request.session)
    await checkUsable(stored.state.creds)
    return watchAuth(stored, faults)
  }

  return {
    faults,
    async next(untold, version) {
      auth ??= await load()
      make ??= await socketMaker(request)
      request.signal.throwIfAborted()
      const { state, saveCreds } = auth
      const socket = made(() => make?.(state, version))
      // A failure was told by the state itself.
      listenToItsEnd(socket, 'creds.update', () => void saveCreds().catch(() => {}))
      flushAtEnd(socket)
      return holdSocket(socket, untold, request.logger)
    },
  }
}

/** The credentials were checked, so a maker that throws was given options that it cannot use. */
function made(make: () => WASocket | undefined): WASocket {
  let socket: WASocket | undefined
  try {
    socket = make()
  } catch (cause) {
    throw new LinkError('invalid-options', 'Baileys could not make a socket of these options', {
      cause,
      advice: 'Check `socket` and `makeWASocket`.',
    })
  }
  if (socket !== undefined && isSocket(socket)) return socket
  throw new LinkError('invalid-options', 'makeWASocket gave no Baileys socket', {
    advice: 'Give the makeWASocket of Baileys, or a function that passes its socket on.',
  })
}

/** Whether it has what is called on it from here on: what is missing later would look like a fault of the store. */
function isSocket(socket: Partial<WASocket> | null): socket is WASocket {
  return (
    hasMethods(socket?.ev, ['on', 'off', 'process', 'emit']) &&
    hasMethods(socket?.ws, ['on', 'off', 'listeners', 'emit']) &&
    hasMethods(socket, ['end'])
  )
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof Reflect.get(value, name) === 'function')
}

function listenToItsEnd(socket: WASocket, event: 'creds.update', listener: () => void): void {
  const closed = ({ connection }: { connection?: string }): void => {
    if (connection !== 'close') return
    socket.ev.off(event, listener)
    socket.ev.off('connection.update', closed)
  }
  socket.ev.on(event, listener)
  socket.ev.on('connection.update', closed)
}

/** Messages in Baileys' event buffer have been acknowledged: a socket that ends must tell them, and Baileys forgets them. */
function flushAtEnd(socket: WASocket): void {
  socket.registerSocketEndHandler?.(() => void socket.ev.flush())
}

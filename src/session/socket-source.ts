// Socket after socket on one auth state: credentials that changed in memory stay one object.
import type { AuthenticationState, WASocket } from 'baileys'
import type { Store } from '../store/contract.ts'
import { type SocketRequest, socketMaker } from './baileys.ts'
import { type EventMap, type HeldSocket, holdSocket } from './held-socket.ts'

export interface SocketSource {
  /**
   * A fresh socket, held until its listeners are there. `untold`: events of an earlier socket, told first.
   * @throws StoreError · LinkError invalid-options
   */
  next(untold: readonly EventMap[]): Promise<HeldSocket>
}

export function createSocketSource(
  request: SocketRequest & {
    readonly store: Store
    readonly session: string
    /**
     * Credentials or keys that could not be written or read: going on would lose them, or would tell contacts that their
     * messages cannot be opened.
     */
    readonly onSaveFailed: (cause: unknown) => void
  },
): SocketSource {
  let make: ((auth: AuthenticationState) => WASocket) | undefined
  let auth: Awaited<ReturnType<Store['authState']>> | undefined
  let failure: { readonly cause: unknown } | undefined
  let tell = request.onSaveFailed

  const failed = (cause: unknown): void => {
    failure ??= { cause }
    tell(cause)
  }

  /** A socket outlives the one who made it: the first login hands it over. */
  const onStoreFailed = (listener: (cause: unknown) => void): void => {
    tell = listener
    if (failure !== undefined) listener(failure.cause)
  }

  return {
    async next(untold) {
      make ??= await socketMaker(request)
      auth ??= await request.store.authState(request.session)
      const { state, saveCreds } = auth
      const socket = make({ creds: state.creds, keys: telling(state.keys, failed) })
      socket.ev.on('creds.update', () => void saveCreds().catch(failed))
      return { ...holdSocket(socket, untold), onStoreFailed }
    },
  }
}

/** Baileys takes a key that cannot be read for one that is missing, and asks for messages again that it cannot open. */
function telling(keys: AuthenticationState['keys'], failed: (cause: unknown) => void): AuthenticationState['keys'] {
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (cause) {
      failed(cause)
      throw cause
    }
  }
  return {
    get: (type, ids) => told(Promise.resolve(keys.get(type, ids))),
    set: (data) => told(Promise.resolve(keys.set(data))),
    clear: () => told(Promise.resolve(keys.clear?.())),
  }
}

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
    /** Credentials that could not be written: going on would lose them. */
    readonly onSaveFailed: (cause: unknown) => void
  },
): SocketSource {
  let make: ((auth: AuthenticationState) => WASocket) | undefined
  let auth: Awaited<ReturnType<Store['authState']>> | undefined

  return {
    async next(untold) {
      make ??= await socketMaker(request)
      auth ??= await request.store.authState(request.session)
      const { state, saveCreds } = auth
      const socket = make(state)
      socket.ev.on('creds.update', () => void saveCreds().catch(request.onSaveFailed))
      return holdSocket(socket, untold)
    },
  }
}

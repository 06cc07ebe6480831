// Unlinking on WhatsApp: go online, ask, wait for the answer. Each of the three has a limit.
import { LinkError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Connection, ConnectionState } from '../../session/connection.ts'
import type { StopReason } from '../../session/policy.ts'
import { duration } from '../printing/words.ts'
import type { Interrupts } from '../terminal/interrupts.ts'
import { ConnectionStopped } from './connection-stopped.ts'

/** `unlinked`: WhatsApp confirmed it. `was-unlinked`: WhatsApp knew this device no more before we asked. */
export type LogOut = 'unlinked' | 'was-unlinked'

export interface LogOutRequest {
  readonly connection: Pick<Connection, 'state' | 'on' | 'off' | 'stopped' | 'close' | 'logout'>
  /** ms for getting online; the answer may then take 30 s more. */
  readonly limitMs: number
  readonly clock: Clock
  readonly interrupts: Pick<Interrupts, 'listen'>
  readonly onState: (state: ConnectionState) => void
  readonly onAsk: () => void
}

type Turn = 'online' | 'late' | 'interrupted' | { readonly stopped: StopReason }

/**
 * The session stays as it was whenever this throws.
 * @throws LinkError `network` · `cancelled`; ConnectionStopped
 */
export async function logOut(request: LogOutRequest): Promise<LogOut> {
  const { connection, limitMs, onAsk } = request
  const turn = await nextTurn(request)
  if (turn === 'online') {
    onAsk()
    return askWhatsApp(connection)
  }
  await connection.close()
  if (turn === 'interrupted') throw new LinkError('cancelled', 'the session was not logged out', { advice: UNCHANGED })
  if (turn === 'late')
    throw new LinkError('network', `WhatsApp was not reached within ${duration(limitMs)}, so it was not told`)
  return verdict(turn.stopped)
}

const UNCHANGED = 'Nothing was changed: the session is still linked.'

/** Whichever comes first; the listeners are gone afterwards. */
async function nextTurn({ connection, limitMs, clock, interrupts, onState }: LogOutRequest): Promise<Turn> {
  const clean: (() => void)[] = []
  try {
    return await new Promise<Turn>((resolve) => {
      const listener = (state: ConnectionState): void => {
        onState(state)
        if (state.name === 'online') resolve('online')
      }
      const timer = clock.setTimeout(() => resolve('late'), limitMs)
      clean.push(
        () => clock.clearTimeout(timer),
        interrupts.listen(() => resolve('interrupted')),
        () => void connection.off('state', listener),
      )
      connection.on('state', listener)
      listener(connection.state)
      void connection.stopped.then((stopped) => resolve({ stopped }))
    })
  } finally {
    for (const run of clean) run()
  }
}

/** WhatsApp may end the connection before its answer is read: it ends because the device is gone. */
async function askWhatsApp(connection: LogOutRequest['connection']): Promise<LogOut> {
  try {
    await connection.logout()
    return 'unlinked'
  } catch (thrown) {
    await connection.close()
    const reason = await connection.stopped
    if (reason === 'logged-out' || reason === 'never-confirmed') return 'unlinked'
    throw thrown
  }
}

function verdict(reason: StopReason): LogOut {
  if (reason === 'logged-out' || reason === 'never-confirmed') return 'was-unlinked'
  if (reason === 'closed') throw new LinkError('cancelled', 'the session was not logged out', { advice: UNCHANGED })
  throw new ConnectionStopped(reason)
}

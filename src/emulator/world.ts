// What the rooms of one emulator share.
import { node } from '../wire/nodes.ts'
import type { Account, Accounts, LinkedDevice } from './accounts.ts'
import type { CodeRequest, Codes } from './codes.ts'
import type { Line } from './connection.ts'
import type { Faults, Stage, Strike } from './faults.ts'
import type { PostOffice } from './post-office.ts'
import type { QrRefs } from './qr-refs.ts'
import type { Throttle } from './throttle.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface World {
  readonly clock: VirtualClock
  readonly faults: Faults
  readonly accounts: Accounts
  readonly codes: Codes
  readonly refs: QrRefs
  readonly post: PostOffice
  /** The notification on a phone: a companion wants a code to be typed. */
  readonly prompt: (account: Account, device: string) => void
  /** How many hellos a number may have. */
  readonly throttle: Throttle
  /** Unlinked companions are told an edge, too. */
  readonly routesUnlinked: boolean
  /** A phone shows the code that is to be compared with the companion's. */
  readonly showComparison: (account: Account, code: string) => void
  /** The server wants a passkey before anybody typed the code; the phone links when it got one. */
  readonly linkByPasskey: (request: CodeRequest) => void
  /** A device was let in. */
  readonly noteLogin: (device: LinkedDevice) => void
}

/**
 * Runs a stage of a connection: after its delay, with what strikes; never, when silence was asked for or the connection
 * is gone by then.
 */
export function reach(world: World, line: Line, at: Stage, then: (fault: Strike['fault']) => unknown): void {
  const { hold, reorder, fault } = world.faults.strike(at)
  const arrive = (): void => {
    if (reorder === true) line.swapNext()
    then(fault)
  }
  if (hold === undefined) return arrive()
  if (hold.ms === undefined) return
  world.clock.setTimeout(() => {
    if (line.closed) return
    try {
      arrive()
    } catch {
      // What a client sent shows its nonsense only now; nobody above a timer would catch it.
      line.end(node('stream:error', { code: '500' }))
    }
  }, hold.ms)
}

export function isTampering(fault: Strike['fault'], kind: string): boolean {
  return fault?.kind === 'tamper' && fault.with === kind
}

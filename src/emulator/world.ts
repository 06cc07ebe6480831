// What the rooms of one emulator share.
import type { Account, Accounts, LinkedDevice } from './accounts.ts'
import type { Codes } from './codes.ts'
import type { Line } from './connection.ts'
import type { Faults, Stage, Strike } from './faults.ts'
import type { PostOffice } from './post-office.ts'
import type { QrRefs } from './qr-refs.ts'
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
  /** A device was let in. */
  readonly noteLogin: (device: LinkedDevice) => void
}

/**
 * Runs a stage of a connection: after its delay, with what strikes; never, when silence was asked for or the connection
 * is gone by then.
 */
export function reach(world: World, line: Line, at: Stage, then: (fault: Strike['fault']) => unknown): void {
  const { hold, fault } = world.faults.strike(at)
  if (hold === undefined) return void then(fault)
  if (hold.ms === undefined) return
  world.clock.setTimeout(() => {
    if (!line.closed) then(fault)
  }, hold.ms)
}

export function isTampering(fault: Strike['fault'], kind: string): boolean {
  return fault?.kind === 'tamper' && fault.with === kind
}

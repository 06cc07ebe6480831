// logout(): the device is unlinked as soon as the session is online, whatever it is doing when it is asked.
import type { WASocket } from 'baileys'
import { LinkError, type LinkErrorCode } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { type Deferred, deferred } from '../lib/deferred.ts'
import type { StopReason } from './policy.ts'
import { unlinkDevice } from './unlink.ts'

/** ms for all of it: coming online, and WhatsApp's answer. */
const LEAVE_MS = 60_000

export interface Leaving {
  /** Somebody waits for the log-out. */
  readonly wanted: boolean
  /** Asks now if `socket` is online, else as soon as one is. Callers of one attempt share its end. Throws LinkError. */
  ask(socket: WASocket | undefined): Promise<void>
  online(socket: WASocket): void
  /** The run is over. `isRemoved`: nothing of the session is left. */
  stopped(reason: StopReason, isRemoved: boolean): void
}

export function createLeaving(clock: Clock, onUnlinked: () => void): Leaving {
  let pending: Deferred<void> | undefined
  let limit: unknown
  /** Of several sockets only the last one's failure counts. */
  let told: WASocket | undefined

  const settle = (error?: LinkError): void => {
    const settled = pending
    pending = undefined
    clock.clearTimeout(limit)
    if (error === undefined) settled?.resolve()
    else settled?.reject(error)
  }

  const tell = async (socket: WASocket): Promise<void> => {
    const attempt = pending
    told = socket
    try {
      // Lost with its connection: the next login tells, by its refusal or because it is asked again.
      if ((await unlinkDevice(socket, clock)) === 'unlinked') onUnlinked()
    } catch (error) {
      if (pending === attempt && told === socket && error instanceof LinkError) settle(error)
    }
  }

  return {
    get wanted() {
      return pending !== undefined
    },
    ask(socket) {
      if (pending !== undefined) return pending.promise
      const asked = deferred<void>()
      pending = asked
      limit = clock.setTimeout(() => settle(tooLate()), LEAVE_MS)
      if (socket !== undefined) void tell(socket)
      return asked.promise
    },
    online(socket) {
      if (pending !== undefined) void tell(socket)
    },
    stopped(reason, isRemoved) {
      if (pending !== undefined) settle(isRemoved ? undefined : whyNot(reason))
    },
  }
}

/** WhatsApp has let go of the device already: nothing is left to tell it. */
export function isGone(reason: StopReason): boolean {
  return GONE.has(reason)
}

const GONE: ReadonlySet<StopReason> = new Set(['logged-out', 'never-confirmed', 'forbidden', 'not-linked'])

/** Why a stopped session cannot be logged out. */
export function whyNot(reason: StopReason): LinkError {
  return new LinkError(CODES[reason], `the session is not online (${reason}), so WhatsApp cannot be told`, {
    advice: 'Connect again, then log out; or remove the device on the phone: Settings, Linked devices.',
  })
}

const CODES: Readonly<Record<StopReason, LinkErrorCode>> = {
  closed: 'network',
  'logged-out': 'rejected',
  'never-confirmed': 'rejected',
  forbidden: 'forbidden',
  'temporary-ban': 'forbidden',
  replaced: 'session-busy',
  refused: 'rejected',
  'session-busy': 'session-busy',
  'bad-session': 'rejected',
  'lease-lost': 'session-busy',
  'outdated-version': 'outdated-version',
  'store-error': 'store-error',
  'not-linked': 'rejected',
}

function tooLate(): LinkError {
  return new LinkError('network', `WhatsApp did not confirm the log-out within ${LEAVE_MS} ms`, {
    advice: 'The session stays as it was. Try again, or remove the device on the phone: Settings, Linked devices.',
  })
}

// The life of a code on a Baileys socket: from the request to the account, or to the moment in which everything is as
// before. Baileys itself answers the phone; this file sees to it that it can, and that nothing stays behind.
import type { WASocket } from 'baileys'
import type { Clock } from '../lib/clock.ts'
import { readNotification } from '../linking/notifications.ts'
import type { Node } from '../wire/nodes.ts'
import { lendCredentials } from './lent-credentials.ts'
import { onEndOf } from './socket-end.ts'

/**
 * ms from a notification. WhatsApp has 60 s to confirm; Baileys waits as long for its answer to companion_finish before
 * it acks the notification, for which it needs the account too.
 */
const CONFIRMATION_MS = 65_000
/** ms after the end of a code: what was typed in the last second is on its way. */
const GRACE_MS = 1_000
const NOTIFICATION = 'CB:notification'

export interface LiveCode {
  /** WhatsApp took the code. It is live until then (ms since the epoch), and while a phone's answer is in work. */
  accepted(ref: Uint8Array, until: number): void
  /** Everything as it was. */
  end(): void
}

/** `ended` is called once: linked, expired, taken back by WhatsApp, or the socket is gone. */
export function startLiveCode(options: {
  readonly socket: WASocket
  readonly clock: Clock
  readonly code: string
  readonly digits: string
  readonly ended: () => void
}): LiveCode {
  const { socket, clock } = options
  let ref: Uint8Array | undefined
  let confirmingUntil = 0
  let isOver = false
  let hideTimer: unknown
  let endTimer: unknown

  const end = (): void => {
    if (isOver) return
    isOver = true
    clock.clearTimeout(hideTimer)
    clock.clearTimeout(endTimer)
    socket.ws.off(NOTIFICATION, notified)
    stopListening()
    credentials.takeBack()
    options.ended()
  }

  const endAt = (at: number): void => {
    clock.clearTimeout(endTimer)
    endTimer = clock.setTimeout(
      () => (clock.now() < confirmingUntil ? endAt(confirmingUntil) : end()),
      at - clock.now(),
    )
  }

  /** Before Baileys' own handler. Every notification is owed an ack, for which Baileys reads the account. */
  const notified = (stanza: Node): void => {
    credentials.show()
    clock.clearTimeout(hideTimer)
    hideTimer = clock.setTimeout(() => credentials.hide(), CONFIRMATION_MS)
    const notification = readNotification(stanza)
    if (notification.kind === 'primary-hello') confirmingUntil = clock.now() + CONFIRMATION_MS
    if (notification.kind === 'refresh-code' && ref !== undefined && Buffer.compare(notification.ref, ref) === 0) {
      // Dead at once, also while an answer is in work; Baileys still has to ack.
      confirmingUntil = 0
      endAt(clock.now() + GRACE_MS)
    }
  }

  const credentials = lendCredentials(socket.authState.creds, options, end)
  const stopListening = onEndOf(socket, end)
  // Also when the bot takes all listeners off before it closes. Forks of Baileys may not have it.
  socket.registerSocketEndHandler?.(end)
  socket.ws.prependListener(NOTIFICATION, notified)

  return {
    accepted(given, until) {
      ref = given
      if (!isOver) endAt(until + GRACE_MS)
    },
    end,
  }
}

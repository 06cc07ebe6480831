// The note into the account's own chat, through the socket of the first login: who was linked, when, how to stop it. It is
// there also for someone who did not mean to link anything.
import { WORDINGS } from '../../instructions/instructions.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { waitingSocket } from '../../session/hand-over.ts'
import { within } from '../../session/wait.ts'
import type { StoreInternals } from '../../store/contract.ts'
import { noteText } from '../../web/note.ts'
import type { Audit } from '../audit.ts'
import type { Choices, Invitation } from '../invitations/invitation.ts'
import type { Operator } from '../pages.ts'
import { DEFAULT_DEVICE } from './entry.ts'

export interface Completed {
  readonly invitation: Invitation
  readonly choices: Choices
}

export interface Notes {
  /** Looks for the socket at once, before a bot takes it over; the note goes out when it is known whom it is about. */
  through(session: string, jid: string): (completed: Completed) => Promise<void>
  /** Resolves when nothing is on its way any more; never rejects. */
  sent(): Promise<void>
}

const SEND_MS = 20_000

export function createNotes(parts: {
  readonly internals: StoreInternals
  readonly operator: Operator
  readonly audit: Audit
  readonly clock: Clock
  readonly logger: Logger
}): Notes {
  const { internals, operator, audit, clock, logger } = parts
  const underWay = new Set<Promise<void>>()

  return {
    through(session, jid) {
      const socket = waitingSocket(internals, session)
      const send = async ({ invitation, choices: { language } }: Completed): Promise<void> => {
        if (socket === undefined) throw new Error('the socket of the first login is gone')
        const text = noteText({
          operator,
          deviceName: invitation.deviceName ?? DEFAULT_DEVICE,
          linkedAt: new Date(clock.now()).toISOString(),
          language,
          wording: WORDINGS[language],
        })
        const isSent = await within(clock, SEND_MS, socket.sendMessage(ownChat(jid), { text }))
        if (!isSent) throw new Error(`not sent within ${SEND_MS} ms`)
      }
      return async (completed) => {
        const work = send(completed).then(
          () => 'sent',
          (thrown: unknown) => {
            logger.warn({ session, reason: thrown instanceof Error ? thrown.message : 'unknown' }, 'no note was sent')
            return 'failed'
          },
        )
        const noted = work.then(async (outcome) => {
          const who = `invitation:${completed.invitation.id}`
          await audit.note({ who, action: 'invitation.note', subject: session, outcome })
        })
        underWay.add(noted)
        await noted.finally(() => underWay.delete(noted))
      }
    },
    async sent() {
      await Promise.allSettled(underWay)
    },
  }
}

/** `12025550123:12@s.whatsapp.net` → `12025550123@s.whatsapp.net`. */
function ownChat(jid: string): string {
  return jid.replace(/:\d+@/, '@')
}

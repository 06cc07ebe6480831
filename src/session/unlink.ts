// Taking this device off the account, from our side.
import type { WASocket } from 'baileys'
import { LinkError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { S_WHATSAPP_NET } from '../wire/nodes.ts'
import { within } from './wait.ts'

const ANSWER_MS = 30_000

/**
 * Asks WhatsApp to remove this device and waits for the answer; Baileys' own `logout()` does not wait. `lost`: the
 * connection went away meanwhile, so nobody knows; the next login tells.
 * @throws LinkError rejected (with WhatsApp's `status`) · network when no answer came within 30 s
 */
export async function unlinkDevice(socket: WASocket, clock: Clock): Promise<'unlinked' | 'lost'> {
  const jid = socket.authState.creds.me?.id ?? ''
  const answer = await within(clock, ANSWER_MS, ask(socket, jid))
  if (answer === undefined)
    throw new LinkError('network', `WhatsApp did not answer the log-out within ${ANSWER_MS} ms`, {
      advice: 'Try again, or remove the device on the phone.',
    })
  if (answer.kind !== 'refused') return answer.kind
  throw new LinkError('rejected', `WhatsApp refused to log the device out (${answer.status})`, {
    status: answer.status,
    retryable: true,
    advice: 'Remove the device on the phone: Settings, Linked devices.',
  })
}

type Answer =
  | { readonly kind: 'unlinked' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly status: number }

/** WhatsApp may close before its answer is read: it closes because the device is gone. */
async function ask(socket: WASocket, jid: string): Promise<Answer | undefined> {
  try {
    const answer: unknown = await socket.query(
      {
        tag: 'iq',
        attrs: { to: S_WHATSAPP_NET, type: 'set', xmlns: 'md' },
        content: [{ tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }],
      },
      ANSWER_MS,
    )
    return answer === undefined ? undefined : { kind: 'unlinked' }
  } catch (cause) {
    const status = statusOf(cause)
    return status === undefined ? { kind: 'lost' } : { kind: 'refused', status }
  }
}

/** Baileys throws an error IQ as a Boom whose `data` is WhatsApp's number (lib/WABinary/generic-utils.js). */
function statusOf(cause: unknown): number | undefined {
  const data = cause instanceof Error && 'data' in cause ? cause.data : undefined
  return typeof data === 'number' ? data : undefined
}

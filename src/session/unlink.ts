// Taking this device off the account, from our side.
import type { WASocket } from 'baileys'
import { LinkError } from '../errors.ts'
import { S_WHATSAPP_NET } from '../wire/nodes.ts'

const ANSWER_MS = 30_000

/**
 * Asks WhatsApp to remove this device and waits for the answer; Baileys' own `logout()` does not wait.
 * @throws LinkError network
 */
export async function unlinkDevice(socket: WASocket): Promise<void> {
  const jid = socket.authState.creds.me?.id
  if (jid === undefined) throw new LinkError('network', 'the session has no account to unlink')
  const answer = await ask(socket, jid)
  if (answer === undefined)
    throw new LinkError('network', `WhatsApp did not confirm the log-out within ${ANSWER_MS} ms`)
}

/** WhatsApp may close before its answer is read: it closes because the device is gone. */
async function ask(socket: WASocket, jid: string): Promise<unknown> {
  try {
    return await socket.query(
      {
        tag: 'iq',
        attrs: { to: S_WHATSAPP_NET, type: 'set', xmlns: 'md' },
        content: [{ tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }],
      },
      ANSWER_MS,
    )
  } catch (cause) {
    throw new LinkError('network', 'WhatsApp did not confirm the log-out', { cause })
  }
}

// One live code per socket, and per account in this process: WhatsApp routes the phone's answer by number, so a second
// request makes whoever types the first code fail without a word (docs/protocol.md section 3).
import type { WASocket } from 'baileys'
import { LinkError } from '../errors.ts'

const sockets = new WeakSet<WASocket['ws']>()
const accounts = new Set<string>()

/**
 * Returns the way to give the claim back.
 * @throws LinkError code-outstanding
 */
export function claimCode({ ws }: WASocket, accountKey: string): () => void {
  if (sockets.has(ws)) throw new LinkError('code-outstanding', 'a code of this socket is live, or being asked for')
  if (accounts.has(accountKey))
    throw new LinkError('code-outstanding', 'a code for this number is live in this process')
  sockets.add(ws)
  accounts.add(accountKey)
  let given = false
  return () => {
    if (given) return
    given = true
    sockets.delete(ws)
    accounts.delete(accountKey)
  }
}

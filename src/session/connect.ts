// The public connect(): a session that is kept online, with Baileys' own lookup for a version that is refused.
import { checkedEndpoint, isWhatsApp } from '../wire/endpoint.ts'
import { lookUpWebVersion } from './baileys.ts'
import type { Connection, ConnectOptions } from './connection.ts'
import { keepOnline } from './keep-online.ts'

/**
 * Keeps one Baileys socket of a linked session online: reconnects with backoff, at once when WhatsApp asks for it, and
 * stops with a named reason when going on would be wrong. Adopts the socket of a link() in this process, so that nothing is
 * lost between the two.
 * @throws LinkError invalid-session · invalid-options; everything later is told by `stopped`
 */
export function connect(options: ConnectOptions): Connection {
  // Only WhatsApp itself hands out versions of WhatsApp Web.
  const lookUpVersion = isWhatsApp(checkedEndpoint(options?.endpoint)) ? lookUpWebVersion : undefined
  return keepOnline(options, { random: Math.random, lookUpVersion })
}

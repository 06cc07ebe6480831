// One question to WhatsApp on a Baileys socket, and its answer as it came. Baileys' own query() throws refusals away but
// for their text, and waits for ever when its socket ends by itself.
import type { BinaryNode, WASocket } from 'baileys'
import { LinkError } from '../errors.ts'
import { deferred } from '../lib/deferred.ts'
import { answersIq } from '../linking/iq.ts'
import { type Node, S_WHATSAPP_NET } from '../wire/nodes.ts'

/** `iq` carries its `id`. Rejects with LinkError network when it cannot be sent. Waits for ever: the caller has limits. */
export async function ask({ ws, sendNode }: WASocket, iq: Node, interrupted: Promise<never>): Promise<Node> {
  const { id } = iq.attrs
  const { promise, resolve } = deferred<Node>()
  const answered = (stanza: Node): void => {
    if (answersIq(fromServer(stanza), id)) resolve(stanza)
  }
  const event = `TAG:${id}`
  ws.on(event, answered)
  try {
    // Baileys' type has no readonly; it changes nothing of it.
    const sent = sendNode(iq as BinaryNode).catch((cause: unknown): never => {
      throw new LinkError('network', 'the request could not be sent to WhatsApp', { cause })
    })
    return await Promise.race([sent.then(() => promise), interrupted])
  } finally {
    ws.off(event, answered)
  }
}

/** Baileys reads the server's JID, which has no user, as `@s.whatsapp.net`. */
function fromServer({ attrs, ...rest }: Node): Node {
  return { ...rest, attrs: attrs.from === `@${S_WHATSAPP_NET}` ? { ...attrs, from: S_WHATSAPP_NET } : attrs }
}

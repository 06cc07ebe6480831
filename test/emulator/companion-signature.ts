// The companion's last step, made with Baileys' own code.
import { configureSuccessfulPairing } from 'baileys'
import { childOf, type Node, node } from '../../src/wire/nodes.ts'
import type { RawCompanion } from './raw-companion.ts'

export const isPairSuccess = (stanza: Node): boolean => childOf(stanza, 'pair-success') !== undefined

/** The answer that Baileys gives to pair-success; throws when the HMAC is not under this secret. */
export function sign(raw: RawCompanion, success: Node, advSecret: Uint8Array): void {
  const creds = { ...raw.creds, advSecretKey: Buffer.from(advSecret).toString('base64') }
  const { reply } = configureSuccessfulPairing(success as never, creds)
  raw.send(node('iq', { ...(reply.attrs as Record<string, string>), to: 's.whatsapp.net' }, reply.content as never))
}

// Pure. Stage 2: our half of the agreement goes to the phone (docs/protocol.md section 4, step 5).
import { type Node, node, S_WHATSAPP_NET } from '../wire/nodes.ts'

export interface CompanionFinish {
  readonly id: string
  readonly digits: string
  /** 156 bytes. */
  readonly wrappedBundle: Uint8Array
  /** Our identity public key, 32 bytes. */
  readonly identity: Uint8Array
  readonly ref: Uint8Array
}

export function buildCompanionFinish(finish: CompanionFinish): Node {
  const child = node(
    'link_code_companion_reg',
    { jid: `${finish.digits}@${S_WHATSAPP_NET}`, stage: 'companion_finish' },
    [
      node('link_code_pairing_wrapped_key_bundle', {}, finish.wrappedBundle),
      node('companion_identity_public', {}, finish.identity),
      node('link_code_pairing_ref', {}, finish.ref),
    ],
  )
  return node('iq', { to: S_WHATSAPP_NET, type: 'set', id: finish.id, xmlns: 'md' }, [child])
}

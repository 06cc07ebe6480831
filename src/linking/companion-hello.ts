// Pure. Stage 1: asking WhatsApp to accept a code (docs/protocol.md section 3).
import { bytesOf, childOf, type Node, node, S_WHATSAPP_NET } from '../wire/nodes.ts'
import { type IqError, readIqAnswer } from './iq.ts'

export interface CompanionHello {
  readonly id: string
  /** Digits with the country code; a `+` would make a JID that no phone owns. */
  readonly digits: string
  /** Ask WhatsApp to notify the phone. */
  readonly notify: boolean
  /** 80 bytes. */
  readonly wrappedEphemeral: Uint8Array
  /** The Noise static public key, 32 bytes. */
  readonly noisePublicKey: Uint8Array
  readonly companionPlatformId: string
  readonly display: string
}

/** One zero byte. Baileys sends the character "0"; whatsmeow, whatsapp-rust and zapo agree on the byte. */
const NONCE = Uint8Array.of(0)

export function buildCompanionHello(hello: CompanionHello): Node {
  const child = node(
    'link_code_companion_reg',
    {
      jid: `${hello.digits}@${S_WHATSAPP_NET}`,
      stage: 'companion_hello',
      should_show_push_notification: String(hello.notify),
    },
    [
      node('link_code_pairing_wrapped_companion_ephemeral_pub', {}, hello.wrappedEphemeral),
      node('companion_server_auth_key_pub', {}, hello.noisePublicKey),
      node('companion_platform_id', {}, hello.companionPlatformId),
      node('companion_platform_display', {}, hello.display),
      node('link_code_pairing_nonce', {}, NONCE),
    ],
  )
  return node('iq', { to: S_WHATSAPP_NET, type: 'set', id: hello.id, xmlns: 'md' }, [child])
}

export type HelloAnswer =
  | { readonly kind: 'accepted'; readonly ref: Uint8Array }
  | { readonly kind: 'no-ref' }
  | { readonly kind: 'refused'; readonly error: IqError }

/** Bytes. Those seen have less than 100; every phone's answer carries it, and so does ours. */
const MAX_REF_BYTES = 1024

export function readHelloAnswer(stanza: Node): HelloAnswer {
  const answer = readIqAnswer(stanza)
  if (answer.kind === 'error') return { kind: 'refused', error: answer.error }
  const ref = bytesOf(childOf(childOf(stanza, 'link_code_companion_reg'), 'link_code_pairing_ref'))
  return ref === undefined || ref.length === 0 || ref.length > MAX_REF_BYTES
    ? { kind: 'no-ref' }
    : { kind: 'accepted', ref }
}

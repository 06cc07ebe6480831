// Pure. Acks, and what a notification on a registration connection means (docs/protocol.md sections 1, 4, 5, 6).
import { bytesOf, childOf, type Node, node, S_WHATSAPP_NET } from '../wire/nodes.ts'
import { optionsTextOf, type PrimaryHalf, readContinuation } from './passkey/stanzas.ts'

/** Owed for every notification, also unknown and ignored ones: a missing or wrong one ends in a stream error. */
export function buildAck({ attrs }: Node): Node {
  return node('ack', {
    class: 'notification',
    ...present('id', attrs.id),
    ...present('to', attrs.from),
    ...present('type', attrs.type),
    ...present('participant', attrs.participant),
    ...present('recipient', attrs.recipient),
  })
}

export interface PrimaryHello {
  readonly ref: Uint8Array
  /** salt ‖ iv ‖ encrypted ephemeral key of the phone: 80 bytes. */
  readonly wrappedEphemeral: Uint8Array
  /** 32 bytes. */
  readonly identity: Uint8Array
}

export type Notification =
  /** The phone answered: its person typed a code. */
  | { readonly kind: 'primary-hello'; readonly hello: PrimaryHello }
  /** WhatsApp says that the code of this ref is dead. */
  | { readonly kind: 'refresh-code'; readonly ref: Uint8Array; readonly manual: boolean }
  /** A new adv secret is asked for; typically after a scan. */
  | { readonly kind: 'refresh-registration' }
  /** The account wants a passkey. `options`: JSON text; undefined when the notification carried none. */
  | { readonly kind: 'passkey-request'; readonly options: string | undefined }
  /** The phone's half of the passkey ceremony; undefined when it cannot be used. */
  | { readonly kind: 'passkey-continuation'; readonly half: PrimaryHalf | undefined }
  /**
   * Nothing to do. One without keys or without any child is normal: it comes when the person opens Linked devices, and
   * around the passkey step (whatsmeow #1188, #1233).
   */
  | { readonly kind: 'other' }

const WRAPPED_BYTES = 80
const KEY_BYTES = 32
const OTHER: Notification = { kind: 'other' }

export function readNotification(stanza: Node): Notification {
  if (stanza.attrs.type === 'link_code_companion_reg') return readLinkCode(childOf(stanza, 'link_code_companion_reg'))
  if (stanza.attrs.type === 'companion_reg_refresh') {
    const asks = childOf(stanza, 'companion_reg_refresh') ?? childOf(stanza, 'pair-device-rotate-qr')
    return asks === undefined ? OTHER : { kind: 'refresh-registration' }
  }
  // Both move the ceremony, so both are taken from the server alone.
  if (stanza.attrs.from !== S_WHATSAPP_NET) return OTHER
  if (stanza.attrs.type === 'passkey_prologue_request')
    return { kind: 'passkey-request', options: optionsTextOf(stanza) }
  if (stanza.attrs.type === 'crsc_continuation') return { kind: 'passkey-continuation', half: readContinuation(stanza) }
  return OTHER
}

function readLinkCode(child: Node | undefined): Notification {
  const ref = bytesOf(childOf(child, 'link_code_pairing_ref'))
  if (child?.attrs.stage === 'refresh_code' && ref !== undefined)
    return { kind: 'refresh-code', ref, manual: child.attrs.force_manual_refresh === 'true' }
  if (child?.attrs.stage !== 'primary_hello' || ref === undefined) return OTHER
  const wrappedEphemeral = bytesOf(childOf(child, 'link_code_pairing_wrapped_primary_ephemeral_pub'))
  const identity = bytesOf(childOf(child, 'primary_identity_pub'))
  if (wrappedEphemeral?.length !== WRAPPED_BYTES || identity?.length !== KEY_BYTES) return OTHER
  return { kind: 'primary-hello', hello: { ref, wrappedEphemeral, identity } }
}

function present<Name extends string>(name: Name, value: string | undefined): { readonly [K in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: string }
}

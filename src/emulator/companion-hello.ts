// Pure. What the server accepts as a request for a pairing code (docs/protocol.md section 3), and how it refuses.
import { bytesOf, childOf, type Node, S_WHATSAPP_NET, textOf } from '../wire/nodes.ts'
import { WRAPPED_KEY_BYTES } from './primary.ts'

export interface CompanionHello {
  readonly digits: string
  readonly wrappedEphemeral: Uint8Array
  /** The companion's Noise static public key, as it says. */
  readonly noiseKey: Uint8Array
  /** 'Chrome (Windows)'. */
  readonly display: string
  /** Whether the phone is to be notified. */
  readonly push: boolean
}

/** Measured as accepted; any brand word in the place of the browser is refused. */
const DISPLAY = /^(?:Chrome|Edge|Firefox|IE|Opera|Safari) \((?:Windows|Mac OS|Linux|Ubuntu)\)$/
/** One character: Chrome 1 … other 9. 0 is refused, and letters (native apps) need attestation. */
const PLATFORM_ID = /^[1-9]$/
/** Digits only, at least 7, no leading 0. */
const JID = new RegExp(`^([1-9]\\d{6,14})@${S_WHATSAPP_NET.replaceAll('.', '\\.')}$`)

/** Undefined: the server refuses it with 400. */
export function readCompanionHello(request: Node): CompanionHello | undefined {
  const digits = JID.exec(request.attrs['jid'] ?? '')?.[1]
  const wrappedEphemeral = bytesOf(childOf(request, 'link_code_pairing_wrapped_companion_ephemeral_pub'))
  const noiseKey = bytesOf(childOf(request, 'companion_server_auth_key_pub'))
  const platformId = textOf(childOf(request, 'companion_platform_id')) ?? ''
  const display = textOf(childOf(request, 'companion_platform_display')) ?? ''
  if (digits === undefined || wrappedEphemeral?.length !== WRAPPED_KEY_BYTES || noiseKey?.length !== 32)
    return undefined
  if (!PLATFORM_ID.test(platformId) || !DISPLAY.test(display)) return undefined
  if (!isNonce(bytesOf(childOf(request, 'link_code_pairing_nonce')))) return undefined
  return {
    digits,
    wrappedEphemeral,
    noiseKey,
    display,
    push: request.attrs['should_show_push_notification'] === 'true',
  }
}

/** One byte: 0x00, or the character "0", which Baileys sends. */
function isNonce(bytes: Uint8Array | undefined): boolean {
  return bytes?.length === 1 && (bytes[0] === 0 || bytes[0] === 0x30)
}

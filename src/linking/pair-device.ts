// Pure. The QR refs that open every registration connection (docs/protocol.md section 2).
import { childOf, childrenOf, type Node, node, S_WHATSAPP_NET, textOf } from '../wire/nodes.ts'

/** WhatsApp sends six of about a hundred characters. A longer text is no picture that a camera reads, more refs outlive any attempt. */
const MAX_REFS = 16
const MAX_REF_CHARACTERS = 1024

/** The refs, in the order in which they are shown; undefined for every other stanza. */
export function readPairDevice({ tag, attrs, content }: Node): readonly string[] | undefined {
  if (tag !== 'iq' || attrs.type !== 'set' || attrs.from !== S_WHATSAPP_NET) return undefined
  const pairDevice = childOf({ tag, attrs, ...(content && { content }) }, 'pair-device')
  if (pairDevice === undefined) return undefined
  const refs = childrenOf(pairDevice).flatMap((child) => (child.tag === 'ref' ? [textOf(child) ?? []].flat() : []))
  return refs.filter((ref) => ref.length <= MAX_REF_CHARACTERS).slice(0, MAX_REFS)
}

export function buildPairDeviceAnswer({ attrs }: Node): Node {
  return node('iq', { to: S_WHATSAPP_NET, type: 'result', ...(attrs.id === undefined ? {} : { id: attrs.id }) })
}

/** ms: the first of six refs lives a minute, every other 20 s; 160 s together. */
const FIRST_REF_MS = 60_000
const REF_MS = 20_000
const FULL_LIST = 6

export function refLifetimeMs(index: number, count: number): number {
  return index === 0 && count === FULL_LIST ? FIRST_REF_MS : REF_MS
}

export interface QrParts {
  readonly ref: string
  readonly noisePublicKey: Uint8Array
  readonly identityPublicKey: Uint8Array
  readonly advSecret: Uint8Array
  readonly companionPlatformId: string
}

/** What a phone scans. Made at the moment it is shown, with the adv secret of that moment. */
export function qrText(parts: QrParts): string {
  const keys = [parts.noisePublicKey, parts.identityPublicKey, parts.advSecret].map((key) =>
    Buffer.from(key).toString('base64'),
  )
  return `https://wa.me/settings/linked_devices#${[parts.ref, ...keys, parts.companionPlatformId].join(',')}`
}

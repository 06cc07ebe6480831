// Pure. The account's word that we are its device, verified (docs/protocol.md section 7). Baileys rc14's own check says true
// to any 64 bytes (measured); this one does not.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { verify } from '../wire/bridge.ts'
import {
  decodeDeviceIdentity,
  decodeSignedIdentity,
  decodeSignedIdentityHmac,
  encodeSignedIdentity,
  HOSTED,
  type SignedIdentity,
} from '../wire/messages.ts'
import { bytesOf, childOf, type Node, node, S_WHATSAPP_NET } from '../wire/nodes.ts'

const HOSTED_PREFIX = Uint8Array.of(6, 5)
const ACCOUNT_PREFIX = Uint8Array.of(6, 0)
/** Also for hosted accounts. */
const DEVICE_PREFIX = Uint8Array.of(6, 1)
const NO_PREFIX = new Uint8Array(0)
/** Bytes. */
const MAX_IDENTITY = 500

export interface PairedAccount {
  readonly jid: string
  readonly lid: string | undefined
  readonly platform: string | undefined
  readonly businessName: string | undefined
  readonly keyIndex: number
  readonly identity: SignedIdentity
  /** What our device signature is made over. */
  readonly signedByUs: Uint8Array
}

export type PairSuccess =
  | { readonly kind: 'proven'; readonly id: string; readonly account: PairedAccount }
  /** The HMAC or the account signature is wrong. */
  | { readonly kind: 'forged'; readonly id: string }
  /** A part is missing or cannot be read. */
  | { readonly kind: 'malformed'; readonly id: string; readonly why: string }

/** Undefined for every stanza that is not a `pair-success` from WhatsApp with an id. */
export function readPairSuccess(
  stanza: Node,
  ours: { readonly advSecret: Uint8Array; readonly identityPublicKey: Uint8Array },
): PairSuccess | undefined {
  const success = stanza.tag === 'iq' ? childOf(stanza, 'pair-success') : undefined
  const id = stanza.attrs.id
  if (success === undefined || stanza.attrs.from !== S_WHATSAPP_NET || id === undefined) return undefined
  try {
    const account = readAccount(success, ours)
    return account === undefined ? { kind: 'forged', id } : { kind: 'proven', id, account }
  } catch (error) {
    return { kind: 'malformed', id, why: error instanceof Error ? error.message : 'unreadable' }
  }
}

/** Undefined when a proof is wrong. Throws a RangeError when something is missing. */
function readAccount(
  success: Node,
  ours: { readonly advSecret: Uint8Array; readonly identityPublicKey: Uint8Array },
): PairedAccount | undefined {
  const wrapped = bytesOf(childOf(success, 'device-identity'))
  const device = childOf(success, 'device')?.attrs
  if (wrapped === undefined || wrapped.length === 0 || wrapped.length > MAX_IDENTITY)
    throw new RangeError(`device-identity must have 1 to ${MAX_IDENTITY} bytes`)
  if (device?.jid === undefined || !/^\d+(:\d+)?@/.test(device.jid)) throw new RangeError('device has no jid')

  const sealed = decodeSignedIdentityHmac(wrapped)
  const hmacPrefix = sealed.accountType === HOSTED ? HOSTED_PREFIX : NO_PREFIX
  const hmac = createHmac('sha256', ours.advSecret).update(hmacPrefix).update(sealed.details).digest()
  if (sealed.hmac.length !== hmac.length || !timingSafeEqual(sealed.hmac, hmac)) return undefined

  const identity = decodeSignedIdentity(sealed.details)
  const inner = decodeDeviceIdentity(identity.details)
  const accountPrefix = inner.deviceType === HOSTED ? HOSTED_PREFIX : ACCOUNT_PREFIX
  const signedByAccount = Buffer.concat([accountPrefix, identity.details, ours.identityPublicKey])
  if (!verify(identity.accountSignatureKey, signedByAccount, identity.accountSignature)) return undefined

  return {
    jid: device.jid,
    lid: device.lid,
    platform: childOf(success, 'platform')?.attrs.name,
    businessName: childOf(success, 'biz')?.attrs.name,
    keyIndex: inner.keyIndex,
    identity,
    signedByUs: Buffer.concat([DEVICE_PREFIX, identity.details, ours.identityPublicKey, identity.accountSignatureKey]),
  }
}

/** Our last word: the phone adds the device only when it gets this. */
export function buildPairDeviceSign(id: string, account: PairedAccount, deviceSignature: Uint8Array): Node {
  const { details, accountSignature } = account.identity
  const identity = encodeSignedIdentity({ details, accountSignature, deviceSignature })
  const deviceIdentity = node('device-identity', { 'key-index': String(account.keyIndex) }, identity)
  return node('iq', { to: S_WHATSAPP_NET, type: 'result', id }, [node('pair-device-sign', {}, [deviceIdentity])])
}

export function buildPairRefusal(id: string, why: 'forged' | 'failed'): Node {
  const error = why === 'forged' ? { code: '401', text: 'not-authorized' } : { code: '500', text: 'internal-error' }
  return node('iq', { type: 'error', to: S_WHATSAPP_NET, id }, [node('error', error)])
}

// The account's word for a new device, with Baileys' schema and node:crypto (docs/protocol.md section 7), and every way in
// which it can be wrong.
import { createHmac } from 'node:crypto'
import { proto } from 'baileys/WAProto/index.js'
import { sign } from '../../src/wire/bridge.ts'
import { type Node, node } from '../../src/wire/nodes.ts'
import { keyPairFrom } from './keys.ts'

export const ACCOUNT_KEY = keyPairFrom('account identity')
export const JID = '12025550123:7@s.whatsapp.net'
export const LID = '204050607080901:7@lid'

const HOSTED = proto.ADVEncryptionType.HOSTED
const E2EE = proto.ADVEncryptionType.E2EE

export interface Word {
  readonly advSecret: Uint8Array
  readonly companionIdentity: Uint8Array
  /** In the outer message: decides the prefix of the HMAC. */
  readonly hostedAccount?: boolean
  /** In the inner message: decides the prefix of the account signature. */
  readonly hostedDevice?: boolean
  readonly keyIndex?: number | undefined
  readonly hmacPrefix?: Uint8Array
  readonly accountPrefix?: Uint8Array
  /** Changes to what has been signed and sealed correctly. */
  readonly hmac?: (bytes: Uint8Array) => Uint8Array
  readonly signature?: (bytes: Uint8Array) => Uint8Array
  readonly innerDetails?: (bytes: Uint8Array) => Uint8Array
  readonly accountKey?: Uint8Array
  readonly omit?: 'outer details' | 'outer hmac' | 'details' | 'accountSignatureKey' | 'accountSignature'
}

const same = (bytes: Uint8Array): Uint8Array => bytes

/** The content of `device-identity`. */
export function deviceIdentity(word: Word): Uint8Array {
  const inner = proto.ADVDeviceIdentity.encode({
    rawId: 771,
    timestamp: 1_780_000_000,
    ...('keyIndex' in word && word.keyIndex === undefined ? {} : { keyIndex: word.keyIndex ?? 4 }),
    accountType: word.hostedAccount === true ? HOSTED : E2EE,
    deviceType: word.hostedDevice === true ? HOSTED : E2EE,
  }).finish()
  const accountPrefix = word.accountPrefix ?? (word.hostedDevice === true ? Buffer.from([6, 5]) : Buffer.from([6, 0]))
  const signature = sign(ACCOUNT_KEY.private, Buffer.concat([accountPrefix, inner, word.companionIdentity]))
  const details = proto.ADVSignedDeviceIdentity.encode({
    ...(word.omit === 'details' ? {} : { details: (word.innerDetails ?? same)(inner) }),
    ...(word.omit === 'accountSignatureKey' ? {} : { accountSignatureKey: word.accountKey ?? ACCOUNT_KEY.public }),
    ...(word.omit === 'accountSignature' ? {} : { accountSignature: (word.signature ?? same)(signature) }),
  }).finish()
  return sealedIdentity(word, details)
}

/** Any bytes under a correct HMAC. */
export function sealedIdentity(word: Word, details: Uint8Array): Uint8Array {
  const hmacPrefix = word.hmacPrefix ?? (word.hostedAccount === true ? Buffer.from([6, 5]) : Buffer.alloc(0))
  const hmac = createHmac('sha256', word.advSecret).update(hmacPrefix).update(details).digest()
  return proto.ADVSignedDeviceIdentityHMAC.encode({
    ...(word.omit === 'outer details' ? {} : { details }),
    ...(word.omit === 'outer hmac' ? {} : { hmac: (word.hmac ?? same)(hmac) }),
    ...(word.hostedAccount === true ? { accountType: HOSTED } : {}),
  }).finish()
}

export interface Stanza {
  readonly id?: string | undefined
  readonly from?: string | undefined
  readonly content?: Uint8Array | string
  readonly device?: Readonly<Record<string, string>>
  readonly without?: 'device-identity' | 'device' | 'platform'
  readonly extra?: readonly Node[]
  readonly order?: (children: readonly Node[]) => readonly Node[]
}

export function pairSuccess(word: Word, stanza: Stanza = {}): Node {
  const children = [
    node('device-identity', {}, stanza.content ?? deviceIdentity(word)),
    node('device', stanza.device ?? { jid: JID, lid: LID }),
    node('platform', { name: 'android' }),
    ...(stanza.extra ?? []),
  ].filter((child) => child.tag !== stanza.without)
  const id = 'id' in stanza ? stanza.id : 'pair-1'
  const from = 'from' in stanza ? stanza.from : 's.whatsapp.net'
  const attrs = {
    type: 'set',
    ...(id === undefined ? {} : { id }),
    ...(from === undefined ? {} : { from }),
    t: '1780000000',
  }
  return node('iq', attrs, [node('pair-success', {}, (stanza.order ?? inOrder)(children))])
}

const inOrder = (children: readonly Node[]): readonly Node[] => children

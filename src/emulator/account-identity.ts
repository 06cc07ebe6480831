// The account's signed word for a device ("ADV", docs/protocol.md section 7), as the phone makes and checks it.
import { createHmac } from 'node:crypto'
import { type KeyPair, sign, verify } from '../wire/bridge.ts'
import { bytesField, decodeMessage, encodeMessage } from '../wire/protobuf.ts'
import { flipped } from './certificate.ts'
import { sameBytes } from './client-payload.ts'

const ACCOUNT_PREFIX = Uint8Array.of(6, 0)
const HOSTED_PREFIX = Uint8Array.of(6, 5)
const HOSTED = 1
const DEVICE_PREFIX = Uint8Array.of(6, 1)
const KEY_INDEX_PREFIX = Uint8Array.of(6, 2)

export interface IssuedIdentity {
  /** The ADVDeviceIdentity that both sides sign. */
  readonly details: Uint8Array
  readonly accountSignature: Uint8Array
  /** For `pair-success`: an ADVSignedDeviceIdentityHMAC under the adv secret. */
  readonly sealed: Uint8Array
}

export function issueIdentity(options: {
  readonly account: KeyPair
  readonly rawId: number
  readonly keyIndex: number
  /** ms since the epoch. */
  readonly now: number
  readonly deviceIdentity: Uint8Array
  readonly advSecret: Uint8Array
  /** Account and device are of the hosted kind: other prefixes, and both types say so. */
  readonly hosted?: boolean
  /** The one thing that is wrong, for tests of those who check it. */
  readonly wrong?: 'hmac' | 'signature' | undefined
}): IssuedIdentity {
  const { account, hosted = false } = options
  const type = hosted ? HOSTED : undefined
  const details = encodeMessage([
    [1, options.rawId],
    [2, Math.floor(options.now / 1000)],
    [3, options.keyIndex],
    [4, type],
    [5, type],
  ])
  const prefix = hosted ? HOSTED_PREFIX : ACCOUNT_PREFIX
  const signature = sign(account.private, Buffer.concat([prefix, details, options.deviceIdentity]))
  const accountSignature = options.wrong === 'signature' ? flipped(signature) : signature
  const signed = encodeMessage([
    [1, details],
    [2, account.public],
    [3, accountSignature],
  ])
  const hmac = createHmac('sha256', options.advSecret)
    .update(hosted ? HOSTED_PREFIX : new Uint8Array(0))
    .update(signed)
    .digest()
  const sealed = encodeMessage([
    [1, signed],
    [2, options.wrong === 'hmac' ? flipped(hmac) : hmac],
    [3, type],
  ])
  return { details, accountSignature, sealed }
}

/**
 * Whether a `pair-device-sign` is right: our details and signature unchanged, no account key, and the device's
 * signature.
 */
export function deviceSigned(
  bytes: Uint8Array,
  issued: IssuedIdentity,
  keys: { readonly account: Uint8Array; readonly device: Uint8Array },
): boolean {
  const fields = readMessage(bytes)
  const deviceSignature = bytesField(fields, 4)
  if (fields.has(2) || deviceSignature === undefined) return false
  if (!sameBytes(bytesField(fields, 1), issued.details)) return false
  if (!sameBytes(bytesField(fields, 3), issued.accountSignature)) return false
  return verify(keys.device, Buffer.concat([DEVICE_PREFIX, issued.details, keys.device, keys.account]), deviceSignature)
}

/**
 * Whether the `device-identity` beside a message that opens a session is the account's word for this device:
 * both signatures, under the keys that are known.
 */
export function vouchedFor(
  bytes: Uint8Array,
  keys: { readonly account: Uint8Array; readonly device: Uint8Array; readonly hosted?: boolean },
): boolean {
  const fields = readMessage(bytes)
  const prefix = keys.hosted === true ? HOSTED_PREFIX : ACCOUNT_PREFIX
  const details = bytesField(fields, 1)
  const accountSignature = bytesField(fields, 3)
  const deviceSignature = bytesField(fields, 4)
  if (details === undefined || accountSignature === undefined || deviceSignature === undefined) return false
  if (!sameBytes(bytesField(fields, 2), keys.account)) return false
  return (
    verify(keys.account, Buffer.concat([prefix, details, keys.device]), accountSignature) &&
    verify(keys.device, Buffer.concat([DEVICE_PREFIX, details, keys.device, keys.account]), deviceSignature)
  )
}

/** The signed list of the key indexes that are linked now (ADVSignedKeyIndexList), as device lists carry it. */
export function signKeyIndexes(options: {
  readonly account: KeyPair
  readonly rawId: number
  readonly now: number
  readonly indexes: readonly number[]
}): Uint8Array {
  const details = encodeMessage([
    [1, options.rawId],
    [2, Math.floor(options.now / 1000)],
    [3, Math.max(0, ...options.indexes)],
    [4, packed([0, ...options.indexes])],
  ])
  return encodeMessage([
    [1, details],
    [2, sign(options.account.private, Buffer.concat([KEY_INDEX_PREFIX, details]))],
  ])
}

/** Key indexes stay under 2^14 here, so a varint has one or two bytes. */
function packed(numbers: readonly number[]): Uint8Array {
  return Uint8Array.from(numbers.flatMap((one) => (one < 0x80 ? [one] : [(one & 0x7f) | 0x80, one >>> 7])))
}

function readMessage(bytes: Uint8Array): ReturnType<typeof decodeMessage> {
  try {
    return decodeMessage(bytes)
  } catch {
    return new Map()
  }
}

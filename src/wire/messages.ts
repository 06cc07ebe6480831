// Pure. The protobuf messages that linking reads and writes, by the field numbers of WhatsApp's schema
// (docs/protocol.md sections 1 and 7). Fields go out in ascending order, as every protobuf library writes them.
import { bytesField, decodeMessage, encodeMessage, numberField } from './protobuf.ts'

// ---- handshake -------------------------------------------------------------------------------

export function encodeClientHello(ephemeral: Uint8Array): Uint8Array {
  return encodeMessage([[2, encodeMessage([[1, ephemeral]])]])
}

export function encodeClientFinish(finish: { readonly static: Uint8Array; readonly payload: Uint8Array }): Uint8Array {
  return encodeMessage([
    [
      4,
      encodeMessage([
        [1, finish.static],
        [2, finish.payload],
      ]),
    ],
  ])
}

export interface ServerHello {
  readonly ephemeral: Uint8Array
  readonly static: Uint8Array
  readonly payload: Uint8Array
}

/** Throws a RangeError when a part is missing. */
export function decodeServerHello(bytes: Uint8Array): ServerHello {
  const hello = bytesField(decodeMessage(bytes), 3)
  const fields = decodeMessage(hello ?? new Uint8Array(0))
  return {
    ephemeral: required(bytesField(fields, 1), 'ephemeral'),
    static: required(bytesField(fields, 2), 'static'),
    payload: required(bytesField(fields, 3), 'payload'),
  }
}

/** The two certificates of a server, as far as they are there. Details stay raw: the signature is over these bytes. */
export interface CertificateChain {
  readonly leaf: Certificate
  readonly intermediate: Certificate
}

export interface Certificate {
  readonly details: Uint8Array | undefined
  readonly signature: Uint8Array | undefined
}

export function decodeCertificateChain(bytes: Uint8Array): CertificateChain {
  const chain = decodeMessage(bytes)
  return { leaf: certificate(bytesField(chain, 1)), intermediate: certificate(bytesField(chain, 2)) }
}

function certificate(bytes: Uint8Array | undefined): Certificate {
  const fields = decodeMessage(bytes ?? new Uint8Array(0))
  return { details: bytesField(fields, 1), signature: bytesField(fields, 2) }
}

/** `notBefore` and `notAfter` are seconds. An absent number counts as 0, as proto2 defaults do. */
export interface CertificateDetails {
  readonly serial: number
  readonly issuerSerial: number
  readonly key: Uint8Array
  readonly notBefore: number
  readonly notAfter: number
}

export function decodeCertificateDetails(bytes: Uint8Array): CertificateDetails {
  const fields = decodeMessage(bytes)
  return {
    serial: numberField(fields, 1) ?? 0,
    issuerSerial: numberField(fields, 2) ?? 0,
    key: bytesField(fields, 3) ?? new Uint8Array(0),
    notBefore: numberField(fields, 4) ?? 0,
    notAfter: numberField(fields, 5) ?? 0,
  }
}

// ---- client payload --------------------------------------------------------------------------

export type Version = readonly [primary: number, secondary: number, tertiary: number]

const WIFI_UNKNOWN = 1
const USER_ACTIVATED = 1
const PLATFORM_WEB = 14
const CHANNEL_RELEASE = 0
const WEB_BROWSER = 0

export interface RegistrationPayload {
  readonly version: Version
  /** ISO 3166 alpha-2. */
  readonly country: string
  readonly registrationId: Uint8Array
  readonly identity: Uint8Array
  readonly signedPreKeyId: Uint8Array
  readonly signedPreKey: Uint8Array
  readonly signedPreKeySignature: Uint8Array
  /** MD5 of the dotted version. */
  readonly buildHash: Uint8Array
  readonly deviceProps: Uint8Array
}

/** The payload of an unlinked companion: no username, no phone id, neither passive nor pull. */
export function encodeRegistrationPayload(payload: RegistrationPayload): Uint8Array {
  return encodeMessage([
    [3, false],
    [5, encodeUserAgent(payload.version, payload.country)],
    [6, encodeMessage([[4, WEB_BROWSER]])],
    [12, WIFI_UNKNOWN],
    [13, USER_ACTIVATED],
    [
      19,
      encodeMessage([
        [1, payload.registrationId],
        [2, Uint8Array.of(5)],
        [3, payload.identity],
        [4, payload.signedPreKeyId],
        [5, payload.signedPreKey],
        [6, payload.signedPreKeySignature],
        [7, payload.buildHash],
        [8, payload.deviceProps],
      ]),
    ],
    [33, false],
  ])
}

function encodeUserAgent([primary, secondary, tertiary]: Version, country: string): Uint8Array {
  return encodeMessage([
    [1, PLATFORM_WEB],
    [2, encodeVersion(primary, secondary, tertiary)],
    [3, '000'],
    [4, '000'],
    [5, '0.1'],
    [7, 'Desktop'],
    [8, '0.1'],
    [10, CHANNEL_RELEASE],
    [11, 'en'],
    [12, country],
  ])
}

function encodeVersion(primary: number, secondary: number, tertiary: number): Uint8Array {
  return encodeMessage([
    [1, primary],
    [2, secondary],
    [3, tertiary],
  ])
}

export interface DeviceProps {
  /** The name shown in Linked devices. */
  readonly os: string
  /** `DeviceProps.PlatformType`; picks the icon. Not the companion platform id. */
  readonly platformType: number
  readonly requireFullSync: boolean
}

/** The same history-sync abilities that Baileys declares, since a Baileys socket is what will receive the history. */
export function encodeDeviceProps(props: DeviceProps): Uint8Array {
  return encodeMessage([
    [1, props.os],
    [2, encodeVersion(10, 15, 7)],
    [3, props.platformType],
    [4, props.requireFullSync],
    [
      5,
      encodeMessage([
        [3, 10240],
        [4, true],
        [6, false],
        [7, true],
        [8, true],
        [9, true],
        [10, true],
        [11, true],
        [12, true],
        [14, true],
        [15, false],
      ]),
    ],
  ])
}

// ---- the account's signed word for a device ("ADV") ------------------------------------------

/** `ADVEncryptionType`: the account's messages are handled by a provider. */
export const HOSTED = 1

export interface SignedIdentityHmac {
  readonly details: Uint8Array
  readonly hmac: Uint8Array
  readonly accountType: number
}

export function decodeSignedIdentityHmac(bytes: Uint8Array): SignedIdentityHmac {
  const fields = decodeMessage(bytes)
  return {
    details: required(bytesField(fields, 1), 'details'),
    hmac: required(bytesField(fields, 2), 'hmac'),
    accountType: numberField(fields, 3) ?? 0,
  }
}

export interface SignedIdentity {
  readonly details: Uint8Array
  readonly accountSignatureKey: Uint8Array
  readonly accountSignature: Uint8Array
}

export function decodeSignedIdentity(bytes: Uint8Array): SignedIdentity {
  const fields = decodeMessage(bytes)
  return {
    details: required(bytesField(fields, 1), 'details'),
    accountSignatureKey: required(bytesField(fields, 2), 'accountSignatureKey', 32),
    accountSignature: required(bytesField(fields, 3), 'accountSignature', 64),
  }
}

/** As it goes into `pair-device-sign`: without the account's key, which the phone knows. */
export function encodeSignedIdentity(identity: {
  readonly details: Uint8Array
  readonly accountSignature: Uint8Array
  readonly deviceSignature: Uint8Array
}): Uint8Array {
  return encodeMessage([
    [1, identity.details],
    [3, identity.accountSignature],
    [4, identity.deviceSignature],
  ])
}

export interface DeviceIdentity {
  readonly keyIndex: number
  readonly deviceType: number
}

/** Throws a RangeError when the key index is missing. */
export function decodeDeviceIdentity(bytes: Uint8Array): DeviceIdentity {
  const fields = decodeMessage(bytes)
  const keyIndex = numberField(fields, 3)
  if (keyIndex === undefined) throw new RangeError('keyIndex is missing')
  return { keyIndex, deviceType: numberField(fields, 5) ?? 0 }
}

function required(bytes: Uint8Array | undefined, name: string, length?: number): Uint8Array {
  if (bytes === undefined) throw new RangeError(`${name} is missing`)
  if (length !== undefined && bytes.length !== length) throw new RangeError(`${name} must be ${length} bytes`)
  return bytes
}

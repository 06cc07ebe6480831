// Pure. Who connects: the ClientPayload at the end of the handshake (field numbers of WhatsApp's schema).
import { createHash } from 'node:crypto'
import { verify, withKeyType } from '../wire/bridge.ts'
import { bytesField, decodeMessage, numberField, textField } from '../wire/protobuf.ts'

const USERNAME = 1
const PASSIVE = 3
const USER_AGENT = 5
const DEVICE = 18
const PAIRING_DATA = 19

export interface SignedPreKey {
  readonly id: number
  readonly value: Uint8Array
  readonly signature: Uint8Array
}

export interface RegistrationPayload {
  readonly kind: 'registration'
  readonly registrationId: number
  readonly identity: Uint8Array
  readonly signedPreKey: SignedPreKey
  /** Shown in Linked devices. */
  readonly name: string
  /** `DeviceProps.PlatformType`. */
  readonly platformType: number
}

export interface LoginPayload {
  readonly kind: 'login'
  /** Digits of the number. */
  readonly user: string
  readonly device: number
  readonly passive: boolean
}

/** `undefined` when it is neither a registration nor a login, or a part of it does not hold. */
export function readClientPayload(bytes: Uint8Array): RegistrationPayload | LoginPayload | undefined {
  try {
    const payload = decodeMessage(bytes)
    const username = numberField(payload, USERNAME)
    if (username !== undefined && username > 0)
      return {
        kind: 'login',
        user: String(username),
        device: numberField(payload, DEVICE) ?? 0,
        passive: numberField(payload, PASSIVE) === 1,
      }
    const pairing = bytesField(payload, PAIRING_DATA)
    return pairing === undefined ? undefined : readRegistration(pairing, bytesField(payload, USER_AGENT))
  } catch {
    return undefined
  }
}

function readRegistration(bytes: Uint8Array, userAgent: Uint8Array | undefined): RegistrationPayload | undefined {
  const data = decodeMessage(bytes)
  const [registrationId, keyType, identity, id, value, signature, buildHash, deviceProps] = [
    1, 2, 3, 4, 5, 6, 7, 8,
  ].map((number) => bytesField(data, number))
  if (registrationId?.length !== 4 || keyType?.length !== 1 || keyType[0] !== 5) return undefined
  if (identity?.length !== 32 || id?.length !== 3 || value?.length !== 32 || signature?.length !== 64) return undefined
  if (buildHash === undefined || deviceProps === undefined) return undefined
  if (!verify(identity, withKeyType(value), signature)) return undefined
  if (!sameBytes(buildHash, versionHash(userAgent))) return undefined
  const props = decodeMessage(deviceProps)
  return {
    kind: 'registration',
    registrationId: uint(registrationId),
    identity,
    signedPreKey: { id: uint(id), value, signature },
    name: textField(props, 1) ?? '',
    platformType: numberField(props, 3) ?? 0,
  }
}

/** The build hash is the MD5 of the dotted version that the user agent names. */
function versionHash(userAgent: Uint8Array | undefined): Uint8Array {
  const appVersion = bytesField(decodeMessage(userAgent ?? new Uint8Array(0)), 2)
  const version = decodeMessage(appVersion ?? new Uint8Array(0))
  const dotted = [1, 2, 3].map((number) => numberField(version, number) ?? 0).join('.')
  return createHash('md5').update(dotted).digest()
}

/** Big-endian. */
export function uint(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0)
}

export function uintBytes(value: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length)
  bytes.writeUIntBE(value, 0, length)
  return bytes
}

export function sameBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0
}

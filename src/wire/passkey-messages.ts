// Pure. The protobuf messages of the passkey ceremony, by the field numbers of WhatsApp's schema (docs/protocol.md section 6).
import { bytesField, decodeMessage, encodeMessage } from './protobuf.ts'

/** `deviceType` is the `DeviceProps.platformType` of the registration, never the companion platform id. */
export function encodeCompanionEphemeralIdentity(identity: {
  readonly publicKey: Uint8Array
  readonly deviceType: number
  readonly ref: string
}): Uint8Array {
  return encodeMessage([
    [1, identity.publicKey],
    [2, identity.deviceType],
    [3, identity.ref],
  ])
}

/** `identity` is a serialized CompanionEphemeralIdentity: the commitment is over these very bytes. */
export function encodeProloguePayload(payload: {
  readonly identity: Uint8Array
  readonly commitment: Uint8Array
}): Uint8Array {
  return encodeMessage([
    [1, payload.identity],
    [2, encodeMessage([[1, payload.commitment]])],
  ])
}

export interface PrimaryEphemeralIdentity {
  readonly publicKey: Uint8Array | undefined
  readonly nonce: Uint8Array | undefined
}

/** Throws a RangeError for what is not a message; lengths are the caller's to check. */
export function decodePrimaryEphemeralIdentity(bytes: Uint8Array): PrimaryEphemeralIdentity {
  const fields = decodeMessage(bytes)
  return { publicKey: bytesField(fields, 1), nonce: bytesField(fields, 2) }
}

export function encodePairingRequest(request: {
  readonly noisePublicKey: Uint8Array
  readonly identityPublicKey: Uint8Array
  readonly advSecret: Uint8Array
}): Uint8Array {
  return encodeMessage([
    [1, request.noisePublicKey],
    [2, request.identityPublicKey],
    [3, request.advSecret],
  ])
}

export function encodeEncryptedPairingRequest(request: {
  readonly encryptedPayload: Uint8Array
  readonly iv: Uint8Array
}): Uint8Array {
  return encodeMessage([
    [1, request.encryptedPayload],
    [2, request.iv],
  ])
}

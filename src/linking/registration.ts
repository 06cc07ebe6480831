// Pure. The client payload of a companion that has no account yet (docs/protocol.md section 1.4).
import { createHash } from 'node:crypto'
import { encodeDeviceProps, encodeRegistrationPayload, type Version } from '../wire/messages.ts'
import type { Device } from './device.ts'
import type { CompanionIdentity } from './identity.ts'

export interface RegistrationOptions {
  readonly identity: CompanionIdentity
  readonly device: Device
  readonly version: Version
  /** ISO 3166 alpha-2. */
  readonly country: string
  /** Ask the phone for the whole history. */
  readonly fullHistory: boolean
}

export function buildRegistrationPayload({
  identity,
  device,
  version,
  country,
  fullHistory,
}: RegistrationOptions): Uint8Array {
  return encodeRegistrationPayload({
    version,
    country,
    registrationId: bigEndian(identity.registrationId, 4),
    identity: identity.identityKey.public,
    signedPreKeyId: bigEndian(identity.signedPreKey.id, 3),
    signedPreKey: identity.signedPreKey.keyPair.public,
    signedPreKeySignature: identity.signedPreKey.signature,
    buildHash: createHash('md5').update(version.join('.')).digest(),
    deviceProps: encodeDeviceProps({
      os: device.name,
      platformType: device.platformType,
      requireFullSync: fullHistory,
    }),
  })
}

function bigEndian(value: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length)
  bytes.writeUIntBE(value, 0, length)
  return bytes
}

// Pure. A finished link in the shape that Baileys keeps (its `AuthenticationCreds`): what plain Baileys would have stored,
// but for three named differences: pre-keys 1 to 812 are ready, `registered` is true also after a QR code, and there is no
// `pairingCode`.
import type { AuthenticationCreds } from 'baileys'
import { type KeyPair, withKeyType } from '../wire/bridge.ts'
import type { CompanionIdentity } from './identity.ts'
import type { PairedAccount } from './pair-success.ts'
import { PRE_KEY_COUNT } from './pre-keys.ts'

export interface FinishedLink {
  readonly identity: CompanionIdentity
  readonly pairingEphemeral: KeyPair
  readonly account: PairedAccount
  readonly deviceSignature: Uint8Array
  readonly advSecret: Uint8Array
  readonly routingInfo: Uint8Array | undefined
}

export function buildCredentials(link: FinishedLink): AuthenticationCreds {
  const { identity, account } = link
  const { jid, lid, platform, businessName } = account
  const signed = account.identity
  return {
    noiseKey: asBaileysPair(identity.noiseKey),
    pairingEphemeralKeyPair: asBaileysPair(link.pairingEphemeral),
    signedIdentityKey: asBaileysPair(identity.identityKey),
    signedPreKey: {
      keyPair: asBaileysPair(identity.signedPreKey.keyPair),
      signature: Buffer.from(identity.signedPreKey.signature),
      keyId: identity.signedPreKey.id,
    },
    registrationId: identity.registrationId,
    advSecretKey: Buffer.from(link.advSecret).toString('base64'),
    processedHistoryMessages: [],
    nextPreKeyId: PRE_KEY_COUNT + 1,
    firstUnuploadedPreKeyId: 1,
    accountSyncCounter: 0,
    accountSettings: { unarchiveChats: false },
    registered: true,
    pairingCode: undefined,
    lastPropHash: undefined,
    routingInfo: link.routingInfo === undefined ? undefined : Buffer.from(link.routingInfo),
    additionalData: undefined,
    account: {
      details: Buffer.from(signed.details),
      accountSignatureKey: Buffer.from(signed.accountSignatureKey),
      accountSignature: Buffer.from(signed.accountSignature),
      deviceSignature: Buffer.from(link.deviceSignature),
    },
    me: {
      id: jid,
      ...(businessName === undefined ? {} : { name: businessName }),
      ...(lid === undefined ? {} : { lid }),
    },
    signalIdentities: [
      {
        identifier: { name: lid ?? jid, deviceId: 0 },
        identifierKey: Buffer.from(withKeyType(signed.accountSignatureKey)),
      },
    ],
    ...(platform === undefined ? {} : { platform }),
  }
}

function asBaileysPair(pair: KeyPair): { public: Buffer; private: Buffer } {
  return { public: Buffer.from(pair.public), private: Buffer.from(pair.private) }
}

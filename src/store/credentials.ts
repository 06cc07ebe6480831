// What counts as credentials that may be kept, and how fresh ones look.
import { randomBytes } from 'node:crypto'
import type { AuthenticationCreds } from 'baileys'

/**
 * Whether WhatsApp and the account have signed this device: `me`, and an account with both signatures. Anything less
 * logs in as a device that does not exist (docs/protocol.md section 8), so it is never stored.
 */
export function isSigned(credentials: AuthenticationCreds): boolean {
  const { account, me } = credentials
  return (
    Boolean(me?.id) &&
    isFilled(account?.details) &&
    isFilled(account?.accountSignature) &&
    isFilled(account?.deviceSignature)
  )
}

/** Bytes, or base64 text as Baileys' own folders hold them. */
function isFilled(value: Uint8Array | string | null | undefined): boolean {
  return value !== null && value !== undefined && value.length > 0
}

/**
 * The same fields as Baileys' `initAuthCreds` (lib/Utils/auth-utils.js), made with the bridge: 1 ms instead of 25, and
 * without the 250 ms of importing Baileys.
 */
export async function freshCredentials(): Promise<AuthenticationCreds> {
  const { generateKeyPair, generateRegistrationId, sign, withKeyType } = await import('../wire/bridge.ts')
  const keyPair = (): { public: Buffer; private: Buffer } => {
    const pair = generateKeyPair()
    return { public: Buffer.from(pair.public), private: Buffer.from(pair.private) }
  }
  const identity = keyPair()
  const preKey = keyPair()
  return {
    noiseKey: keyPair(),
    pairingEphemeralKeyPair: keyPair(),
    signedIdentityKey: identity,
    signedPreKey: {
      keyPair: preKey,
      signature: Buffer.from(sign(identity.private, withKeyType(preKey.public))),
      keyId: 1,
    },
    registrationId: generateRegistrationId(),
    advSecretKey: randomBytes(32).toString('base64'),
    processedHistoryMessages: [],
    nextPreKeyId: 1,
    firstUnuploadedPreKeyId: 1,
    accountSyncCounter: 0,
    accountSettings: { unarchiveChats: false },
    registered: false,
    pairingCode: undefined,
    lastPropHash: undefined,
    routingInfo: undefined,
    additionalData: undefined,
  }
}

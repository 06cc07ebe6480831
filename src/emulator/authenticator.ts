// The passkey of an account: a P-256 key pair, and what an authenticator signs with it (WebAuthn level 2, section 6.3.3).
import { createHash, createSign, createVerify, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'

/** As `PublicKeyCredential.toJSON()` gives it. */
export interface PasskeyAssertion {
  readonly id: string
  readonly rawId: string
  readonly type: 'public-key'
  readonly response: {
    readonly clientDataJSON: string
    readonly authenticatorData: string
    readonly signature: string
    readonly userHandle: string | null
  }
}

export interface Authenticator {
  readonly credentialId: Uint8Array
  /** The owner confirms: signs the challenge of these request options. */
  confirm(options: unknown): PasskeyAssertion
  /** Whether a signature is this passkey's. */
  signed(parts: { readonly clientData: Uint8Array; readonly data: Uint8Array; readonly signature: Uint8Array }): boolean
}

const ORIGIN = 'https://web.whatsapp.com'
/** The person was there, and was recognised. */
const PRESENT_AND_VERIFIED = 0x05

export function createAuthenticator(): Authenticator {
  const credentialId = randomBytes(16)
  let keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | undefined
  let count = 0
  const pair = (): NonNullable<typeof keys> => {
    keys ??= generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return keys
  }

  return {
    credentialId,
    confirm(options) {
      const { challenge, rpId } = read(options)
      const clientData = Buffer.from(
        JSON.stringify({ type: 'webauthn.get', challenge, origin: ORIGIN, crossOrigin: false }),
      )
      const counter = Buffer.alloc(4)
      counter.writeUInt32BE(++count)
      const data = Buffer.concat([sha256(Buffer.from(rpId)), Uint8Array.of(PRESENT_AND_VERIFIED), counter])
      const signature = createSign('sha256').update(data).update(sha256(clientData)).sign(pair().privateKey)
      const id = credentialId.toString('base64url')
      return {
        id,
        rawId: id,
        type: 'public-key',
        response: {
          clientDataJSON: clientData.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: signature.toString('base64url'),
          userHandle: null,
        },
      }
    },
    signed({ clientData, data, signature }) {
      return createVerify('sha256').update(data).update(sha256(clientData)).verify(pair().publicKey, signature)
    },
  }
}

/** @throws RangeError for what are no request options */
function read(options: unknown): { readonly challenge: string; readonly rpId: string } {
  const { challenge, rpId } = (options ?? {}) as { readonly challenge?: unknown; readonly rpId?: unknown }
  if (typeof challenge !== 'string' || typeof rpId !== 'string')
    throw new RangeError('confirmPasskey takes the options of a "passkey" event')
  return { challenge, rpId }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

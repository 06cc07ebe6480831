// Pure. A passkey's answer, checked before it is sent: only the account's owner can make one, with their own authenticator, on a
// page whose origin WhatsApp accepts (docs/protocol.md section 6).
import { LinkError } from '../../errors.ts'
import { isBase64url, isObject, type PasskeyRequest } from './request.ts'

export interface Assertion {
  /** `rawId`, decoded. */
  readonly credentialId: Uint8Array
  /** Exactly the members that WhatsApp knows, as JSON. */
  readonly json: string
}

/**
 * @param given what `PublicKeyCredential.toJSON()` gives: `{id, rawId, type, response: {clientDataJSON, authenticatorData,
 * signature, userHandle}}`, binary members base64url without padding; further members are dropped
 * @throws LinkError invalid-options, which names what is wrong; never the answer itself
 */
export function checkedAssertion(given: unknown, request: PasskeyRequest): Assertion {
  if (!isObject(given)) throw unfit('it must be an object, as PublicKeyCredential.toJSON() gives it')
  const { id, rawId, type, response } = given
  if (type !== 'public-key') throw unfit('its type must be "public-key"')
  if (!isBase64url(rawId) || id !== rawId)
    throw unfit('its id and rawId must be the same, in base64url without padding')
  if (!isObject(response)) throw unfit('it has no response')
  const { clientDataJSON, authenticatorData, signature, userHandle = null } = response
  if (!isBase64url(clientDataJSON) || !isBase64url(authenticatorData) || !isBase64url(signature))
    throw unfit('clientDataJSON, authenticatorData and signature must be base64url without padding')
  if (userHandle !== null && !isBase64url(userHandle)) throw unfit('userHandle must be base64url or null')
  checkClientData(clientDataJSON, request)
  if (request.allowed.length > 0 && !request.allowed.includes(rawId))
    throw unfit('WhatsApp asked for another passkey of this account')
  return {
    credentialId: Uint8Array.from(Buffer.from(rawId, 'base64url')),
    json: JSON.stringify({
      id,
      rawId,
      type,
      response: { clientDataJSON, authenticatorData, signature, userHandle },
    }),
  }
}

function checkClientData(encoded: string, { challenge }: PasskeyRequest): void {
  let clientData: unknown
  try {
    clientData = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))
  } catch {
    throw unfit('its clientDataJSON is not JSON')
  }
  if (!isObject(clientData) || clientData.type !== 'webauthn.get') throw unfit('it was not made by a passkey login')
  if (clientData.challenge !== challenge) throw unfit('it answers another challenge')
}

function unfit(why: string): LinkError {
  return new LinkError('invalid-options', `the passkey's answer does not fit: ${why}`, {
    advice: 'Ask the account’s owner to confirm again with the options of the newest "passkey" event.',
  })
}

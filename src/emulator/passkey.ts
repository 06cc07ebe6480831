// The passkey gate ("Shortcake", docs/protocol.md section 6), the server's and the phone's side of it. Of an assertion
// everything is checked; the signature only when the credential is the passkey of the account's phone here, since the
// emulator knows no other.
import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { generateKeyPair } from '../wire/bridge.ts'
import { bytesOf, childOf, childrenOf, type Node, node, textOf } from '../wire/nodes.ts'
import { aesGcmOpen, agree } from '../wire/noise.ts'
import { bytesField, decodeMessage, encodeMessage, numberField, textField } from '../wire/protobuf.ts'
import type { Account } from './accounts.ts'
import { sameBytes } from './client-payload.ts'
import { codeText } from './code-text.ts'
import { PhoneError } from './phone-error.ts'
import type { Registration } from './registration.ts'
import type { World } from './world.ts'

const TIMEOUT_MS = 600_000
const NOTHING = new Uint8Array(0)

export interface PasskeyCeremony {
  /** True when the IQ belongs to the ceremony; it was answered then. */
  takes(iq: Node): boolean
}

interface Prologue {
  readonly identity: Uint8Array
  readonly commitment: Uint8Array
  readonly companionKey: Uint8Array
}

/**
 * Asks the companion for a passkey and goes through the ceremony; resolves with the new adv secret. `known` is the adv
 * secret that the phone has already, if any: a proof under it spares the comparison of codes. Without a proof the
 * person is taken to say that the codes agree. Rejects with PhoneError timeout · refused · no-request.
 */
export function askForPasskey(
  world: World,
  { account, registration }: { readonly account: Account; readonly registration: Registration },
  known: Uint8Array | undefined,
): Promise<Uint8Array> {
  const done = registration.wait<Uint8Array>(TIMEOUT_MS, 'nobody answered the passkey request')
  const challenge = randomBytes(32).toString('base64url')
  const options = requestNode(challenge)
  const primary = generateKeyPair()
  const primaryNonce = randomBytes(32)
  let ref: string | undefined
  let prologue: Prologue | undefined
  let isKnown = false
  let revealed = false

  const { dialogue } = registration
  const refuse = (iq: Node, why: string): void => {
    dialogue.refuse(iq, { code: 400 })
    done.reject(new PhoneError('refused', why))
  }

  const giveRef = (iq: Node): void => {
    ref = `4@${randomBytes(32).toString('base64')}`
    dialogue.answer(iq, [node('ref', {}, Buffer.from(ref))])
  }

  const takePrologue = (iq: Node, sent: Node): void => {
    if (prologue !== undefined || !assertionHolds(sent, challenge, account))
      return refuse(iq, 'the passkey assertion was wrong')
    const payload = bytesOf(childOf(sent, 'prologue_payload')) ?? NOTHING
    const read = readPrologue(payload, { ref, deviceType: registration.payload.platformType })
    if (read === undefined) return refuse(iq, 'the prologue was wrong')
    const proof = bytesOf(childOf(sent, 'pairing_handoff_proof'))
    if (proof !== undefined && !sameBytes(proof, handoffProof(known, payload))) return refuse(iq, 'the proof was wrong')
    prologue = read
    isKnown = proof !== undefined
    dialogue.answer(iq)
    const identity = encodeMessage([
      [1, primary.public],
      [2, primaryNonce],
    ])
    dialogue.notify('crsc_continuation', [node('primary_ephemeral_identity', {}, identity)])
  }

  const takeNonce = (iq: Node, sent: Node): void => {
    const nonce = bytesOf(sent) ?? NOTHING
    if (
      prologue === undefined ||
      nonce.length !== 32 ||
      !sameBytes(sha256(prologue.identity, nonce), prologue.commitment)
    )
      return refuse(iq, 'the nonce does not open the commitment')
    revealed = true
    // Who proved to be the companion that was scanned needs no comparison, and the phone shows no code.
    if (!isKnown) {
      const code = comparisonCode(nonce, primary.public, primaryNonce)
      account.passkeyGate.compare(code)
      world.showComparison(account, code)
    }
    dialogue.answer(iq)
  }

  const takeRequest = (iq: Node, sent: Node): void => {
    if (prologue === undefined || !revealed || ref === undefined)
      return refuse(iq, 'the pairing request came too early')
    const key = requestKey(agree(primary.private, prologue.companionKey), registration.payload.platformType, ref)
    const secret = openRequest(bytesOf(sent) ?? NOTHING, key, registration)
    if (secret === undefined) return refuse(iq, 'the pairing request does not open')
    dialogue.answer(iq)
    done.resolve(secret)
  }

  registration.passkey = {
    takes(iq) {
      const [sent] = childrenOf(iq)
      if (sent === undefined) return false
      const steps: Readonly<Record<string, () => void>> = {
        passkey_request_options: () => dialogue.answer(iq, [options]),
        ref: () => giveRef(iq),
        passkey_prologue: () => takePrologue(iq, sent),
        companion_nonce: () => takeNonce(iq, sent),
        encrypted_pairing_request: () => takeRequest(iq, sent),
      }
      const step = steps[sent.tag]
      step?.()
      return step !== undefined
    },
  }
  account.passkeyGate.open()
  dialogue.notify('passkey_prologue_request', [options])
  return done.promise.finally(() => account.passkeyGate.close())
}

/** The notification's content, with a fresh challenge. */
export function requestNode(challenge = randomBytes(32).toString('base64url')): Node {
  return node('passkey_request_options', {}, Buffer.from(requestOptions(challenge)))
}

/** What the phone's screen shows: five bytes of its nonce under a hash of the companion's and its own key. */
function comparisonCode(companionNonce: Uint8Array, primaryKey: Uint8Array, primaryNonce: Uint8Array): string {
  const mask = sha256(companionNonce, primaryKey)
  return codeText(primaryNonce.subarray(0, 5).map((byte, index) => byte ^ (mask[index] ?? 0)))
}

function requestOptions(challenge: string): string {
  return JSON.stringify({
    challenge,
    timeout: TIMEOUT_MS,
    rpId: 'whatsapp.com',
    allowCredentials: [],
    userVerification: 'required',
    extensions: { uvm: true },
  })
}

/** Form, identity and challenge; of the account's own passkey the signature, too. */
function assertionHolds(prologue: Node, challenge: string, { authenticator }: Account): boolean {
  try {
    const assertion = JSON.parse(textOf(childOf(prologue, 'webauthn_assertion')) ?? '')
    const { clientDataJSON, authenticatorData, signature } = assertion.response
    const clientData = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'))
    const credential = bytesOf(childOf(prologue, 'credential_id'))
    const [signedData, data, proof] = [clientDataJSON, authenticatorData, signature].map((text) =>
      Buffer.from(text, 'base64url'),
    )
    if (signedData === undefined || data === undefined || proof === undefined) return false
    if (
      sameBytes(credential, authenticator.credentialId) &&
      !authenticator.signed({ clientData: signedData, data, signature: proof })
    )
      return false
    return (
      assertion.type === 'public-key' &&
      assertion.id === assertion.rawId &&
      sameBytes(credential, Buffer.from(assertion.rawId, 'base64url')) &&
      isFilled(authenticatorData) &&
      isFilled(signature) &&
      clientData.type === 'webauthn.get' &&
      clientData.challenge === challenge
    )
  } catch {
    return false
  }
}

function isFilled(text: unknown): boolean {
  return typeof text === 'string' && /^[A-Za-z0-9_-]+$/.test(text)
}

function readPrologue(
  payload: Uint8Array,
  expected: { readonly ref: string | undefined; readonly deviceType: number },
): Prologue | undefined {
  try {
    const fields = decodeMessage(payload)
    const identity = bytesField(fields, 1) ?? NOTHING
    const commitment = bytesField(decodeMessage(bytesField(fields, 2) ?? NOTHING), 1)
    const named = decodeMessage(identity)
    const companionKey = bytesField(named, 1)
    if (commitment?.length !== 32 || companionKey?.length !== 32) return undefined
    if (numberField(named, 2) !== expected.deviceType || textField(named, 3) !== expected.ref) return undefined
    return { identity, commitment, companionKey }
  } catch {
    return undefined
  }
}

/** Undefined when the phone knows no secret to prove anything under. */
function handoffProof(known: Uint8Array | undefined, payload: Uint8Array): Uint8Array | undefined {
  if (known === undefined) return undefined
  const key = new Uint8Array(hkdfSync('sha256', known, NOTHING, 'shortcake-passkey-handoff-v1', 32))
  return createHmac('sha256', key).update(payload).digest()
}

function requestKey(shared: Uint8Array, deviceType: number, ref: string): Uint8Array {
  const salt = `Companion Pairing ${deviceType} with ref ${ref}`
  return new Uint8Array(hkdfSync('sha256', shared, salt, 'Pairing Information Encryption Key', 32))
}

/** The new adv secret, when the request opens and names the keys of this connection. */
function openRequest(bytes: Uint8Array, key: Uint8Array, { clientKey, payload }: Registration): Uint8Array | undefined {
  try {
    const sealed = decodeMessage(bytes)
    const iv = bytesField(sealed, 2)
    if (iv?.length !== 12) return undefined
    const request = decodeMessage(aesGcmOpen(key, iv, bytesField(sealed, 1) ?? NOTHING, NOTHING))
    const secret = bytesField(request, 3)
    if (!sameBytes(bytesField(request, 1), clientKey) || !sameBytes(bytesField(request, 2), payload.identity))
      return undefined
    return secret?.length === 32 ? secret : undefined
  } catch {
    return undefined
  }
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

// The server's and the phone's half of the passkey ceremony, with Baileys' schema and primitives and none of ours
// (docs/protocol.md section 6, read from the other side).
import { createHash } from 'node:crypto'
import { aesDecryptGCM, Curve, hkdf } from 'baileys/lib/Utils/crypto.js'
import { proto } from 'baileys/WAProto/index.js'
import { bytesOf, childOf, type Node, node } from '../../src/wire/nodes.ts'
import { bytesFrom, keyPairFrom } from './keys.ts'
import { iqResult, notification } from './server-stanzas.ts'

export const CHALLENGE = 'Y2hhbGxlbmdl'
export const CEREMONY_REF = '4@ref of the ceremony'
/** The phone's keys and nonce of the ceremony. */
export const PRIMARY = { ephemeral: keyPairFrom('phone, passkey ceremony'), nonce: bytesFrom('phone nonce') }

export const OPTIONS = {
  challenge: CHALLENGE,
  timeout: 600_000,
  rpId: 'whatsapp.com',
  allowCredentials: [] as readonly unknown[],
  userVerification: 'required',
  extensions: { uvm: true },
}

export function optionsNode(options: unknown = OPTIONS): Node {
  const text = typeof options === 'string' ? options : JSON.stringify(options)
  return node('passkey_request_options', {}, Buffer.from(text))
}

/** The request; `undefined` as options: without any. */
export function request(options: unknown = OPTIONS, id = 'pk-1'): Node {
  return notification('passkey_prologue_request', options === undefined ? undefined : [optionsNode(options)], id)
}

export function requestWithout(): Node {
  return notification('passkey_prologue_request', [], 'pk-0')
}

export function refAnswer(id: string, ref: string = CEREMONY_REF): Node {
  return iqResult(id, [node('ref', {}, Buffer.from(ref))])
}

export function continuation(half: { readonly key?: Uint8Array; readonly nonce?: Uint8Array } = {}, id = 'pk-2'): Node {
  const identity = proto.PrimaryEphemeralIdentity.encode({
    publicKey: half.key ?? PRIMARY.ephemeral.public,
    nonce: half.nonce ?? PRIMARY.nonce,
  }).finish()
  return notification('crsc_continuation', [node('x'), node('primary_ephemeral_identity', {}, identity)], id)
}

const base64url = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url')

/** What an authenticator's page gives for the challenge. */
export function assertion(changes: Record<string, unknown> = {}, challenge: string = CHALLENGE) {
  const id = base64url('a credential')
  return {
    id,
    rawId: id,
    type: 'public-key',
    authenticatorAttachment: 'platform',
    clientExtensionResults: { uvm: [] },
    response: {
      clientDataJSON: base64url(
        JSON.stringify({ type: 'webauthn.get', challenge, origin: 'https://web.whatsapp.com' }),
      ),
      authenticatorData: base64url('data'),
      signature: base64url('signature'),
      userHandle: null,
      attestationObject: 'dropped',
    },
    ...changes,
  }
}

export interface Prologue {
  readonly payload: Uint8Array
  readonly identity: Uint8Array
  readonly publicKey: Uint8Array
  readonly deviceType: number
  readonly ref: string
  readonly hash: Uint8Array
  readonly proof: Uint8Array | undefined
}

export function readPrologue(iq: Node | undefined): Prologue {
  const sent = childOf(iq, 'passkey_prologue')
  const payload = bytesOf(childOf(sent, 'prologue_payload')) ?? new Uint8Array()
  const { companionEphemeralIdentity, commitment } = proto.ProloguePayload.decode(payload)
  const identity = companionEphemeralIdentity ?? new Uint8Array()
  const { publicKey, deviceType, ref } = proto.CompanionEphemeralIdentity.decode(identity)
  return {
    payload,
    identity,
    publicKey: publicKey ?? new Uint8Array(),
    deviceType: deviceType ?? 0,
    ref: ref ?? '',
    hash: commitment?.hash ?? new Uint8Array(),
    proof: bytesOf(childOf(sent, 'pairing_handoff_proof')),
  }
}

/** Opens the pairing request with the salt that `deviceType` and `ref` make. Throws when it does not open. */
export function openRequest(
  iq: Node | undefined,
  { publicKey, deviceType, ref }: Omit<Prologue, 'payload' | 'identity' | 'hash' | 'proof'>,
) {
  const bytes = bytesOf(childOf(iq, 'encrypted_pairing_request')) ?? new Uint8Array()
  const { encryptedPayload, iv } = proto.EncryptedPairingRequest.decode(bytes)
  const shared = Curve.sharedKey(Buffer.from(PRIMARY.ephemeral.private), Buffer.from(publicKey))
  const salt = Buffer.from(`Companion Pairing ${deviceType} with ref ${ref}`)
  const key = hkdf(shared, 32, { salt, info: 'Pairing Information Encryption Key' })
  const opened = aesDecryptGCM(encryptedPayload ?? new Uint8Array(), key, iv ?? new Uint8Array(), Buffer.alloc(0))
  return proto.PairingRequest.decode(opened)
}

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

// Pure. The stanzas of the passkey ceremony that we send, and what we read of the others (docs/protocol.md section 6).
import { bytesOf, childOf, type Node, node, S_WHATSAPP_NET, textOf } from '../../wire/nodes.ts'
import { decodePrimaryEphemeralIdentity } from '../../wire/passkey-messages.ts'
import type { Assertion } from './assertion.ts'

export function buildOptionsRequest(id: string): Node {
  return iq(id, 'get', node('passkey_request_options'))
}

/** A fresh one for each ceremony; neither the QR code's nor the pairing code's. */
export function buildRefRequest(id: string): Node {
  return iq(id, 'get', node('ref'))
}

export function buildPrologue(
  id: string,
  parts: { readonly assertion: Assertion; readonly payload: Uint8Array; readonly proof: Uint8Array | undefined },
): Node {
  const { assertion, payload, proof } = parts
  const children = [
    node('credential_id', {}, assertion.credentialId),
    node('webauthn_assertion', {}, Buffer.from(assertion.json, 'utf8')),
    node('prologue_payload', {}, payload),
    ...(proof === undefined ? [] : [node('pairing_handoff_proof', {}, proof)]),
  ]
  return iq(id, 'set', node('passkey_prologue', {}, children))
}

export function buildNonce(id: string, nonce: Uint8Array): Node {
  return iq(id, 'set', node('companion_nonce', {}, nonce))
}

export function buildPairingRequest(id: string, sealed: Uint8Array): Node {
  return iq(id, 'set', node('encrypted_pairing_request', {}, sealed))
}

/** The options, in the request or in the answer to ours. */
export function optionsTextOf(stanza: Node): string | undefined {
  return textOf(childOf(stanza, 'passkey_request_options'))
}

/** Undefined when there is none, or it is empty. */
export function refTextOf(stanza: Node): string | undefined {
  const text = textOf(childOf(stanza, 'ref'))
  return text === '' ? undefined : text
}

export interface PrimaryHalf {
  readonly publicKey: Uint8Array
  readonly nonce: Uint8Array
}

const LENGTH = 32

/** The phone's half, found by its name; undefined when it is not there, unreadable, or of other lengths. */
export function readContinuation(stanza: Node): PrimaryHalf | undefined {
  const bytes = bytesOf(childOf(stanza, 'primary_ephemeral_identity'))
  if (bytes === undefined) return undefined
  try {
    const { publicKey, nonce } = decodePrimaryEphemeralIdentity(bytes)
    return publicKey?.length === LENGTH && nonce?.length === LENGTH ? { publicKey, nonce } : undefined
  } catch {
    return undefined
  }
}

function iq(id: string, type: 'get' | 'set', child: Node): Node {
  return node('iq', { to: S_WHATSAPP_NET, type, id, xmlns: 'md' }, [child])
}
